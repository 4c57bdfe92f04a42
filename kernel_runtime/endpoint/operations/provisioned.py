"""Provisioned concurrency of a version or an alias (AWS: PutProvisionedConcurrencyConfig and its like)."""

from __future__ import annotations

from typing import Any

from ...account import aliases, provisioned
from ...account.account import Account
from ...account.provisioned import Provisioned
from ...account.records import FunctionRecord
from ...model.errors import InvalidParameterValueException, ResourceNotFoundException
from ...model.names import LATEST
from ..caller import Caller
from .named import identified, recorded, version_of
from .pages import page, with_marker

_NOT_LATEST = "The function resource provided must be an alias or a published version."


def put_provisioned_concurrency_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _target(account, request, provisioned.UNPUBLISHED)
    return _shown(provisioned.put(account, record, qualifier, request["ProvisionedConcurrentExecutions"]))


def get_provisioned_concurrency_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _target(account, request, _NOT_LATEST)
    return _shown(provisioned.get(account, record, qualifier))


def list_provisioned_concurrency_configs(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    shown, marker = page(provisioned.every(account, record), request, lambda config: config.qualifier)
    configs = [{"FunctionArn": account.qualified_arn(record.name, config.qualifier), **_shown(config)} for config in shown]
    return with_marker({"ProvisionedConcurrencyConfigs": configs}, marker)


def delete_provisioned_concurrency_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, qualifier = _target(account, request, _NOT_LATEST)
    provisioned.delete(account, record, qualifier)
    return {}


def _target(account: Account, request: dict[str, Any], not_latest: str) -> tuple[FunctionRecord, str]:
    """The function, and a version or an alias of it. ``not_latest``: what is answered for $LATEST, whether or not there is such a function."""
    named = identified(account, request)
    if named.version == LATEST:
        raise InvalidParameterValueException(not_latest)
    if named.name not in account.functions and _could_be_alias(named.qualifier):  # recorded: the alias is missed first
        raise ResourceNotFoundException(f"Cannot find alias arn: {named.arn}")
    record = account.record(named.name, named.qualifier)
    if _could_be_alias(named.qualifier):
        aliases.get(account, record, named.qualifier)
    else:
        version_of(record, named)
    return record, named.qualifier


def _could_be_alias(qualifier: str) -> bool:
    return not qualifier.isdecimal() and "$" not in qualifier


def _shown(config: Provisioned) -> dict[str, Any]:
    return {
        "RequestedProvisionedConcurrentExecutions": config.view.requested,
        "AvailableProvisionedConcurrentExecutions": config.view.available,
        "AllocatedProvisionedConcurrentExecutions": config.view.allocated,
        "Status": config.view.status,
        "StatusReason": config.view.reason,
        "LastModified": config.last_modified,
    }
