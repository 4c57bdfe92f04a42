"""The trace of an invocation, from its caller to the function and back."""

from __future__ import annotations

import json
from typing import Any

from .conftest import create

SOURCE = """
import boto3, os
def handler(event, context):
    if event:
        return boto3.client("lambda").invoke(FunctionName=event, Payload=b"null")["Payload"].read().decode()
    return os.environ["_X_AMZN_TRACE_ID"]
"""


def test_invoke_tells_the_trace_that_the_function_sees(aws: Any, name: str) -> None:
    create(aws, name, SOURCE)
    response = aws.invoke(FunctionName=name)
    seen = json.loads(response["Payload"].read())
    assert seen.startswith("Root=1-") and ";Sampled=0;Lineage=" in seen
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"] == seen
    assert json.loads(aws.invoke(FunctionName=name)["Payload"].read()) != seen


def test_a_trace_goes_on_into_the_functions_that_a_function_calls(aws: Any, name: str) -> None:
    create(aws, name, SOURCE, Timeout=60, MemorySize=1_769)
    create(aws, f"{name}-called", SOURCE)
    response = aws.invoke(FunctionName=name, Payload=json.dumps(f"{name}-called"))
    seen = json.loads(json.loads(response["Payload"].read()))
    told = response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"]
    assert seen.partition(";")[0] == told.partition(";")[0] and seen != told
