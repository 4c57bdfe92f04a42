"""What the account may have in this region, and what it has (AWS: GetAccountSettings)."""

from __future__ import annotations

from typing import Any

from ...account import storage
from ...account.account import Account
from ...model import limits
from ..caller import Caller


def get_account_settings(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    view = account.engine.controller.account()
    return {
        "AccountLimit": {
            "TotalCodeSize": account.code_storage_max_bytes,
            "CodeSizeUnzipped": limits.UNZIPPED_MAX_BYTES,
            "CodeSizeZipped": limits.ZIPPED_MAX_BYTES,
            "ConcurrentExecutions": view.limit,
            "UnreservedConcurrentExecutions": view.unreserved_limit,
        },
        "AccountUsage": {"TotalCodeSize": storage.used_bytes(account), "FunctionCount": len(account.functions)},
    }
