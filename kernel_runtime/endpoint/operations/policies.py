"""Permissions: who else may call a function, version or alias (AWS: AddPermission, RemovePermission, GetPolicy)."""

from __future__ import annotations

import json
import re
from typing import Any

from ...account import policies
from ...account.account import Account
from ...account.identifiers import FunctionId
from ...account.records import FunctionRecord
from ...model.errors import InvalidParameterValueException, ResourceNotFoundException
from ...model.names import LATEST
from ..caller import Caller
from .named import identified

_ALIAS = re.compile(r"(?![0-9]+\Z)[a-zA-Z0-9-_]+\Z")


def add_permission(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = identified(account, request)
    if named.qualifier == LATEST:
        raise InvalidParameterValueException("We currently do not support adding policies for $LATEST.")
    record = account.record(named.name)
    _check_there(record, named)
    statement = policies.add(account, record, named.qualifier, request)
    return {"Statement": json.dumps(statement, separators=(",", ":"), ensure_ascii=False)}


def remove_permission(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = identified(account, request)
    record = account.functions.get(named.name)
    if record is None:
        raise ResourceNotFoundException(f"No policy found for: {named.unqualified_arn}")
    _check_there(record, named)
    policies.remove(account, record, named.qualifier, request["StatementId"], request.get("RevisionId"))
    return {}


def get_policy(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = identified(account, request)
    policy = policies.held(account.record(named.name), named.qualifier)
    return {"Policy": policies.text(policy), "RevisionId": policy["revision_id"]}


def _check_there(record: FunctionRecord, named: FunctionId) -> None:
    """Recorded: what could be an alias is missed as an alias, all else as a function."""
    if not named.qualifier or named.qualifier in record.aliases or record.version(named.qualifier):
        return
    missed = "Cannot find alias arn" if _ALIAS.match(named.qualifier) else "Function not found"
    raise ResourceNotFoundException(f"{missed}: {named.arn}")
