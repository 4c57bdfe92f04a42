"""How late a timeout's kill comes while the kernel's interpreter lock is held by a busy cell: read off the last moment that the function saw."""

from __future__ import annotations

import re
import threading

from kernel_runtime import Lab

from .row import Row

_SOURCE = """
import os, time
def handler(event, context):
    began = time.monotonic_ns()
    while True:
        os.write(1, b"%d\\n" % ((time.monotonic_ns() - began) // 1000))
        time.sleep(0.0005)
"""


def measure() -> list[Row]:
    worst_ms = 0.0
    stop = threading.Event()

    def hold_the_lock() -> None:
        while not stop.is_set():
            sum(range(200_000))

    with Lab() as lab:
        fn = lab.function("endless", source=_SOURCE, timeout_s=1, memory_mb=1_769)
        busy = threading.Thread(target=hold_the_lock)
        busy.start()
        try:
            for _ in range(5):
                outcome = fn.invoke({})
                last_ms = int(re.findall(r"^(\d+)$", outcome.log, re.M)[-1]) / 1e3
                worst_ms = max(worst_ms, last_ms - 1_000)
        finally:
            stop.set()
            busy.join()
    return [
        Row(
            "timeout, a cell holding the lock",
            f"killed {worst_ms:+.1f} ms from it (worst of 5)",
            "timeout 1 s",
            f"{worst_ms:.1f} ms",
            "≤ 20 ms",
            worst_ms <= 20,
        )
    ]
