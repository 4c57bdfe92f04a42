"""One line of the table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """work: what was done. measured and floor: as text with units. figure: what is held against the bar, in the bar's unit. ok: whether it meets it."""

    work: str
    measured: str
    floor: str
    figure: str
    bar: str
    ok: bool


def p50_us(body: Callable[[], object], times: int) -> float:
    """The median of ``times`` runs, in microseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        body()
        taken.append((time.perf_counter() - began) * 1e6)
    return statistics.median(taken)
