"""Operations and members that answer a clear error for now, and what it says of each."""

from __future__ import annotations

from typing import Any

from ...model.errors import InvalidParameterValueException

_DURABLE = "durable functions are not run here"
_CAPACITY = "managed instances and their capacity providers are not run here"
_SCALING = "scaling settings belong to managed instances, which are not run here"

REFUSED: dict[str, str] = {
    "CheckpointDurableExecution": _DURABLE,
    "DeleteDurableExecution": _DURABLE,
    "GetDurableExecution": _DURABLE,
    "GetDurableExecutionHistory": _DURABLE,
    "GetDurableExecutionState": _DURABLE,
    "ListDurableExecutionsByFunction": _DURABLE,
    "PauseDurableExecution": _DURABLE,
    "ResumeDurableExecution": _DURABLE,
    "SendDurableExecutionCallbackFailure": _DURABLE,
    "SendDurableExecutionCallbackHeartbeat": _DURABLE,
    "SendDurableExecutionCallbackSuccess": _DURABLE,
    "StopDurableExecution": _DURABLE,
    "CreateCapacityProvider": _CAPACITY,
    "DeleteCapacityProvider": _CAPACITY,
    "GetCapacityProvider": _CAPACITY,
    "ListCapacityProviders": _CAPACITY,
    "ListFunctionVersionsByCapacityProvider": _CAPACITY,
    "UpdateCapacityProvider": _CAPACITY,
    "GetFunctionScalingConfig": _SCALING,
    "PutFunctionScalingConfig": _SCALING,
}
"""By botocore's name of the operation: the 12 of durable executions, the 8 of capacity providers and scaling settings."""

IMAGES = "Container images are not run here: give the function's code as a .zip file archive (PackageType Zip)."
_TENANTS = "The tenant ID is supported only for functions with tenant isolation, which Serverless Lab does not serve."

REFUSED_MEMBERS: dict[str, str] = {
    "ImageUri": IMAGES,
    "PublishTo": "PublishTo is supported only for functions that have a capacity provider.",
    "TenancyConfig": "Serverless Lab does not serve TenancyConfig: tenants do not get environments of their own here.",
    "CapacityProviderConfig": f"Serverless Lab does not serve CapacityProviderConfig: {_CAPACITY}.",
    "DurableConfig": f"Serverless Lab does not serve DurableConfig: {_DURABLE}.",
    "RuntimeConfig": "Serverless Lab does not serve RuntimeConfig: runtimes of customers' own are not run here.",
    "AcceleratorConfig": "Serverless Lab does not serve AcceleratorConfig: functions have no accelerators here.",
    "TenantId": _TENANTS,
    "DurableExecutionName": f"Serverless Lab does not serve DurableExecutionName: {_DURABLE}.",
}
"""By botocore's name of a member, wherever it stands: what is answered where it is given. ``$LATEST.PUBLISHED``, which PublishTo names, is a version of
functions on managed instances alone (AWS: "Lambda Managed Instances"); a tenant's ID for a function without tenants is AWS's own refusal (AWS:
"Troubleshooting tenant isolation")."""


def check_members(given: dict[str, Any]) -> None:
    """Raises InvalidParameterValueException where ``given``, a request or a structure in it, has a member that is refused."""
    for member in REFUSED_MEMBERS.keys() & given.keys():
        if given[member]:
            raise InvalidParameterValueException(REFUSED_MEMBERS[member])
