"""Cold Invoke by boto3: a new, confined environment's first answer, against boto3 to a constant plus fork + exit + wait of what a zygote holds."""

from __future__ import annotations

import statistics
import time

from kernel_runtime import Lab

from .cold import floor_ms
from .constant import ONCE, constant_client, constant_server, side_by_side
from .row import Row

_TIMES = 50


def measure() -> list[Row]:
    taken = []
    with constant_server(b'{"n": 1}') as url, Lab() as lab:
        constant, aws = constant_client(url), lab.boto3("lambda", config=ONCE)
        source = "def handler(event, context):\n    return event\n"
        lab.function("first", source=source).invoke({})
        aws.invoke(FunctionName="first")
        forks = [floor_ms()]
        for number in range(_TIMES):
            lab.function(f"cold-{number}", source=source, memory_mb=512)
            began = time.perf_counter()
            aws.invoke(FunctionName=f"cold-{number}", Payload=b'{"n": 1}')["Payload"].read()
            taken.append((time.perf_counter() - began) * 1e3)
        assert [record.start for record in lab.records()].count("cold") == _TIMES + 1
        forks.append(floor_ms())
        (answered,) = side_by_side(200, lambda: constant.invoke(FunctionName="first", Payload=b'{"n": 1}')["Payload"].read())
    cold, fork = statistics.median(taken), statistics.mean(forks)
    floor = answered + fork
    told = f"boto3 to a constant {answered:.2f} ms + fork, exit, wait {fork:.2f} ms"
    return [Row("cold Invoke by boto3, p50", f"{cold:.2f} ms", told, f"{cold / floor:.2f}×", "≤ 2×", cold / floor <= 2)]
