"""Who may use a layer version (AWS: AddLayerVersionPermission, GetLayerVersionPolicy, RemoveLayerVersionPermission)."""

from __future__ import annotations

from typing import Any

from ...account.account import Account
from ..caller import Caller
from .layer_names import owned


def add_layer_version_permission(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The statement as JSON, and the policy's new revision."""
    name = owned(account, request, caller, "AddLayerVersionPermission")
    statement, revision = account.layers.book.add_permission(
        account.id, account.region, name.name, request["VersionNumber"],
        statement_id=request["StatementId"], action=request["Action"], principal=request["Principal"],
        organization_id=request.get("OrganizationId"), revision_id=request.get("RevisionId"),
    )  # fmt: skip
    return {"Statement": statement, "RevisionId": revision}


def get_layer_version_policy(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    name = owned(account, request, caller, "GetLayerVersionPolicy")
    policy, revision = account.layers.book.policy(account.id, account.region, name.name, request["VersionNumber"])
    return {"Policy": policy, "RevisionId": revision}


def remove_layer_version_permission(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    name = owned(account, request, caller, "RemoveLayerVersionPermission")
    account.layers.book.remove_permission(account.id, account.region, name.name, request["VersionNumber"], request["StatementId"], request.get("RevisionId"))
    return {}
