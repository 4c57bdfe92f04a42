"""What a home holds, taken in by the account that opens it: the engine is told of every version, alias and provisioned concurrency again."""

from __future__ import annotations

from ..model.names import LATEST
from . import aliases, provisioned, settings, snap_start, versions
from .account import Account
from .records import FunctionRecord


def adopt(account: Account, record: FunctionRecord) -> None:
    """A function as it was; what was about to settle settles now, what had failed stays so, an init that was broken off is tried again, and snapshots
    are made anew."""
    for version in record.all_versions():
        account.seen_revision(version.revision)
    for version in record.all_versions():
        if version.update_status == "InProgress":
            version.update_status = "Successful"
        account.put(settings.function_of(account, record, version))
        if version.state == "Pending":
            versions.settle(account, record, version)
        elif version.version != LATEST and version.state == "Active" and snap_start.is_on(version.settings):
            versions.take_again(account, record, version)
    for alias in record.aliases.values():
        aliases.tell(account, record, alias)
    provisioned.tell(account, record)
