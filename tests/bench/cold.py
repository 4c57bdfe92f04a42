"""Cold start: a new, confined environment and its first answer, against fork + exit + wait of a process that holds what a zygote holds."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from kernel_runtime import Lab
from kernel_runtime.host.zygotes import PACKAGE_PARENT

from .row import Row

_FLOOR = """
import sys; sys.path.insert(0, sys.argv[1])
import gc, os, time
from kernel_runtime.host import zygote
gc.collect(); gc.freeze()
def once():
    began = time.perf_counter(); pid = os.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0); return (time.perf_counter() - began) * 1e3
print(sorted(once() for _ in range(60))[30])
"""


def floor_ms() -> float:
    said = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", _FLOOR, PACKAGE_PARENT], capture_output=True, text=True, check=True)
    return float(said.stdout)


def measure() -> list[Row]:
    taken = []
    with Lab() as lab:
        source = "def handler(event, context):\n    return event\n"
        lab.function("first", source=source).invoke({})
        floors = [floor_ms()]
        for number in range(50):
            fn = lab.function(f"cold-{number}", source=source, memory_mb=512)
            began = time.perf_counter()
            outcome = fn.invoke({"n": number})
            taken.append((time.perf_counter() - began) * 1e3)
            assert outcome.start == "cold"
        floors.append(floor_ms())
    p50, floor = statistics.median(taken), statistics.mean(floors)
    return [Row("cold start, Python, p50", f"{p50:.2f} ms", f"fork + exit + wait {floor:.2f} ms", f"{p50 / floor:.2f}×", "≤ 3×", p50 / floor <= 3)]
