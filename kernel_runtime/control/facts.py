"""What happened. Past tense, frozen, told to ``Controller.step`` by a driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..model.function import Function
from ..model.invocation import InitFailure, InvocationRecord, SnapshotRecord
from ..model.names import LATEST


@dataclass(frozen=True, slots=True)
class FunctionPut:
    """A function was created, or its code or configuration changed: ``function.revision`` is new where it needs new environments.

    Of a numbered ``function.version``: it was published. The function itself (``$LATEST``) is told first; its reserved concurrency is all versions'.
    """

    function: Function


@dataclass(frozen=True, slots=True)
class FunctionDeleted:
    """With all its versions, aliases and provisioned concurrency."""

    name: str


@dataclass(frozen=True, slots=True)
class VersionDeleted:
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class AliasPut:
    """An alias was made, or moved. ``weights``: other versions, each with its part (0.0 to 1.0) of the calls; the rest go to ``version``."""

    function: str
    alias: str
    version: str
    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class AliasDeleted:
    function: str
    alias: str


@dataclass(frozen=True, slots=True)
class ProvisionedPut:
    """``count`` environments are to be kept initialised for calls by ``qualifier``, a published version or an alias of one."""

    function: str
    qualifier: str
    count: int


@dataclass(frozen=True, slots=True)
class ProvisionedDeleted:
    function: str
    qualifier: str


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
    """Somebody called a function. ``synchronous`` calls fall under the requests-per-second rule; asynchronous ones do not.

    ``qualifier``: a version or an alias. ``draw``: a number from [0, 1) by which an alias with weights chooses.
    """

    request_id: str
    function: str
    synchronous: bool = True
    qualifier: str = LATEST
    draw: float = 0.0


@dataclass(frozen=True, slots=True)
class EnvironmentReady:
    """The init of an environment is over, well (``ok``) or not. If a request waits for it, it goes on in it: a failed init is run again inside the
    invocation.

    ``failure``: INIT_REPORT's figures and what was printed, of a provisioned environment whose init failed (no invocation's record holds them).
    """

    environment_id: int
    init_ms: float
    ok: bool = True
    max_memory_mb: int = 0
    failure: InitFailure | None = None


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
class SnapshotTaken:
    """The init of a published version's snapshot is over, well or not. Nothing is decided by it: who has a snapshot knows."""

    record: SnapshotRecord


@dataclass(frozen=True, slots=True)
class HostLost:
    """The worker host died and every environment with it. Invocations in flight are told by ``InvocationBroken``, each by its own caller."""


@dataclass(frozen=True, slots=True)
class TimeReached:
    """A ``WakeAt`` fell due."""


Fact = (
    FunctionPut
    | FunctionDeleted
    | VersionDeleted
    | AliasPut
    | AliasDeleted
    | ProvisionedPut
    | ProvisionedDeleted
    | AccountLimitChanged
    | MachineMeasured
    | InvokeRequested
    | EnvironmentReady
    | EnvironmentRefused
    | InvocationFinished
    | InvocationBroken
    | EnvironmentDied
    | SnapshotTaken
    | HostLost
    | TimeReached
)
