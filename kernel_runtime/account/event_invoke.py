"""How asynchronous invocations of a version or an alias are retried, and where word of them goes (AWS: "Configuring error handling settings for Lambda
asynchronous invocations", "Capturing records of Lambda asynchronous invocations")."""

from __future__ import annotations

import re
from typing import Any

from ..model.errors import InvalidParameterValueException, ResourceNotFoundException
from ..model.names import LATEST
from .account import Account
from .identifiers import function_id
from .records import FunctionRecord

NOUN = "event_invoke"
"""Under which a record keeps these, by qualifier ($LATEST: the function's own): MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig, LastModified
(seconds since 1970)."""

Config = dict[str, Any]
SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
_DESTINATION = re.compile(r"arn:aws[a-z-]*:(?P<service>lambda|sqs|sns|events|s3):(?P<region>[^:]*):(?P<account>\d*):(?P<rest>.+)")


def put(account: Account, record: FunctionRecord, qualifier: str, given: dict[str, Any], *, keeping: bool) -> Config:
    """The configuration, new; ``keeping``: what is not given stays as it was.

    Raises InvalidParameterValueException for nothing at all and for a destination that cannot be one, ResourceNotFoundException where there is none to keep.
    """
    with account.changing:
        old = held(account, record, qualifier) if keeping else {}
        check_destinations(account, record.name, given.get("DestinationConfig") or {})
        config: Config = {**old, **{member: given[member] for member in SETTINGS if given.get(member) is not None}}
        config["LastModified"] = round(account.now().timestamp(), 3)
        record.attachments(NOUN)[qualifier or LATEST] = config
        account.save(record)
        return config


def held(account: Account, record: FunctionRecord, qualifier: str) -> Config:
    """Raises ResourceNotFoundException where there is none."""
    config: Config | None = record.attached.get(NOUN, {}).get(qualifier or LATEST)
    if config is None:
        raise ResourceNotFoundException(absent(f"{account.arn(record.name)}:{qualifier or LATEST}"))
    return config


def absent(qualified_arn: str) -> str:
    return f"The function {qualified_arn} doesn't have an EventInvokeConfig"


def delete(account: Account, record: FunctionRecord, qualifier: str) -> None:
    """Raises ResourceNotFoundException."""
    with account.changing:
        held(account, record, qualifier)
        del record.attachments(NOUN)[qualifier or LATEST]
        account.save(record)


def check_given(given: dict[str, Any]) -> None:
    """Raises InvalidParameterValueException where nothing is given."""
    if all(given.get(member) is None for member in SETTINGS[:2]) and not given.get("DestinationConfig"):
        raise InvalidParameterValueException("You must specify at least one of error handling or destination setting.")


def check_destinations(account: Account, name: str, config: dict[str, Any]) -> None:
    """Raises InvalidParameterValueException for one that is no destination, is not there, or is function ``name`` itself."""
    for member in ("OnSuccess", "OnFailure"):
        arn = (config.get(member) or {}).get("Destination")
        if not arn:
            continue
        found = _DESTINATION.fullmatch(arn)
        if found is None or (found["service"] == "s3" and member == "OnSuccess"):  # a bucket takes failures alone
            raise InvalidParameterValueException(f"The provided destination config {_in_java(config)} is invalid.")
        if found["service"] == "lambda":
            _check_function(account, name, arn)
        elif found["service"] in ("sqs", "sns") and found["rest"].endswith(".fifo"):  # AWS: "standard" queues and topics
            raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.")


def _check_function(account: Account, name: str, arn: str) -> None:
    try:
        target = function_id(arn, None, account.id, account.region)
    except ResourceNotFoundException:
        raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.") from None
    if target.account == account.id and target.name == name:
        raise InvalidParameterValueException("You can't specify the function as a destination for itself.")
    owner = account if target.account == account.id else account.neighbour(target.account)
    record = owner.functions.get(target.name) if owner else None
    if record is None or (target.qualifier and target.qualifier not in record.aliases and record.version(target.qualifier) is None):
        raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.")


def _in_java(config: dict[str, Any]) -> str:
    """As AWS's own code prints it into the error (recorded)."""
    parts = []
    for member in ("OnSuccess", "OnFailure"):
        held = config.get(member)
        inner = "null" if held is None else f"{member}(destination={held.get('Destination') or 'null'})"
        parts.append(f"{member[0].lower()}{member[1:]}={inner}")
    return f"DestinationConfig({', '.join(parts)})"
