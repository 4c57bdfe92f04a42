"""Published versions: code and settings of $LATEST, frozen under the next number (AWS: "Manage Lambda function versions")."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from ..artifacts.store import code_sha256 as in_base64
from ..model.errors import AwsError, InvalidParameterValueException, ResourceConflictException, SnapshotFailed
from ..model.invocation import Answer
from ..model.names import LATEST
from . import settings as settings_of
from . import snap_start, storage
from .account import Account
from .functions import check_revision
from .records import FunctionRecord, VersionRecord

_LOOK_S = 0.5
"""A function that is deleted notifies nobody."""


def publish(
    account: Account, record: FunctionRecord, *, code_sha256: str | None = None, description: str | None = None, revision_id: str | None = None
) -> VersionRecord:
    """The next version; the newest one again where nothing has changed since it was published. Active at once where $LATEST is, else once it has settled.

    ``code_sha256``: base64, what $LATEST's code must be. Raises InvalidParameterValueException, PreconditionFailedException, CodeStorageExceededException.
    """
    with account.changing:
        latest = record.latest
        check_revision(revision_id, latest.revision_id)
        current = in_base64(latest.code_sha256)
        if code_sha256 and code_sha256 != current:
            raise InvalidParameterValueException(
                f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST ({current}). Please try again with the CodeSHA256 in $LATEST."
            )
        if record.published in record.versions:
            return record.versions[record.published]
        storage.check(account, latest.code_size)
        number = str(record.next_version)
        at_once = latest.settled and not snap_start.is_on(latest.settings)
        version = replace(latest, version=number, settings=deepcopy(latest.settings), revision_id=account.new_id(), state="Pending", update_status=None)
        if description is not None:
            version.settings["Description"] = description
        version.revision = account.next_revision()
        account.put(settings_of.function_of(account, record, version))
        if at_once:
            version.settle()
        record.versions[number] = version
        record.next_version += 1
        record.published = number
        if latest.settled:
            latest.revision_id = account.new_id()  # while it is under way its revision is what that waits for
        account.save(record)
        if not at_once:
            settle(account, record, version)
        return version


def settled(account: Account, record: FunctionRecord, version: VersionRecord) -> VersionRecord:
    """The version once it is no longer Pending, as far as it is still there. Raises SnapshotFailed where it could not be made."""
    with account.settled:
        while version.state == "Pending" and record.versions.get(version.version) is version and account.functions.get(record.name) is record:
            account.settled.wait(_LOOK_S)
    if version.state == "Failed":
        raise SnapshotFailed(f"version {version.version} of {record.name} cannot be called: {version.reason} Its log says why: lab.logs({record.name!r})")
    return version


def settle(account: Account, record: FunctionRecord, version: VersionRecord) -> None:
    """Let a Pending version become Active, or Failed, in the background: once its code is there, and with SnapStart once its snapshot is."""
    function = settings_of.function_of(account, record, version)
    revision_id = version.revision_id

    def unpack() -> None:
        broken = ""
        try:
            account.store.unpacked(function.code_sha256)
            account.layers.merged(function.layers)
        except AwsError as why:
            broken = str(why)
        if broken or version.version == LATEST or not snap_start.is_on(version.settings):
            _settled(account, record.name, version.version, revision_id, broken, "InvalidZipFileException")
        else:
            account.engine.snapshot(function, taken)

    def taken(init: Answer) -> None:
        broken = "" if init.cause == "answered" else snap_start.INIT_FAILED
        _settled(account, record.name, version.version, revision_id, broken, snap_start.INIT_FAILED_CODE)

    account.settle(unpack)


def take_again(account: Account, record: FunctionRecord, version: VersionRecord) -> None:
    """The snapshot of an Active version, in the background: it was gone with the lab that had made it. Calls start cold until it is there."""
    function = settings_of.function_of(account, record, version)

    def take() -> None:
        try:
            account.store.unpacked(function.code_sha256)
            account.layers.merged(function.layers)
        except AwsError:
            return  # its calls will say so
        account.engine.snapshot(function, lambda init: None)

    account.settle(take)


def _settled(account: Account, name: str, number: str, revision_id: str, broken: str, code: str) -> None:
    with account.changing:
        record = account.functions.get(name)
        version = record.version(number) if record else None
        if record is None or version is None or version.revision_id != revision_id:
            return  # deleted, or made anew, meanwhile
        version.settle(broken, code)
        version.revision_id = account.new_id()
        account.save(record)
        account.settled.notify_all()


def delete(account: Account, record: FunctionRecord, qualifier: str) -> None:
    """One version; a number that is not there is as good as deleted.

    Raises InvalidParameterValueException for $LATEST and for an alias, ResourceConflictException where an alias refers to it.
    """
    with account.changing:
        if qualifier == LATEST:
            raise InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.")
        if not qualifier.isdigit():
            raise InvalidParameterValueException("Deletion of aliases is not currently supported.")
        if qualifier not in record.versions:
            return
        aliases = [alias.name for alias in record.aliases.values() if qualifier == alias.version or qualifier in alias.weights]
        if aliases:
            raise ResourceConflictException(f"Unable to delete version because the following aliases reference it: [{', '.join(sorted(aliases))}]")
        account.engine.delete_version(record.name, qualifier)
        del record.versions[qualifier]
        account.running.pop((record.name, qualifier), None)
        for attached in record.attached.values():
            attached.pop(qualifier, None)
        account.save(record)
