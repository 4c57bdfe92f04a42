"""Aliases: create, get, list, update, delete (AWS: CreateAlias and its like; botocore: AliasConfiguration)."""

from __future__ import annotations

from typing import Any

from ...account import aliases
from ...account.account import Account
from ...account.records import AliasRecord, FunctionRecord
from ..caller import Caller
from .named import identified, recorded
from .pages import page, with_marker


def create_alias(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    named = identified(account, request)
    record = account.record(named.name, request["FunctionVersion"])  # recorded: the version is in the error for a function that is not there
    alias = aliases.create(
        account, record, request["Name"], request["FunctionVersion"], description=request.get("Description") or "", weights=_weights(request)
    )
    return _shown(account, record, alias)


def get_alias(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    return _shown(account, record, aliases.get(account, record, request["Name"]))


def list_aliases(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    version = request.get("FunctionVersion")
    found = [record.aliases[name] for name in sorted(record.aliases) if version in (None, record.aliases[name].version)]
    shown, marker = page(found, request, lambda alias: alias.name)
    return with_marker({"Aliases": [_shown(account, record, alias) for alias in shown]}, marker)


def update_alias(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    alias = aliases.update(
        account, record, request["Name"],
        version=request.get("FunctionVersion"), description=request.get("Description"), weights=_weights(request), revision_id=request.get("RevisionId"),
    )  # fmt: skip
    return _shown(account, record, alias)


def delete_alias(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, _ = recorded(account, request)
    aliases.delete(account, record, request["Name"])
    return {}


def _weights(request: dict[str, Any]) -> dict[str, float] | None:
    """None where nothing is said of it; an empty RoutingConfig takes weights away."""
    routing = request.get("RoutingConfig")
    return None if routing is None else dict(routing.get("AdditionalVersionWeights") or {})


def _shown(account: Account, record: FunctionRecord, alias: AliasRecord) -> dict[str, Any]:
    return {
        "AliasArn": account.qualified_arn(record.name, alias.name),
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RoutingConfig": {"AdditionalVersionWeights": dict(alias.weights)} if alias.weights else None,
        "RevisionId": alias.revision_id,
    }
