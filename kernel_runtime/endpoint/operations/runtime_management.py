"""When a function gets a new version of its runtime (AWS: PutRuntimeManagementConfig, GetRuntimeManagementConfig; "Runtime update modes").

The lab has one version of each runtime, so a mode is kept and shown and changes nothing.
"""

from __future__ import annotations

from typing import Any

from ...account.account import Account
from ...account.identifiers import FunctionId
from ...account.records import FunctionRecord, VersionRecord
from ...model.errors import InvalidParameterValueException, ResourceNotFoundException
from ...runtimes import catalog
from ..caller import Caller
from .named import recorded

NOUN = "runtime_management"
"""Under which a record keeps it, by version: UpdateRuntimeOn, RuntimeVersionArn."""


def put_runtime_management_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, named = recorded(account, request)
    version = _version(record, named)
    mode, arn = request["UpdateRuntimeOn"], request.get("RuntimeVersionArn")
    _check_arn(account, version, mode, arn)
    config = {"UpdateRuntimeOn": mode, **({"RuntimeVersionArn": arn} if arn else {})}
    with account.changing:
        record.attachments(NOUN)[named.version] = config
        account.save(record)
    return {**config, "FunctionArn": named.arn}


def get_runtime_management_config(account: Account, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
    record, named = recorded(account, request)
    _version(record, named)
    config = record.attached.get(NOUN, {}).get(named.version, {"UpdateRuntimeOn": "Auto"})
    return {**config, "FunctionArn": named.arn}


def _version(record: FunctionRecord, named: FunctionId) -> VersionRecord:
    """Of $LATEST or of a published version; an alias has none of its own."""
    version = record.version(named.version)
    if version is None:
        raise ResourceNotFoundException(f"Function not found: {named.arn}")
    return version


def _check_arn(account: Account, version: VersionRecord, mode: str, arn: str | None) -> None:
    """botocore: "This is only required if you're using the Manual runtime update mode"."""
    if mode == "Manual" and not arn:
        raise InvalidParameterValueException("The RuntimeVersionArn parameter is required when UpdateRuntimeOn is Manual.")
    if mode != "Manual" and arn:
        raise InvalidParameterValueException(f"The RuntimeVersionArn parameter is not supported when UpdateRuntimeOn is {mode}.")
    runtime = version.settings["Runtime"]
    if arn and arn not in (catalog.runtime_version_arn(runtime), catalog.runtime_version_arn(runtime, account.region)):
        raise InvalidParameterValueException(f"The runtime version {arn} is not a version of {runtime}.")
