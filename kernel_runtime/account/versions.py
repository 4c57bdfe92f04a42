"""Published versions: code and settings of $LATEST, frozen under the next number (AWS: "Manage Lambda function versions")."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from ..artifacts.store import code_sha256 as in_base64
from ..model.errors import InvalidParameterValueException, ResourceConflictException
from ..model.names import LATEST
from . import settings as settings_of
from .account import Account
from .functions import check_revision
from .records import FunctionRecord, VersionRecord


def publish(
    account: Account, record: FunctionRecord, *, code_sha256: str | None = None, description: str | None = None, revision_id: str | None = None
) -> VersionRecord:
    """The next version; the newest one again where nothing has changed since it was published.

    ``code_sha256``: base64, what $LATEST's code must be. Raises InvalidParameterValueException, PreconditionFailedException.
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
        number = str(record.next_version)
        version = replace(latest, version=number, settings=deepcopy(latest.settings), revision_id=account.new_id(), state="Pending", update_status=None)
        if description is not None:
            version.settings["Description"] = description
        version.revision = account.next_revision()
        function = settings_of.function_of(account, record, version)
        account.put(function)
        record.versions[number] = version
        record.next_version += 1
        record.published = number
        latest.revision_id = account.new_id()
        account.save(record)
        account.settle(lambda: _settled(account, record.name, number))
        return version


def _settled(account: Account, name: str, number: str) -> None:
    with account.changing:
        record = account.functions.get(name)
        version = record.versions.get(number) if record else None
        if record is None or version is None or version.state != "Pending":
            return
        version.state, version.update_status = "Active", "Successful"
        version.revision_id = account.new_id()
        account.save(record)


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
        for attached in record.attached.values():
            attached.pop(qualifier, None)
        account.save(record)
