"""A real local fleet for tests: functions from source text, one environment each, without control and engine above it."""

from __future__ import annotations

import itertools
import json
import queue
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from kernel_runtime.control.facts import EnvironmentDied, HostLost
from kernel_runtime.fleet.base import Ahead, HostFact, block
from kernel_runtime.fleet.local import LocalFleet
from kernel_runtime.model.function import Function
from kernel_runtime.model.invocation import Answer, Invocation
from kernel_runtime.runtimes.catalog import default_runtime

FACT_S = 20.0
"""How long a fact may take that a test waits for; far more than it takes."""


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition that must come to hold."""
    end = time.monotonic() + FACT_S
    while not holds():
        assert time.monotonic() < end, "waited in vain"


class Running:
    """``facts`` holds what the fleet tells on its own. Use it as a context manager."""

    def __init__(self, mechanisms: Literal["best", "portable"]) -> None:
        self.mechanisms = mechanisms
        self.facts: queue.Queue[HostFact] = queue.Queue()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name).resolve()
        self.root.chmod(0o755)
        self._numbers = itertools.count(1)
        self.fleet = LocalFleet(lambda code: self.root / code, self._layers, mechanisms)

    def __enter__(self) -> Running:
        self.fleet.open(self.facts.put)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.fleet.close()
        self._folder.cleanup()

    def function(self, source: str, **more: Any) -> Function:
        """A function of one module."""
        code = f"code-{next(self._numbers)}"
        (self.root / code).mkdir()
        (self.root / code / "index.py").write_text(source)
        return Function(more.pop("name", code), code, **{"runtime": default_runtime(), **more})

    def environment(self, source: str, ahead: Ahead | None = None, **more: Any) -> Place:
        """A new environment of a new function, its init begun."""
        place = Place(self, next(self._numbers), self.function(source, **more))
        self.fleet.start(place.number, place.function, ahead=ahead)
        return place

    def another(self, place: Place) -> Place:
        """One more environment of the same function, its init or restore begun."""
        place = Place(self, next(self._numbers), place.function)
        self.fleet.start(place.number, place.function)
        return place

    def ready(self, source: str, **more: Any) -> Place:
        """A new environment whose init went well."""
        place = self.environment(source, **more)
        init = place.initialised()
        assert init.cause == "answered", (init, init.log.decode())
        return place

    def fact(self, kind: type[EnvironmentDied] | type[HostLost]) -> Any:
        """The next fact of that kind."""
        while True:
            told = self.facts.get(timeout=FACT_S)
            if isinstance(told, kind):
                return told

    def mechanism(self, limit: str) -> str:
        """What ``doctor`` names for a limit; empty where it is not enforced."""
        return next(row.mechanism if row.enforced else "" for row in self.fleet.doctor() if row.limit == limit)

    def _layers(self, arns: Any) -> Path | None:
        return self.root / "layers" if arns else None


class Place:
    """One environment, driven by hand."""

    def __init__(self, running: Running, number: int, function: Function) -> None:
        self.running, self.number, self.function = running, number, function

    def initialised(self) -> Answer:
        return block(self.running.fleet.initialised(self.number))

    def restarted(self, timeout_s: float = 10.0) -> Answer:
        self.running.fleet.restart(self.number, timeout_s)
        return self.initialised()

    def answer(self, event: Any = None, timeout_s: float = 20.0) -> Answer:
        """One invocation, whatever its end."""
        invocation = Invocation(f"request-{self.number}", self.function.arn, json.dumps(event).encode())
        return block(self.running.fleet.exchange(self.number, invocation, timeout_s))

    def __call__(self, event: Any = None, timeout_s: float = 20.0) -> Any:
        """One invocation that must go well: its payload."""
        answer = self.answer(event, timeout_s)
        assert answer.cause == "answered", (answer, answer.log.decode())
        return json.loads(answer.payload)

    def beside(self, event: Any = None, timeout_s: float = 20.0) -> queue.Queue[Answer]:
        """One invocation in a thread of its own; its answer comes in the queue."""
        answers: queue.Queue[Answer] = queue.Queue()
        threading.Thread(target=lambda: answers.put(self.answer(event, timeout_s)), daemon=True).start()
        return answers
