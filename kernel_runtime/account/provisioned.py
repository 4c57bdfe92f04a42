"""Provisioned concurrency: how many environments are kept initialised for a version or an alias (AWS: "Configuring provisioned concurrency for a function").

What was asked for is kept with the function; how far it has come is ``control``'s to know.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..control.controller import ProvisionedView
from ..model.errors import (
    AwsError,
    InvalidParameterValueException,
    ProvisionedConcurrencyConfigNotFoundException,
    ResourceConflictException,
)
from ..model.names import LATEST
from . import snap_start
from .account import Account
from .records import FunctionRecord

NOUN = "provisioned"
"""Under which a record keeps them, by qualifier: ``{"count": 5, "last_modified": "…"}``, and ``refused`` where a home was opened and there was no room."""

UNPUBLISHED = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."


@dataclass(frozen=True, slots=True)
class Provisioned:
    """One configuration and how it stands. ``last_modified`` as AWS writes it here: ``2025-01-31T12:00:00+0000``."""

    qualifier: str
    last_modified: str
    view: ProvisionedView


def put(account: Account, record: FunctionRecord, qualifier: str, count: int) -> Provisioned:
    """Ask for ``count`` environments; what has been there goes on. IN_PROGRESS in the answer, however fast it goes.

    Raises InvalidParameterValueException, ResourceConflictException; nothing has changed then.
    """
    with account.changing:
        alias = record.aliases.get(qualifier)
        check_target(record, qualifier, alias.version if alias is not None else qualifier)
        before = account.engine.provisioned(record.name, qualifier)
        account.engine.put_provisioned(record.name, qualifier, count)
        modified = account.now().strftime("%Y-%m-%dT%H:%M:%S+0000")
        record.attachments(NOUN)[qualifier] = {"count": count, "last_modified": modified}
        account.save(record)
        ready = min(before.available, count) if before is not None else 0
        return Provisioned(qualifier, modified, ProvisionedView(count, ready, ready, "IN_PROGRESS"))


def get(account: Account, record: FunctionRecord, qualifier: str) -> Provisioned:
    """Raises ProvisionedConcurrencyConfigNotFoundException."""
    kept = record.attached.get(NOUN, {}).get(qualifier)
    if kept is None:
        raise ProvisionedConcurrencyConfigNotFoundException("No Provisioned Concurrency Config found for this function")
    view = account.engine.provisioned(record.name, qualifier)
    return Provisioned(qualifier, kept["last_modified"], view or ProvisionedView(kept["count"], 0, 0, "FAILED", kept.get("refused")))


def every(account: Account, record: FunctionRecord) -> list[Provisioned]:
    """All of a function's, by qualifier."""
    return [get(account, record, qualifier) for qualifier in sorted(record.attached.get(NOUN, {}))]


def delete(account: Account, record: FunctionRecord, qualifier: str) -> None:
    """Calls in flight go on; one that is not there is as good as deleted."""
    with account.changing:
        if record.attached.get(NOUN, {}).pop(qualifier, None) is None:
            return
        if account.engine.provisioned(record.name, qualifier) is not None:
            account.engine.delete_provisioned(record.name, qualifier)
        account.save(record)


def tell(account: Account, record: FunctionRecord) -> None:
    """Ask the engine for what a home that was opened says. Where the account has no room for it any more, it stands there as FAILED."""
    for qualifier, kept in record.attached.get(NOUN, {}).items():
        try:
            account.engine.put_provisioned(record.name, qualifier, kept["count"])
        except AwsError as why:
            kept["refused"] = str(why)


def check_target(record: FunctionRecord, qualifier: str, version: str) -> None:
    """Raise where ``version`` cannot be kept initialised for ``qualifier``: unpublished, from snapshots (not recorded, in the words of SnapStart's
    others), or kept already by its own number."""
    if version == LATEST:
        raise InvalidParameterValueException(UNPUBLISHED)
    target = record.version(version)
    if target is not None and snap_start.is_on(target.settings):
        raise InvalidParameterValueException(snap_start.refusal("Provisioned Concurrency"))
    if qualifier in record.aliases and version in record.attached.get(NOUN, {}):
        raise ResourceConflictException("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
