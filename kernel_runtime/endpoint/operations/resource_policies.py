"""The whole resource policy of a function, version or alias by its ARN: the same policy that permissions are added to (AWS: PutResourcePolicy and its like)."""

from __future__ import annotations

from typing import Any

from ...account import policies
from ...account.account import Account
from ...account.records import FunctionRecord
from ...model.errors import ResourceNotFoundException
from ..caller import Caller
from .named import check_qualifier, identified


def put_resource_policy(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _target(account, request["ResourceArn"])
    return _shown(policies.put(account, record, qualifier, request["Policy"], request.get("RevisionId")))


def get_resource_policy(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _target(account, request["ResourceArn"])
    return _shown(policies.held(record, qualifier))


def delete_resource_policy(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _target(account, request["ResourceArn"])
    policies.delete(account, record, qualifier, request.get("RevisionId"))
    return {}


def _target(account: Account, arn: str) -> tuple[FunctionRecord, str]:
    if ":runtime/" in arn:  # the lab keeps no runtimes of an account's own
        raise ResourceNotFoundException("The resource you requested does not exist.")
    named = identified(account, {"FunctionName": arn})
    record = account.record(named.name, named.qualifier)
    check_qualifier(record, named)
    return record, named.qualifier


def _shown(policy: policies.Policy) -> dict[str, Any]:
    return {"Policy": policies.text(policy), "RevisionId": policy["revision_id"]}
