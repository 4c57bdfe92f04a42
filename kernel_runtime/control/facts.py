"""What happened. Past tense, frozen, told to ``Controller.step`` by a driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..model.function import Function
from ..model.invocation import InvocationRecord


@dataclass(frozen=True, slots=True)
class FunctionPut:
    """A function was created, or its code or configuration changed: ``function.revision`` is new where it needs new environments."""

    function: Function


@dataclass(frozen=True, slots=True)
class FunctionDeleted:
    name: str


@dataclass(frozen=True, slots=True)
class AccountLimitChanged:
    """AWS raised (or lowered) the account's concurrency."""

    concurrency: int


@dataclass(frozen=True, slots=True)
class MachineMeasured:
    """What this machine has left. available_mb: memory that new environments may take. cpu_due_s, cpu_obtained_s: CPU seconds that environments were
    due, and got,
    since the last measurement (shown as contention; no decision rests on them)."""

    available_mb: int
    cpu_due_s: float = 0.0
    cpu_obtained_s: float = 0.0


@dataclass(frozen=True, slots=True)
class InvokeRequested:
    """Somebody called a function. ``synchronous`` calls fall under the requests-per-second rule; asynchronous ones do not."""

    request_id: str
    function: str
    synchronous: bool = True


@dataclass(frozen=True, slots=True)
class EnvironmentReady:
    """The init of an environment is over, well (``ok``) or not, and its request goes on in it: a failed init is run again inside the invocation."""

    environment_id: int
    init_ms: float
    ok: bool = True
    max_memory_mb: int = 0


@dataclass(frozen=True, slots=True)
class EnvironmentRefused:
    """The machine could not start an environment (no memory, no process): it never was."""

    environment_id: int
    why: str


@dataclass(frozen=True, slots=True)
class InvocationFinished:
    """An invocation ended. ``alive``: the process can serve again as it is; else the next invocation in this environment is a suppressed init."""

    environment_id: int
    request_id: str
    alive: bool
    record: InvocationRecord


@dataclass(frozen=True, slots=True)
class InvocationBroken:
    """An invocation was broken off by the caller (Ctrl-C) or by a fault of the lab; its environment's process is dead. Nothing is billed."""

    environment_id: int
    request_id: str
    why: str


@dataclass(frozen=True, slots=True)
class EnvironmentDied:
    """The process of an environment that was serving nobody died (killed from outside, or for its memory)."""

    environment_id: int
    cause: Literal["exit", "signal", "out_of_memory", "lost"] = "exit"


@dataclass(frozen=True, slots=True)
class HostLost:
    """The worker host died and every environment with it. Invocations in flight are told by ``InvocationBroken``, each by its own caller."""


@dataclass(frozen=True, slots=True)
class TimeReached:
    """A ``WakeAt`` fell due."""


Fact = (
    FunctionPut
    | FunctionDeleted
    | AccountLimitChanged
    | MachineMeasured
    | InvokeRequested
    | EnvironmentReady
    | EnvironmentRefused
    | InvocationFinished
    | InvocationBroken
    | EnvironmentDied
    | HostLost
    | TimeReached
)
