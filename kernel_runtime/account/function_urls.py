"""Function URLs: an address of its own for $LATEST or for an alias (AWS: "Creating and managing Lambda function URLs").

A record keeps the configuration; the account keeps a register from a URL's id to who has it, so that a request finds its function by one look.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from ..model.errors import ResourceConflictException, ResourceNotFoundException
from .account import Account
from .records import FunctionRecord

NOUN = "url"
"""Under which a record keeps its URLs, by qualifier (empty: the function's own): Id, AuthType, Cors, CreationTime, LastModifiedTime; InvokeMode where it was
ever given."""

Config = dict[str, Any]
_REGISTER = "function_url"
_ALPHABET = string.ascii_lowercase + string.digits
_ID_LENGTH = 32


def create(account: Account, record: FunctionRecord, qualifier: str, given: dict[str, Any]) -> Config:
    """Raises ResourceConflictException where there is one already."""
    with account.changing:
        if qualifier in record.attachments(NOUN):
            arn = account.arn(record.name, qualifier)
            raise ResourceConflictException(
                f"Failed to create function url config for [functionArn = {arn}]. Error message:  FunctionUrlConfig exists for this Lambda function"
            )
        now = _timestamp(account)
        config: Config = {"Id": _new_id(), "CreationTime": now, **_given(given), "LastModifiedTime": now}
        account.table(_REGISTER)[config["Id"]] = {"name": record.name, "qualifier": qualifier}
        _keep(account, record, qualifier, config)
        return config


def update(account: Account, record: FunctionRecord, qualifier: str, given: dict[str, Any]) -> Config:
    """What is given in place of what was there; an empty Cors takes it away. Raises ResourceNotFoundException."""
    with account.changing:
        config = {**held(record, qualifier), **_given(given), "LastModifiedTime": _timestamp(account)}
        if given.get("Cors") is not None and not given["Cors"]:
            config.pop("Cors", None)
        _keep(account, record, qualifier, config)
        return config


def delete(account: Account, record: FunctionRecord, qualifier: str) -> None:
    """Raises ResourceNotFoundException."""
    with account.changing:
        account.table(_REGISTER).pop(held(record, qualifier)["Id"], None)
        del record.attachments(NOUN)[qualifier]
        account.save(record)


def held(record: FunctionRecord, qualifier: str) -> Config:
    """Raises ResourceNotFoundException where there is none."""
    config: Config | None = record.attached.get(NOUN, {}).get(qualifier)
    if config is None:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    return config


def find(account: Account, id: str) -> tuple[FunctionRecord, str, Config] | None:
    """Whose URL this is: the function, the qualifier (empty: $LATEST) and the configuration; None where it is nobody's in this account.

    A function or an alias that was deleted has taken its URL along; what the register still says of it goes now.
    """
    entry = account.table(_REGISTER).get(id)
    if entry is None:
        return None
    record = account.functions.get(entry["name"])
    config = record.attached.get(NOUN, {}).get(entry["qualifier"]) if record else None
    if record is None or config is None or config["Id"] != id:
        with account.changing:
            account.table(_REGISTER).pop(id, None)
        return None
    return record, entry["qualifier"], config


def address(account: Account, config: Config) -> str:
    return f"https://{config['Id']}.lambda-url.{account.region}.on.aws/"


def _given(request: dict[str, Any]) -> Config:
    return {member: request[member] for member in ("AuthType", "Cors", "InvokeMode") if request.get(member)}


def _keep(account: Account, record: FunctionRecord, qualifier: str, config: Config) -> None:
    record.attachments(NOUN)[qualifier] = config
    account.save(record)


def _new_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def _timestamp(account: Account) -> str:
    return account.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
