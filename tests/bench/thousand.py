"""A thousand environments at once: how long until each has answered, and what one takes of the machine's memory (proportional set size)."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from kernel_runtime import Lab
from kernel_runtime.host import processes

from .row import Row

COUNT = 1_000


def measure() -> list[Row]:
    with Lab() as lab:
        source = "import time\ndef handler(event, context):\n    time.sleep(event)\n"
        fn = lab.function("many", source=source, timeout_s=60)

        async def held() -> float:
            began = time.perf_counter()
            await asyncio.gather(*(fn.ainvoke(12) for _ in range(COUNT)))
            return time.perf_counter() - began - 12

        seconds = asyncio.run(held())
        view = lab.view("many")
        host = lab.host_pid
        pids = [pid for zygote in processes.descendants(host)[:1] for pid in processes.descendants(zygote)] if host else []
        pss_kb = statistics.mean(_pss_kb(pid) for pid in pids[::10]) if pids else 0.0
    ready = Row(f"{view.idle:,} environments ready", f"{seconds:.1f} s", "–", f"{seconds:.1f} s", "≤ 10 s", seconds <= 10 and view.idle == COUNT)
    return [ready, Row("memory of one of them", f"{pss_kb / 1024:.1f} MB PSS", "–", f"{pss_kb / 1024:.1f} MB", "≤ 6 MB", 0 < pss_kb <= 6 * 1024)]


def _pss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
