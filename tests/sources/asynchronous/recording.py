"""A scripted fleet that writes down which requests it ran, in a file that survives a kill; a fast lab over it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from kernel_runtime import Lab
from kernel_runtime.fleet.base import Waiting
from kernel_runtime.fleet.fake import FakeFleet, Scripts
from kernel_runtime.model.invocation import Answer, Invocation
from kernel_runtime.sources.view import SourceView

PATIENCE_S = 60


class RecordingFleet(FakeFleet):
    def __init__(self, ran: Path, invocations: Scripts | None = None) -> None:
        super().__init__(invocations=invocations)
        self._ran = os.open(ran, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def exchange(self, environment_id: int, invocation: Invocation, timeout_s: float) -> Waiting[Answer]:
        answer = yield from super().exchange(environment_id, invocation, timeout_s)
        os.write(self._ran, f"{invocation.request_id}\n".encode())
        return answer


def view(lab: Lab, name: str = "f") -> SourceView:
    """How a function's events stand; one of nothing before the first is in the queue."""
    found = [view for view in lab.sources(name) if view.kind == "asynchronous"]
    return found[0] if found else SourceView("asynchronous", name, name)


def lines(path: Path) -> list[str]:
    """Whole lines of a file that is written to."""
    if not path.exists():
        return []
    text = path.read_text()
    return text[: text.rfind("\n") + 1].split()


def recording_lab(home: Path, ran: Path, invocations: Scripts | None = None, clock: float = 1.0) -> Lab:
    return Lab(home, fleet=RecordingFleet(ran, invocations), clock=clock)


def until(done: Callable[[], bool]) -> None:
    """Wait for it; fails after a minute."""
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.001)
