"""GetFunctionConfiguration by boto3, against boto3 to a server that answers the same bytes."""

from __future__ import annotations

import json

from kernel_runtime import Lab

from .constant import ONCE, constant_client, constant_server, side_by_side
from .row import Row

_TIMES = 1_000


def measure() -> list[Row]:
    with Lab() as lab:
        lab.function("echo", source="def handler(event, context):\n    return event\n")
        aws = lab.boto3("lambda", config=ONCE)
        shown = aws.get_function_configuration(FunctionName="echo")
        shown.pop("ResponseMetadata")
        with constant_server(json.dumps(shown).encode()) as url:
            constant = constant_client(url)
            floor, read = side_by_side(
                _TIMES, lambda: constant.get_function_configuration(FunctionName="echo"), lambda: aws.get_function_configuration(FunctionName="echo")
            )
    figure = read / floor
    return [Row("GetFunctionConfiguration by boto3, p50", f"{read:.2f} ms", f"boto3 to a constant {floor:.2f} ms", f"{figure:.2f}×", "≤ 1.5×", figure <= 1.5)]
