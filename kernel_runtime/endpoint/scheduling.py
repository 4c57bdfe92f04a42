"""Which calls behind the door may change what is scheduled."""

from __future__ import annotations

from . import identity
from .arrival import Arrival

_READS = ("List", "Describe", "Test", "Get", "PutEvents", "Validate", "Estimate")


def may_change(service: str, arrival: Arrival, body: bytes) -> tuple[str, ...]:
    """The services that keep schedules whose schedules the call may have changed."""
    if service == "events":
        return () if (arrival.header("x-amz-target") or "").rpartition(".")[2].startswith(_READS) else ("events",)
    if service == "scheduler":
        return () if arrival.method == "GET" else ("scheduler",)
    if service == "cloudformation":
        return () if (identity.action_of(arrival, body) or "").startswith(_READS) else ("events", "scheduler")
    return ()
