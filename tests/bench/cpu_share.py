"""The same CPU work at 128 MB and at 1,769 MB: 13.8 times slower, by cgroup and by the portable governor."""

from __future__ import annotations

from typing import Literal

from kernel_runtime import Lab

from .row import Row

_SOURCE = """
import time
def handler(event, context):
    cpu, began = time.process_time(), time.monotonic()
    while time.process_time() - cpu < event:
        pass
    return (time.process_time() - cpu) / (time.monotonic() - began)
"""
_DUE = 1_769 / 128
_RUNS = ((1_769, 2.0), (128, 0.5))
"""Memory, and CPU seconds that are used up there."""


def measure() -> list[Row]:
    return [_row("best"), _row("portable")]


def _row(mechanisms: Literal["best", "portable"]) -> Row:
    shares = {}
    with Lab(mechanisms=mechanisms) as lab:
        for memory_mb, cpu_s in _RUNS:
            fn = lab.function("spin", source=_SOURCE, memory_mb=memory_mb, timeout_s=60)
            fn.invoke(0.001)
            shares[memory_mb] = fn.invoke(cpu_s).payload
        means = next(row.mechanism for row in lab.doctor() if row.limit == "CPU share")
    ratio = shares[1_769] / shares[128]
    off = ratio / _DUE - 1
    measured = f"{shares[1_769]:.3f} and {shares[128]:.4f} of a CPU"
    return Row(f"CPU at 128 : 1,769 MB ({means})", measured, f"{_DUE:.2f}", f"{ratio:.2f} ({off:+.1%})", "within 5 %", abs(off) <= 0.05)
