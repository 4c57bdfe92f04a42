"""Whether a function may call itself over queues and topics (AWS: PutFunctionRecursionConfig, GetFunctionRecursionConfig; "Recursive loop detection")."""

from __future__ import annotations

from typing import Any

from ...account.account import Account
from ...account.recursion import NOUN, loop_setting
from ..caller import Caller
from .named import recorded


def put_function_recursion_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    with account.changing:
        record.attachments(NOUN)[""] = request["RecursiveLoop"]
        account.save(record)
    return {"RecursiveLoop": request["RecursiveLoop"]}


def get_function_recursion_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    return {"RecursiveLoop": loop_setting(record)}
