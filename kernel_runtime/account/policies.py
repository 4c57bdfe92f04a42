"""Resource policies of functions: who else may do what with them (AWS: "Using resource-based policies for Lambda")."""

from __future__ import annotations

from typing import Any

from .account import Account
from .identifiers import FunctionId

NOUN = "policy"
"""Under which a record keeps its policies, by qualifier (empty: the function's own): ``{"statements": […], "revision_id": "…"}``."""


def allows(account: Account, named: FunctionId, principal: str, caller_account: str, action: str) -> bool:
    """Whether the policy of what is named allows ``principal``, which belongs to ``caller_account``, to do ``action``."""
    record = account.functions.get(named.name)
    if record is None:
        return False
    policy: dict[str, Any] = record.attached.get(NOUN, {}).get(named.qualifier, {})
    return any(_covers(statement, principal, caller_account, action) for statement in policy.get("statements", ()))


def _covers(statement: dict[str, Any], principal: str, caller_account: str, action: str) -> bool:
    if statement["Action"] not in (action, "lambda:*", "*"):
        return False
    given = statement["Principal"]
    names = [given] if isinstance(given, str) else [given.get("AWS"), given.get("Service")]
    return any(name in ("*", principal, caller_account, f"arn:aws:iam::{caller_account}:root") for name in names if name)
