"""Fifty mappings on empty queues: what waiting for messages costs this machine, the lab's own process and the one behind its door together."""

from __future__ import annotations

import time
from pathlib import Path

from kernel_runtime import Lab

from .row import Row

MAPPINGS = 50
_SETTLE_S, _WATCH_S = 5.0, 45.0
"""Twice the time of a long poll, so that each mapping has asked anew at least twice."""


def measure() -> list[Row]:
    with Lab() as lab:
        lab.function("never", source="def handler(event, context): pass")
        sqs, functions = lab.boto3("sqs"), lab.boto3("lambda")
        for number in range(MAPPINGS):
            sqs.create_queue(QueueName=f"empty-{number}")
            functions.create_event_source_mapping(EventSourceArn=f"arn:aws:sqs:us-east-1:000000000000:empty-{number}", FunctionName="never")
        time.sleep(_SETTLE_S)
        companion = next(pid for pid in _children() if "kernel_runtime.endpoint.companion" in _command(pid))
        before, began = _cpu_s(companion), time.perf_counter()
        own = time.process_time()
        time.sleep(_WATCH_S)
        seconds = time.perf_counter() - began
        here, behind = (time.process_time() - own) / seconds, (_cpu_s(companion) - before) / seconds
    part = here + behind
    told = f"{here:.2%} here, {behind:.2%} behind the door"
    return [Row(f"{MAPPINGS} mappings on empty queues", told, "–", f"{part:.1%} of a core", "≤ 3 %", part <= 0.03)]


def _children() -> list[int]:
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
