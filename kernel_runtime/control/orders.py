"""What a driver must do. Imperative, frozen, answered by ``Controller.step``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..model.names import LATEST

ThrottleReason = Literal[
    "ConcurrentInvocationLimitExceeded",
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    "FunctionInvocationRateLimitExceeded",
    "ReservedFunctionInvocationRateLimitExceeded",
]


@dataclass(frozen=True, slots=True)
class Run:
    """Run the request in this environment, which is idle. Completed by InvocationFinished or InvocationBroken.

    ``start`` is "suppressed" where the environment's process had died: start a process in it first, inside the invocation. It is "provisioned" where
    provisioned concurrency had it ready. ``version``: what the call's qualifier came to.
    """

    request_id: str
    environment_id: int
    start: Literal["warm", "suppressed", "provisioned"]
    version: str = LATEST


@dataclass(frozen=True, slots=True)
class Start:
    """Start a new environment of the version's current revision and, once it is ready, run the request in it.

    Completed by EnvironmentReady (then InvocationFinished or InvocationBroken), EnvironmentRefused or InvocationBroken.
    """

    request_id: str
    environment_id: int
    function: str
    version: str = LATEST


@dataclass(frozen=True, slots=True)
class Provision:
    """Start a new environment of the version and see its init through; nobody waits for it, and it may take 130 s, or the function's timeout if longer.

    Completed by EnvironmentReady (well or not) or EnvironmentRefused.
    """

    environment_id: int
    function: str
    version: str


@dataclass(frozen=True, slots=True)
class Throttle:
    """Answer 429. ``retry_after_s`` is None where nothing can be said. Complete in itself."""

    request_id: str
    reason: ThrottleReason
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer that the function or its qualifier is unknown, or that this machine is full; never dressed up as a throttle. Complete in itself."""

    request_id: str
    why: Literal["machine_full", "no_such_function", "no_such_qualifier"]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """End an environment: its process, its /tmp, its place. Complete in itself: it counts as gone at once.

    why: ``idle`` (kept long enough), ``replaced`` (code or configuration changed, an alias moved, or a provisioned environment's process died),
    ``evicted`` (the machine needs its memory), ``deleted`` (the function or its version), ``released`` (provisioned concurrency was lowered or deleted).
    """

    environment_id: int
    why: Literal["idle", "replaced", "evicted", "deleted", "released"]


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Tell TimeReached at ``time_s`` (the same clock as ``now``). A later WakeAt does not cancel an earlier one."""

    time_s: float


Order = Run | Start | Provision | Throttle | Refuse | Stop | WakeAt
