"""Warm Invoke by boto3 of a 1 KB event, against boto3 to a server that answers the same 1 KB."""

from __future__ import annotations

import json

from kernel_runtime import Lab

from .constant import ONCE, constant_client, constant_server, side_by_side
from .row import Row

EVENT = json.dumps({"x": "a" * 1_000}).encode()
_TIMES = 1_000


def measure() -> list[Row]:
    with constant_server(EVENT) as url, Lab() as lab:
        lab.function("echo", source="def handler(event, context):\n    return event\n", memory_mb=1_769)
        constant, aws = constant_client(url), lab.boto3("lambda", config=ONCE)
        floor, warm = side_by_side(
            _TIMES,
            lambda: constant.invoke(FunctionName="echo", Payload=EVENT)["Payload"].read(),
            lambda: aws.invoke(FunctionName="echo", Payload=EVENT)["Payload"].read(),
        )
    told = f"boto3 to a constant {floor:.2f} ms"
    return [Row("warm Invoke by boto3, 1 KB, p50", f"{warm:.2f} ms", told, f"{warm / floor:.2f}×", "≤ 1.5×", warm / floor <= 1.5)]
