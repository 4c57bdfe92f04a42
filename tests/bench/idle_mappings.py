"""Fifty mappings on empty queues, then on empty streams: what waiting costs, in the lab's own process and the one behind its door together."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from kernel_runtime import Lab

from .row import Row

MAPPINGS = 50
_SETTLE_S, _WATCH_S = 10.0, 60.0
"""Three long polls of a queue, one reading of a stream that is watched."""


def measure() -> list[Row]:
    return [_idle("queues", _queues), _idle("streams", _streams)]


def _idle(kind: str, map_all: Callable[[Lab], None]) -> Row:
    with Lab() as lab:
        lab.function("never", source="def handler(event, context): pass")
        map_all(lab)
        time.sleep(_SETTLE_S)
        companion = next(pid for pid in _children() if "kernel_runtime.endpoint.companion" in _command(pid))
        before, own, began = _cpu_s(companion), time.process_time(), time.perf_counter()
        time.sleep(_WATCH_S)
        seconds = time.perf_counter() - began
        here, behind = (time.process_time() - own) / seconds, (_cpu_s(companion) - before) / seconds
        assert not any(view.calls or view.result.startswith(("PROBLEM", "Error")) for view in lab.sources())
    part = here + behind
    told = f"{here:.2%} here, {behind:.2%} behind the door"
    return Row(f"{MAPPINGS} mappings on empty {kind}", told, "–", f"{part:.1%} of a core", "≤ 3 %", part <= 0.03)


def _queues(lab: Lab) -> None:
    sqs, functions = lab.boto3("sqs"), lab.boto3("lambda")
    for number in range(MAPPINGS):
        sqs.create_queue(QueueName=f"empty-{number}")
        functions.create_event_source_mapping(EventSourceArn=f"arn:aws:sqs:us-east-1:000000000000:empty-{number}", FunctionName="never")


def _streams(lab: Lab) -> None:
    kinesis, functions = lab.boto3("kinesis"), lab.boto3("lambda")
    for number in range(MAPPINGS):
        kinesis.create_stream(StreamName=f"empty-{number}", ShardCount=1)
        arn = f"arn:aws:kinesis:us-east-1:000000000000:stream/empty-{number}"
        functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="never", StartingPosition="TRIM_HORIZON")


def _children() -> list[int]:
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
