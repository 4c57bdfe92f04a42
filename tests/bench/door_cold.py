"""Cold Invoke by boto3: a new, confined environment's first answer, against boto3 to a constant plus fork + exit + wait of what a zygote holds.

The three take turns, after the same rest: a call after a rest finds caches and cores cold, whatever it calls.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kernel_runtime import Lab
from kernel_runtime.host.zygotes import PACKAGE_PARENT

from .constant import ONCE, constant_client, constant_server
from .row import Row

EVENT = b'{"n": 1}'
REST_S = 0.05
"""Between one call and the next: what was made ahead for the last is there again."""
_TIMES = 60
_FORKER = """
import sys; sys.path.insert(0, sys.argv[1])
import gc, os, time
from kernel_runtime.host import zygote
gc.collect(); gc.freeze()
for _ in sys.stdin:
    began = time.perf_counter(); pid = os.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0); print((time.perf_counter() - began) * 1e3, flush=True)
"""


@contextmanager
def forker() -> Iterator[Callable[[], float]]:
    """Gives, each time, how many milliseconds fork + exit + wait took in a process that holds what a zygote holds."""
    command = [sys.executable, "-I", "-S", "-B", "-c", _FORKER, PACKAGE_PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdin is not None and process.stdout is not None
        ask, told = process.stdin, process.stdout

        def once() -> float:
            ask.write("\n")
            return float(told.readline())

        yield once
        ask.close()


def measure() -> list[Row]:
    forked, answered, cold = [], [], []
    with constant_server(EVENT) as url, Lab() as lab, forker() as fork_ms:
        constant, aws = constant_client(url), lab.boto3("lambda", config=ONCE)
        source = "def handler(event, context):\n    return event\n"
        lab.function("first", source=source)
        _timed(lambda: aws.invoke(FunctionName="first"))
        for number in range(_TIMES):
            name = f"cold-{number}"
            lab.function(name, source=source, memory_mb=512)
            time.sleep(REST_S)
            forked.append(fork_ms())
            time.sleep(REST_S)
            answered.append(_timed(lambda: constant.invoke(FunctionName="first", Payload=EVENT)["Payload"].read()))
            time.sleep(REST_S)
            cold.append(_timed(lambda name=name: aws.invoke(FunctionName=name, Payload=EVENT)["Payload"].read()))
        assert [record.start for record in lab.records()] == ["cold"] * (_TIMES + 1)
    call, fork, taken = map(statistics.median, (answered, forked, cold))
    figure = taken / (call + fork)
    told = f"boto3 to a constant {call:.2f} ms + fork, exit, wait {fork:.2f} ms"
    return [Row("cold Invoke by boto3, p50", f"{taken:.2f} ms", told, f"{figure:.2f}×", "≤ 2×", figure <= 2)]


def _timed(body: Callable[[], object]) -> float:
    began = time.perf_counter()
    body()
    return (time.perf_counter() - began) * 1e3
