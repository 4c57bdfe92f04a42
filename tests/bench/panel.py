"""What a panel costs the kernel at 2,000 invocations a second, ten updates a second; and an update's bytes after 10 s and after 1,000 s of history."""

from __future__ import annotations

import json
import time
from typing import Any

from kernel_runtime.control import facts, orders
from kernel_runtime.journal.journal import Entry, Journal
from kernel_runtime.model.invocation import InvocationRecord
from labext.frames import Frames
from labext.panels.board import message_of

from .row import Row

_RATE, _UPDATES_PER_S, _ENVIRONMENTS = 2_000, 10, 40
_RECORD = InvocationRecord("r", "f", 1, "warm", "success", 0.0, 9.0, 9, 128, 30)


def measure() -> list[Row]:
    cpu, early, late = _run()
    cost = Row("panel at 2,000 invocations/s", f"{cpu:.1%} of a core", "–", f"{cpu:.1%}", "≤ 15 %", cpu <= 0.15)
    growth = late / early
    return [cost, Row("bytes an update, after 10 s : 1,000 s", f"{early:,.0f} : {late:,.0f}", "–", f"{growth:.2f}×", "flat (≤ 1.1×)", growth <= 1.1)]


def _run() -> tuple[float, float, float]:
    """Part of a core for folding and encoding; mean bytes an update in the tenth second and in the thousandth."""
    journal = Journal()
    frames = Frames("f", 0.0, 1_000)
    each = _RATE // _UPDATES_PER_S
    sizes: dict[int, list[int]] = {10: [], 1_000: []}
    seq, cpu_s, seconds = 0, 0.0, 0
    for second in [*range(1, 12), *range(990, 1_001)]:
        seconds += 1
        for update in range(_UPDATES_PER_S):
            now = second + update / _UPDATES_PER_S
            _append(journal, now, each)
            began = time.thread_time()
            entries: list[Entry] = journal.since(seq)
            seq = entries[-1].seq
            rows = frames.fold(entries, now + 0.1)
            message: Any = message_of("gains", rows)
            size = len(json.dumps(message))
            cpu_s += time.thread_time() - began
            if second in sizes:
                sizes[second].append(size)
    return cpu_s / seconds, sum(sizes[10]) / len(sizes[10]), sum(sizes[1_000]) / len(sizes[1_000])


def _append(journal: Journal, now: float, count: int) -> None:
    for n in range(count):
        environment, at = n % _ENVIRONMENTS + 1, now + 0.1 * n / count
        request = f"r{n % _ENVIRONMENTS}"
        journal.append(at, facts.InvokeRequested(request, "f"), [orders.Run(request, environment, "warm")])
        journal.append(at + 0.0005, facts.InvocationFinished(environment, request, True, _RECORD), [])
