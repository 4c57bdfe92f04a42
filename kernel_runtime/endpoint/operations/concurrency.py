"""Reserved concurrency of a function (AWS: PutFunctionConcurrency, GetFunctionConcurrency, DeleteFunctionConcurrency)."""

from __future__ import annotations

from typing import Any

from ...account import functions
from ...account.account import Account
from ...account.identifiers import FunctionId
from ...model.errors import InvalidParameterValueException
from ...model.names import LATEST
from ..caller import Caller
from .named import identified

_FUNCTIONS_ONLY = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
    "Please specify either a function name or an unqualified function ARN."
)


def put_function_concurrency(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = _unqualified(account, request)
    record = account.record(named.name, LATEST)  # recorded: the error for a function that is not there names $LATEST
    functions.reserve(account, record, request["ReservedConcurrentExecutions"])
    return _shown(record.reserved_concurrency)


def get_function_concurrency(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return _shown(account.record(_unqualified(account, request).name).reserved_concurrency)


def delete_function_concurrency(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    functions.reserve(account, account.record(_unqualified(account, request).name), None)
    return {}


def _shown(reserved: int | None) -> dict[str, Any]:
    return {"ReservedConcurrentExecutions": reserved}


def _unqualified(account: Account, request: dict[str, Any]) -> FunctionId:
    named = identified(account, request)
    if named.qualifier:
        raise InvalidParameterValueException(_FUNCTIONS_ONLY)
    return named
