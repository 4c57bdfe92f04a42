"""A function's life in an account: made, changed, deleted, with the states in between (AWS: "Lambda function states").

Every change is checked whole before anything of it is done; then the record is kept, and what takes time settles in the background.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..model.errors import AwsError, InvalidParameterValueException, PreconditionFailedException, ResourceConflictException
from ..model.function import Function, needs_new_environments
from ..model.names import LATEST
from . import layer_use, snap_start, storage
from . import settings as settings_of
from .account import Account
from .records import FunctionRecord, VersionRecord

_STALE = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
_UNDER_WAY = "The operation cannot be performed at this time. An update is in progress for resource: "


def check_revision(wanted: str | None, current: str) -> None:
    """Raises PreconditionFailedException where a caller has seen another revision than the current one."""
    if wanted and wanted != current:
        raise PreconditionFailedException(_STALE)


def check_settled(account: Account, record: FunctionRecord) -> None:
    """Raises ResourceConflictException while $LATEST is being made or changed, and where it could not be made."""
    latest = record.latest
    if latest.state != "Active":
        raise ResourceConflictException(f"The operation cannot be performed at this time. The function is currently in the following state: {latest.state}")
    if latest.update_status == "InProgress":
        raise ResourceConflictException(_UNDER_WAY + account.arn(record.name))


def create(account: Account, name: str, settings: dict[str, Any], code: str, *, tags: dict[str, str] | None = None, packages: str = "lambda") -> FunctionRecord:
    """A new function, Pending until it has settled. ``code``: digest of a zip in the store.

    Raises ResourceConflictException where there is one of that name, and whatever Lambda refuses in the settings.
    """
    with account.changing:
        if name in account.functions:
            raise ResourceConflictException(f"Function already exist: {name}")
        latest = VersionRecord(LATEST, code, account.store.size_bytes(code), settings, account.timestamp(), account.new_id(), packages=packages)
        record = FunctionRecord(name, latest, tags=dict(tags or {}))
        latest.revision = account.next_revision()
        function = checked(account, record, latest)
        storage.check(account, latest.code_size)
        account.put(function)
        account.save(record)
        account.settle(lambda: _settled(account, name, function, latest.revision_id))
        return record


def checked(account: Account, record: FunctionRecord, version: VersionRecord) -> Function:
    """The runnable function, its surroundings checked: layers there and allowed, code and layers together within 250 MB, SnapStart possible if asked for."""
    function = settings_of.function_of(account, record, version)
    snap_start.check(version.settings)
    held = account.functions.get(record.name)
    if held is None or held.latest.settings.get("Layers") != version.settings.get("Layers"):  # a layer that was deleted goes on serving who has it
        layer_use.resolve(account, function.layers)
    account.layers.check_unzipped(function.code_sha256, function.layers)
    return function


def change(
    account: Account,
    record: FunctionRecord,
    *,
    settings: dict[str, Any] | None = None,
    code: str | None = None,
    packages: str | None = None,
    revision_id: str | None = None,
    dry_run: bool = False,
) -> VersionRecord:
    """$LATEST with new settings or new code, InProgress until it has settled: calls go to the old one meanwhile.

    Raises ResourceConflictException while another change is under way, PreconditionFailedException, and whatever Lambda refuses; nothing has changed then.
    """
    with account.changing:
        latest = record.latest
        check_revision(revision_id, latest.revision_id)
        check_settled(account, record)
        new = replace(
            latest,
            settings=settings if settings is not None else latest.settings,
            code_sha256=code or latest.code_sha256,
            code_size=account.store.size_bytes(code) if code else latest.code_size,
            packages=packages or latest.packages,
            last_modified=account.timestamp(),
            revision_id=account.new_id(),
            update_status="InProgress",
        )
        function = checked(account, record, new)
        storage.check(account, new.code_size - latest.code_size)
        if needs_new_environments(settings_of.function_of(account, record, latest), function):
            new.revision = account.next_revision()
            function = replace(function, revision=new.revision)
        if dry_run:
            return new
        record.latest = new
        record.published = ""
        account.save(record)
        account.settle(lambda: _settled(account, record.name, function, new.revision_id))
        return new


def _settled(account: Account, name: str, function: Function, revision_id: str) -> None:
    """The code is unpacked and the layers are merged: calls go to it from now on."""
    broken = ""
    try:
        account.store.unpacked(function.code_sha256)
        account.layers.merged(function.layers)
    except AwsError as why:
        broken = str(why)
    with account.changing:
        record = account.functions.get(name)
        if record is None or record.latest.revision_id != revision_id:
            return  # deleted, or made anew, meanwhile
        latest = record.latest
        if not broken:
            account.put(replace(function, reserved_concurrency=record.reserved_concurrency))
        latest.settle(broken, "InvalidZipFileException")
        latest.revision_id = account.new_id()
        account.save(record)


def drafted(account: Account, name: str, settings: dict[str, Any], reserved: int | None, packages: str) -> Function:
    """The function that these settings would make, with no code yet. Raises AwsError where Lambda refuses them."""
    latest = VersionRecord(LATEST, "0" * 64, 0, settings, "", "", packages=packages)
    return settings_of.function_of(account, FunctionRecord(name, latest, reserved_concurrency=reserved), latest)


def define(account: Account, name: str, settings: dict[str, Any], code: str, reserved: int | None, packages: str) -> FunctionRecord:
    """Create the function, or give it these settings, this code and this reserved concurrency; in force when it returns.

    Raises what Lambda refuses; nothing has changed then.
    """
    with account.changing:
        held = account.functions.get(name)
        size = account.store.size_bytes(code)
        latest = VersionRecord(LATEST, code, size, settings, account.timestamp(), account.new_id(), "Active", "Successful", packages)
        record = replace(held, latest=latest, reserved_concurrency=reserved) if held else FunctionRecord(name, latest, reserved_concurrency=reserved)
        latest.revision = held.latest.revision if held else account.next_revision()
        function = checked(account, record, latest)
        storage.check(account, size - (held.latest.code_size if held else 0))
        if held and needs_new_environments(settings_of.function_of(account, held, held.latest), function):
            latest.revision = account.next_revision()
            function = replace(function, revision=latest.revision)
        if held and (settings, code) != (held.latest.settings, held.latest.code_sha256):
            record.published = ""
        account.put(function)
        account.save(record)
        return record


def reserve(account: Account, record: FunctionRecord, concurrency: int | None) -> None:
    """Reserved concurrency; None takes it away. Raises InvalidParameterValueException where the others would be left too little."""
    with account.changing:
        if concurrency is not None and (not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 0):
            raise InvalidParameterValueException("reserved concurrency is a whole number from 0 up")
        account.put(replace(account.running[record.name, LATEST], reserved_concurrency=concurrency))  # a change under way stays under way
        record.reserved_concurrency = concurrency
        account.save(record)


def delete(account: Account, record: FunctionRecord) -> None:
    """The whole function. Invocations in flight end."""
    with account.changing:
        account.engine.delete(record.name)
        account.forget(record.name)
