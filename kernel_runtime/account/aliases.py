"""Aliases: names for a version, or for two by weight (AWS: "Create an alias for a Lambda function", "Implement Lambda canary deployments").

Texts as recorded on AWS. Calls draw their version by weight in ``control``; what is kept here is told to the engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..model.errors import InvalidParameterValueException, ResourceConflictException, ResourceNotFoundException, ValidationException
from ..model.names import LATEST
from . import provisioned
from .account import Account
from .functions import check_revision
from .records import AliasRecord, FunctionRecord, VersionRecord

_NAME = re.compile(r"(?![0-9]+$)[a-zA-Z0-9-_]{1,128}")


def create(
    account: Account, record: FunctionRecord, name: str, version: str, *, description: str = "", weights: Mapping[str, float] | None = None
) -> AliasRecord:
    """A new alias. ``weights``: another version and its part of the calls, 0.0-1.0.

    Raises ResourceNotFoundException for a version that is not there, ResourceConflictException where there is an alias of that name or a version has failed,
    InvalidParameterValueException for what one alias cannot point to.
    """
    with account.changing:
        _version(account, record, version)
        if name in record.aliases:
            raise ResourceConflictException(f"Alias already exists: {account.arn(record.name, name)}")
        return _put(account, record, AliasRecord(name, version, description, account.new_id(), dict(weights or {})))


def update(
    account: Account,
    record: FunctionRecord,
    name: str,
    *,
    version: str | None = None,
    description: str | None = None,
    weights: Mapping[str, float] | None = None,
    revision_id: str | None = None,
) -> AliasRecord:
    """The alias with what is given in place of what it had; empty ``weights`` take the second version away. Its revision is new, whatever has changed.

    Raises what ``create`` raises, and PreconditionFailedException.
    """
    with account.changing:
        held = record.aliases.get(name)
        if held is None:
            raise ResourceNotFoundException(f"Alias not found: {account.arn(record.name, name)}")
        check_revision(revision_id, held.revision_id)
        new = AliasRecord(
            name,
            held.version if version is None else version,
            held.description if description is None else description,
            account.new_id(),
            dict(held.weights if weights is None else weights),
        )
        _version(account, record, new.version)
        return _put(account, record, new)


def point(account: Account, record: FunctionRecord, name: str, version: str, weights: Mapping[str, float]) -> AliasRecord:
    """The alias as it is wanted, new or moved, for whoever does not come by the API: its shapes are checked here (botocore: Alias, Weight)."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValidationException(
            f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
        )
    for other, weight in weights.items():
        if not 0.0 <= weight <= 1.0:
            raise ValidationException(
                f"1 validation error detected: Value '{{{other}={float(weight)}}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: "
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, "
                "Member must not be null]"
            )
    put = update if name in record.aliases else create
    return put(account, record, name, version=version, weights=weights)


def delete(account: Account, record: FunctionRecord, name: str) -> None:
    """With all that is attached to it; one that is not there is as good as deleted."""
    with account.changing:
        if name not in record.aliases:
            return
        account.engine.delete_alias(record.name, name)
        del record.aliases[name]
        for attached in record.attached.values():
            attached.pop(name, None)
        account.save(record)


def get(account: Account, record: FunctionRecord, name: str) -> AliasRecord:
    """Raises ResourceNotFoundException."""
    try:
        return record.aliases[name]
    except KeyError:
        raise ResourceNotFoundException(f"Cannot find alias arn: {account.arn(record.name, name)}") from None


def tell(account: Account, record: FunctionRecord, alias: AliasRecord) -> None:
    """Let calls by the alias go where it points."""
    account.engine.put_alias(record.name, alias.name, alias.version, tuple(alias.weights.items()))


def _put(account: Account, record: FunctionRecord, alias: AliasRecord) -> AliasRecord:
    _check_weights(account, record, alias)
    for number in (alias.version, *alias.weights):
        _check_usable(_version(account, record, number))
    if alias.name in record.attachments(provisioned.NOUN):
        provisioned.check_target(record, alias.name, alias.version)
    tell(account, record, alias)
    record.aliases[alias.name] = alias
    account.save(record)
    return alias


def _check_weights(account: Account, record: FunctionRecord, alias: AliasRecord) -> None:
    """AWS: "You can point an alias to a maximum of two Lambda function versions", published both, with one role and one dead-letter queue."""
    if len(alias.weights) > 1:
        raise InvalidParameterValueException("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for other in alias.weights:
        if other == alias.version:
            raise InvalidParameterValueException(f"Invalid function version {other}. Function version {other} is already included in routing configuration.")
        if alias.version == LATEST:
            raise InvalidParameterValueException("$LATEST is not supported for an alias pointing to more than 1 version").untyped()
        first, second = _version(account, record, alias.version).settings, _version(account, record, other).settings
        if first["Role"] != second["Role"]:
            raise InvalidParameterValueException("Specified versions must be associated with the same execution role")
        if first.get("DeadLetterConfig") != second.get("DeadLetterConfig"):  # not recorded: in the words of the role's
            raise InvalidParameterValueException("Specified versions must be associated with the same dead letter configuration")


def _check_usable(version: VersionRecord) -> None:
    """A version whose snapshot could not be made takes no calls (the states are recorded, the sentence is that of other operations)."""
    if version.version != LATEST and version.state == "Failed":
        raise ResourceConflictException(
            "The operation cannot be performed at this time. The function is currently in the following state: "
            f"'{version.state}', StateReasonCode: '{version.reason_code}'"
        )


def _version(account: Account, record: FunctionRecord, number: str) -> VersionRecord:
    version = record.version(number)
    if version is None:
        raise ResourceNotFoundException(f"Function not found: {account.qualified_arn(record.name, number)}")
    return version
