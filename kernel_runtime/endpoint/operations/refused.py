"""Operations that answer a clear error for now, and what it says of each."""

from __future__ import annotations

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
