"""A version as the API shows it (botocore: FunctionConfiguration). The order of members is the model's business."""

from __future__ import annotations

from typing import Any

from ...account import snap_start
from ...account.account import Account
from ...account.records import FunctionRecord, VersionRecord
from ...artifacts.store import code_sha256
from ...model.names import LATEST
from ...runtimes import catalog

_BEING_CREATED = "The function is being created."
_ONLY_IN_FULL = ("State", "StateReason", "StateReasonCode", "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "RuntimeVersionConfig")
"""ListFunctions and ListVersionsByFunction leave these out (AWS: ListFunctions)."""


def configuration(account: Account, record: FunctionRecord, version: VersionRecord, qualifier: str = "") -> dict[str, Any]:
    """The whole FunctionConfiguration. ``qualifier``: as the caller named it; the ARN has it."""
    settings = version.settings
    shown = {
        **settings,
        "FunctionName": record.name,
        "FunctionArn": account.arn(record.name) + (f":{qualifier}" if qualifier else ""),
        "CodeSize": version.code_size,
        "CodeSha256": code_sha256(version.code_sha256),
        "LastModified": version.last_modified,
        "Version": version.version,
        "RevisionId": version.revision_id,
        "State": version.state,
        "SnapStart": {**settings["SnapStart"], "OptimizationStatus": "On" if _is_optimised(account, record, version) else "Off"},
        "RuntimeVersionConfig": {"RuntimeVersionArn": catalog.runtime_version_arn(settings["Runtime"])},
    }
    if version.state == "Pending":
        shown.update(StateReason=_BEING_CREATED, StateReasonCode="Creating")
    if version.update_status:
        shown["LastUpdateStatus"] = version.update_status
    if version.update_status == "InProgress":
        shown.update(LastUpdateStatusReason=_BEING_CREATED, LastUpdateStatusReasonCode="Creating")
    if version.state == "Failed":
        shown.update(StateReason=version.reason, StateReasonCode=version.reason_code)
    if version.update_status == "Failed":
        shown.update(LastUpdateStatusReason=version.reason, LastUpdateStatusReasonCode=version.reason_code)
    if settings.get("Layers"):
        shown["Layers"] = [{"Arn": layer.arn, "CodeSize": layer.code_size} for layer in account.layers.book.attached(settings["Layers"])]
    if settings.get("VpcConfig"):
        shown["VpcConfig"] = {"SubnetIds": [], "SecurityGroupIds": [], **settings["VpcConfig"], "VpcId": "vpc-00000000"}
    return shown


def _is_optimised(account: Account, record: FunctionRecord, version: VersionRecord) -> bool:
    """Whether its snapshot is there. AWS: "If the OptimizationStatus is On and State is Active, then SnapStart is activated" for a published version."""
    if version.version == LATEST or not snap_start.is_on(version.settings):
        return False
    return account.engine.has_snapshot(record.name, version.version)


def listed(account: Account, record: FunctionRecord, version: VersionRecord) -> dict[str, Any]:
    """As lists show it: less, and qualified where lists are."""
    shown = configuration(account, record, version)
    return {member: value for member, value in shown.items() if member not in _ONLY_IN_FULL}


def version_qualifier(version: VersionRecord) -> str:
    """The qualifier of a published version's own ARN; none for $LATEST."""
    return "" if version.version == LATEST else version.version
