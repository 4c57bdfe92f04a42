"""What a home holds, taken in by the account that opens it: the engine is told of every version, alias and provisioned concurrency again."""

from __future__ import annotations

from . import aliases, provisioned, settings, versions
from .account import Account
from .records import FunctionRecord


def adopt(account: Account, record: FunctionRecord) -> None:
    """A function as it was; what was about to settle settles now, what had failed stays so, and an init that was broken off is tried again."""
    for version in record.all_versions():
        account.seen_revision(version.revision)
    for version in record.all_versions():
        if version.update_status == "InProgress":
            version.update_status = "Successful"
        account.put(settings.function_of(account, record, version))
        if version.state == "Pending":
            versions.settle(account, record, version)
    for alias in record.aliases.values():
        aliases.tell(account, record, alias)
    provisioned.tell(account, record)
