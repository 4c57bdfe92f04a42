"""Warm Invoke by boto3 at a lab with 1,000 functions and 100,000 past invocations, against the same at a lab with one function and none.

Each lab is a process of its own, so that what the full one holds weighs on nobody else; the calls take turns.
``python -m tests.bench.door_scale FUNCTIONS INVOCATIONS`` is such a lab: it tells its address and its keys, and ends with its input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kernel_runtime import Lab
from kernel_runtime.endpoint.client import client
from kernel_runtime.endpoint.credentials import Credentials

from .constant import ONCE, side_by_side
from .row import Row

FUNCTIONS, INVOCATIONS = 1_000, 100_000
_CALLED = 50
"""So many of the functions have the past invocations between them."""
_TIMES = 1_500
_SOURCE = "def handler(event, context):\n    return event\n"
_EVENT = json.dumps({"x": "a" * 1_000}).encode()


@contextmanager
def lab_with(functions: int, invocations: int) -> Iterator[Any]:
    """boto3 for Lambda at a lab in another process."""
    command = [sys.executable, "-m", "tests.bench.door_scale", str(functions), str(invocations)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdin is not None and process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield client("lambda", told["url"], Credentials(access_key=told["access_key"], secret=told["secret"]), config=ONCE)
        process.stdin.close()


def measure() -> list[Row]:
    with lab_with(1, 0) as empty, lab_with(FUNCTIONS, INVOCATIONS) as full:
        floor, warm = side_by_side(_TIMES, lambda: _call(empty), lambda: _call(full))
    work = f"warm Invoke by boto3, 1 KB, p50, {FUNCTIONS:,} functions, {INVOCATIONS:,} past calls"
    return [Row(work, f"{warm:.2f} ms", f"the empty lab's {floor:.2f} ms", f"{warm / floor:.2f}×", "≤ 1.2×", warm / floor <= 1.2)]


def _call(aws: Any) -> None:
    aws.invoke(FunctionName="function-0", Payload=_EVENT)["Payload"].read()


def _serve(functions: int, invocations: int) -> None:
    with Lab() as lab:
        made = [lab.function(f"function-{number}", source=_SOURCE, memory_mb=1_769) for number in range(functions)]
        for number in range(invocations):
            made[number % min(_CALLED, functions)].invoke({"n": number})
        owner = lab.credentials.owner
        print(json.dumps({"url": lab.endpoint_url, "access_key": owner.access_key, "secret": owner.secret}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
