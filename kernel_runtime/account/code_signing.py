"""Code signing configurations: who may sign a function's code, and what becomes of code that they have not (AWS: "Using code signing to verify code").

The lab knows no signer, so that every package is unsigned: a policy of Enforce refuses it, as AWS does; Warn takes it.
"""

from __future__ import annotations

import secrets
from typing import Any

from ..model.errors import (
    CodeSigningConfigNotFoundException,
    CodeVerificationFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from .account import Account
from .records import FunctionRecord

NOUN = "code_signing"
"""Under which a record keeps the ARN of its configuration, with an empty qualifier."""

Config = dict[str, Any]
_TABLE = "code_signing_config"
"""Configurations by ARN: ``{"config": {…}, "tags": {…}}``, the former as botocore's CodeSigningConfig."""


def create(account: Account, given: dict[str, Any]) -> Config:
    id = f"csc-{secrets.token_hex(9)[:17]}"
    arn = f"arn:aws:lambda:{account.region}:{account.id}:code-signing-config:{id}"
    config: Config = {"CodeSigningConfigId": id, "CodeSigningConfigArn": arn, "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Warn"}}
    with account.changing:
        _table(account)[arn] = {"config": _with(account, config, given), "tags": dict(given.get("Tags") or {})}
    return held(account, arn)


def update(account: Account, arn: str, given: dict[str, Any]) -> Config:
    """What is given in place of what was there. Raises ResourceNotFoundException."""
    with account.changing:
        config = _with(account, held(account, arn), given)
        _table(account)[arn] = {**_table(account)[arn], "config": config}
    return config


def delete(account: Account, arn: str) -> None:
    """Raises ResourceNotFoundException, and ResourceConflictException while a function uses it."""
    with account.changing:
        held(account, arn)
        if users(account, arn):
            raise ResourceConflictException(f"The Lambda code signing configuration {arn} is in use by one or more functions and can not be deleted.")
        del _table(account)[arn]


def held(account: Account, arn: str) -> Config:
    """Raises ResourceNotFoundException, as recorded without the ``Type`` of other errors."""
    document = _table(account).get(arn)
    if document is None:
        raise ResourceNotFoundException(f"The Lambda code signing configuration {arn} can not be found.").untyped()
    config: Config = document["config"]
    return config


def every(account: Account) -> list[Config]:
    return [document["config"] for document in _table(account).values()]


def users(account: Account, arn: str) -> list[FunctionRecord]:
    """The functions that use it, by name."""
    return [account.functions[name] for name in sorted(account.functions) if of(account.functions[name]) == arn]


def of(record: FunctionRecord) -> str:
    """The ARN of the configuration that a function uses; empty where it uses none."""
    arn: str = record.attached.get(NOUN, {}).get("", "")
    return arn


def attach(account: Account, record: FunctionRecord, arn: str) -> None:
    with account.changing:
        check_usable(account, arn)
        record.attachments(NOUN)[""] = arn
        account.save(record)


def detach(account: Account, record: FunctionRecord) -> None:
    with account.changing:
        record.attachments(NOUN).pop("", None)
        account.save(record)


def check_usable(account: Account, arn: str) -> None:
    """Raises CodeSigningConfigNotFoundException."""
    if arn not in _table(account):
        raise CodeSigningConfigNotFoundException(
            f"The code signing configuration cannot be found. Check that the provided configuration is not deleted: {arn}."
        )


def check_upload(account: Account, name: str, arn: str) -> None:
    """Whether function ``name``, whose configuration is ``arn`` (empty: none), may have unsigned code.

    Raises CodeSigningConfigNotFoundException, CodeVerificationFailedException.
    """
    if not arn:
        return
    check_usable(account, arn)
    if held(account, arn)["CodeSigningPolicies"]["UntrustedArtifactOnDeployment"] == "Enforce":
        raise CodeVerificationFailedException(
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. "
            f"Check the provided signature for {name}."
        )


def tags(account: Account, arn: str) -> dict[str, str]:
    """Raises ResourceNotFoundException."""
    held(account, arn)
    return dict(_table(account)[arn]["tags"])


def set_tags(account: Account, arn: str, tags: dict[str, str]) -> None:
    _table(account)[arn] = {**_table(account)[arn], "tags": tags}


def _with(account: Account, config: Config, given: dict[str, Any]) -> Config:
    members = ("Description", "AllowedPublishers", "CodeSigningPolicies")
    changed = {member: given[member] for member in members if given.get(member) is not None}
    if changed.get("CodeSigningPolicies") == {}:
        del changed["CodeSigningPolicies"]
    return {**config, **changed, "LastModified": account.timestamp()}


def _table(account: Account) -> Any:
    return account.table(_TABLE)
