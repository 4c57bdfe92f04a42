"""The port: where environments run. Nobody else knows.

``local`` is this machine's worker host, ``fake`` is scripted. A wait is data: ``initialised`` and ``exchange`` are generators that yield ``Wait``s and return
an ``Answer``, so one body serves a blocking caller and an ``await``ing one (``block`` and ``awaiting`` below).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from ..control.facts import EnvironmentDied, HostLost, MachineMeasured
from ..model.function import Function
from ..model.invocation import Answer, Invocation

T = TypeVar("T")
Ahead = Literal["provisioned", "snapshot"]
"""What an environment is initialised for before any call needs it."""
HostFact = EnvironmentDied | HostLost | MachineMeasured
"""What a fleet tells on its own, from its own thread: nobody waits for it."""


class Wait(Protocol):
    """One thing to wait for, in either way."""

    def block(self) -> None: ...

    async def asynchronous(self) -> None: ...


Waiting = Generator[Wait, None, T]


@dataclass(frozen=True, slots=True)
class Enforcement:
    """One row of ``Lab.doctor()``: a limit, the mechanism in force for it on this machine, and whether it really is enforced. note: what a reader must know."""

    limit: str
    mechanism: str
    enforced: bool
    note: str = ""


class Fleet(Protocol):
    """Where environments run. All methods may be called from any thread; one environment is used by one caller at a time."""

    def open(self, tell: Callable[[HostFact], None]) -> None:
        """Begin. Raises LabError where nothing can run here."""

    def start(self, environment_id: int, function: Function, *, ahead: Ahead | None = None) -> None:
        """Make the environment and begin the init of its first process (at full CPU, at most 10 s). Does not wait. Its caller then waits on ``initialised``.

        ``ahead``: no invocation waits for it; it may take 130 s, or the function's timeout where that is longer, and the process is told how it began.
        Once a ``snapshot`` is initialised, environments of that version and revision are restored from it, for as long as it is there: it is never run.
        """

    def has_snapshot(self, function: Function) -> bool:
        """Whether an environment of this version would be restored now."""

    def restart(self, environment_id: int, timeout_s: float) -> None:
        """Begin a new process in an environment whose process has died (its /tmp stays): the suppressed init. It is killed ``timeout_s`` from now."""

    def initialised(self, environment_id: int) -> Waiting[Answer]:
        """Wait for the end of the init, or restore, that ``start`` or ``restart`` began; ``answered`` if it went well. ``Answer.duration_ms`` is its own."""

    def exchange(self, environment_id: int, invocation: Invocation, timeout_s: float) -> Waiting[Answer]:
        """Thaw, run one invocation, freeze. Killed ``timeout_s`` from now. Any end of it is an Answer, ``lost`` and ``interrupted`` too."""

    def interrupt(self, environment_id: int) -> None:
        """Kill the environment's processes, keep the environment. Whoever waits gets ``interrupted``."""

    def stop(self, environment_id: int) -> None:
        """End the environment and forget it. Does not wait. Unknown ids are ignored."""

    def doctor(self) -> tuple[Enforcement, ...]:
        """Limit by limit: what is in force here, with what."""

    def close(self) -> None:
        """End everything; returns when nothing of it is left. Idempotent."""


def version_of(function: Function) -> tuple[str, str, int]:
    """What a snapshot is of."""
    return function.name, function.version, function.revision


def block(waiting: Generator[Any, None, T]) -> T:
    """Carry a waiting body to its end in this thread."""
    try:
        while True:
            next(waiting).block()
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        waiting.close()


async def awaiting(waiting: Generator[Any, None, T]) -> T:
    """Carry a waiting body to its end in this event loop."""
    try:
        while True:
            await next(waiting).asynchronous()
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        waiting.close()


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for seconds of the driver's own clock (an event loop with virtual time makes it virtual)."""

    seconds: float

    def block(self) -> None:
        import time

        time.sleep(self.seconds)

    async def asynchronous(self) -> None:
        await asyncio.sleep(self.seconds)
