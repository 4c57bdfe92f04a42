"""A scripted fleet: nothing runs, everything takes as long as it is told, in the time of whoever waits. For tests and for trying out a rule.

Under an event loop with virtual time (``virtual_time``) a day of traffic takes a second and comes out the same every time.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..model.function import Function
from ..model.invocation import Answer, Cause, Invocation
from ..model.limits import RESTORE_TIMEOUT_S, init_timeout_s
from .base import Ahead, Enforcement, HostFact, Sleep, Waiting, version_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Script:
    """How long one init or invocation takes, in seconds, how it ends, and what it prints."""

    seconds: float = 0.0
    cause: Cause = "answered"
    payload: bytes = b"null"
    max_memory_mb: int = 20
    log: bytes = b""


Scripts = Callable[[str, int], Script]
"""A function's name and a count from 0 of what was asked of it, to what happens."""


def always(seconds: float = 0.0, cause: Cause = "answered") -> Scripts:
    """The same every time."""
    script = Script(seconds, cause)
    return lambda name, count: script


class FakeFleet:
    """A fleet that follows scripts. ``started``, ``provisioned`` (among those), ``restarted`` and ``stopped`` hold what it was told, by environment;
    ``snapshots`` are versions with the environment that is one. A restore goes by ``restores``."""

    def __init__(self, inits: Scripts | None = None, invocations: Scripts | None = None, restores: Scripts | None = None) -> None:
        self._inits = inits or always()
        self._invocations = invocations or always()
        self._restores = restores or always()
        self.snapshots: dict[tuple[str, str, int], int] = {}
        self._ahead: dict[int, Ahead | None] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._functions: dict[int, Function] = {}
        self._limits_s: dict[int, float] = {}
        self.tell: Callable[[HostFact], None] = lambda fact: None
        self.started: list[int] = []
        self.provisioned: list[int] = []
        self.restarted: list[int] = []
        self.stopped: list[int] = []
        self.interrupted: list[int] = []
        self.closed = False

    def open(self, tell: Callable[[HostFact], None]) -> None:
        self.tell = tell

    def start(self, environment_id: int, function: Function, *, ahead: Ahead | None = None) -> None:
        self._functions[environment_id], self._ahead[environment_id] = function, ahead
        self._limits_s[environment_id] = init_timeout_s(function.timeout_s, ahead is not None)
        self.started.append(environment_id)
        if ahead == "provisioned":
            self.provisioned.append(environment_id)

    def has_snapshot(self, function: Function) -> bool:
        return version_of(function) in self.snapshots

    def restart(self, environment_id: int, timeout_s: float) -> None:
        self._limits_s[environment_id] = timeout_s
        self.restarted.append(environment_id)

    def initialised(self, environment_id: int) -> Waiting[Answer]:
        version, ahead = version_of(self._functions[environment_id]), self._ahead[environment_id]
        if version in self.snapshots and ahead is None:
            answer = yield from self._play("restore", self._restores, environment_id, RESTORE_TIMEOUT_S)
            return replace(answer, restored=True, billed_ms=answer.duration_ms)
        answer = yield from self._play("init", self._inits, environment_id, self._limits_s[environment_id])
        if ahead == "snapshot" and answer.cause == "answered":
            self.snapshots[version] = environment_id
        return answer

    def exchange(self, environment_id: int, invocation: Invocation, timeout_s: float) -> Waiting[Answer]:
        return self._play("invocation", self._invocations, environment_id, timeout_s)

    def interrupt(self, environment_id: int) -> None:
        self.interrupted.append(environment_id)

    def stop(self, environment_id: int) -> None:
        self.stopped.append(environment_id)
        self.snapshots = {version: number for version, number in self.snapshots.items() if number != environment_id}

    def doctor(self) -> tuple[Enforcement, ...]:
        return (Enforcement("everything", "a script", False, "nothing runs in this fleet"),)

    def close(self) -> None:
        self.closed = True

    def _play(self, what: str, scripts: Scripts, environment_id: int, timeout_s: float) -> Waiting[Answer]:
        name = self._functions[environment_id].name
        count = self._counts.get((what, name), 0)
        self._counts[what, name] = count + 1
        script = scripts(name, count)
        if script.seconds > timeout_s:
            yield Sleep(timeout_s)
            return Answer("timeout", duration_ms=timeout_s * 1e3, max_memory_mb=script.max_memory_mb)
        yield Sleep(script.seconds)
        payload = script.payload if script.cause in ("answered", "failed") else b""
        return Answer(script.cause, payload, duration_ms=script.seconds * 1e3, max_memory_mb=script.max_memory_mb, log=script.log)


class _Jump(selectors.DefaultSelector):
    """A selector that, where nothing is ready, does not wait but says how long it would have."""

    jumped_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.jumped_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time moves only when everybody waits, and then at once."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.jumped_s


def virtual_time(body: Callable[[Callable[[], float]], Coroutine[Any, Any, T]]) -> T:
    """Run ``body(clock)`` in a loop with virtual time that begins at 0."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(body(loop.time))
    finally:
        loop.close()
