"""What an account's code takes of its 75 GB in a region: $LATEST and every version of each function, and every layer version (AWS: "Lambda quotas")."""

from __future__ import annotations

from ..artifacts.sizes import check_storage
from .account import Account


def functions_bytes(account: Account) -> int:
    """Packages as they were sent, however many versions share one."""
    return sum(version.code_size for record in list(account.functions.values()) for version in record.all_versions())


def used_bytes(account: Account) -> int:
    """AWS: GetAccountSettings, AccountUsage.TotalCodeSize."""
    return functions_bytes(account) + account.layers.book.total_bytes(account.id, account.region)


def check(account: Account, more_bytes: int) -> None:
    """Raise CodeStorageExceededException where there is no room for ``more_bytes``."""
    check_storage(used_bytes(account), more_bytes, account.code_storage_max_bytes)
