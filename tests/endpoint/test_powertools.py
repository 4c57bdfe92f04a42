"""A function that lives on Powertools for AWS Lambda runs here unchanged: logger, metrics, tracer, and idempotency that is kept in DynamoDB."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from kernel_runtime import Lab
from kernel_runtime.runtimes.catalog import default_runtime

from .operations.conftest import create

HANDLER = Path(__file__).with_name("powertools_handler.py").read_text()
PACKAGES = ("aws-lambda-powertools", "aws-xray-sdk", "wrapt", "jmespath", "typing_extensions")
VARIABLES = {"POWERTOOLS_SERVICE_NAME": "payment", "POWERTOOLS_METRICS_NAMESPACE": "shop"}


def layer_of(*packages: str) -> bytes:
    """The installed packages as a layer for Python: everything of theirs below ``python/``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for package in packages:
            for file in metadata.files(package) or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    archive.write(str(file.locate()), f"python/{file}")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        key, kind = [{"AttributeName": "id", "KeyType": "HASH"}], [{"AttributeName": "id", "AttributeType": "S"}]
        lab.boto3("dynamodb").create_table(TableName="payments", KeySchema=key, AttributeDefinitions=kind, BillingMode="PAY_PER_REQUEST")
        yield lab


@pytest.fixture(scope="module")
def aws(lab: Lab) -> Any:
    aws = lab.boto3("lambda")
    layer = aws.publish_layer_version(LayerName="powertools", Content={"ZipFile": layer_of(*PACKAGES)})["LayerVersionArn"]
    more = {"Runtime": default_runtime(), "MemorySize": 1_769, "Timeout": 60, "TracingConfig": {"Mode": "Active"}}
    create(aws, "payment", HANDLER, Layers=[layer], Environment={"Variables": VARIABLES}, **more)
    return aws


def call(aws: Any, event: dict[str, Any]) -> tuple[Any, list[dict[str, Any]], dict[str, Any]]:
    """The answer, the JSON lines that the function logged, and the whole response."""
    response = aws.invoke(FunctionName="payment", Payload=json.dumps(event), LogType="Tail")
    log = base64.b64decode(response["LogResult"]).decode()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return json.loads(response["Payload"].read()), lines, response


def test_a_payment_is_charged_once(lab: Lab, aws: Any) -> None:
    first, lines, response = call(aws, {"order": "one", "amount": 7})
    assert "FunctionError" not in response, first
    again, lines_again, _ = call(aws, {"order": "one", "amount": 7})
    other, _, _ = call(aws, {"order": "two", "amount": 7})
    assert first == again and first["amount"] == 7 and other["payment"] != first["payment"]

    (charged,) = (line for line in lines if line.get("message") == "charged")
    assert charged["level"] == "INFO" and charged["service"] == "payment" and charged["order"] == "one" and charged["cold_start"] is True
    assert charged["function_name"] == "payment" and charged["function_memory_size"] == "1769"
    assert charged["function_arn"] == "arn:aws:lambda:us-east-1:000000000000:function:payment"
    assert charged["function_request_id"] == response["ResponseMetadata"]["RequestId"]
    assert not [line for line in lines_again if line.get("message") == "charged"]

    trace = response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"]
    assert f"Root={charged['xray_trace_id']};" in trace

    (metric,) = (line for line in lines if "Charged" in line)
    assert metric["Charged"] == [7] and metric["service"] == "payment"
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "shop"
    (cold,) = (line for line in lines if "ColdStart" in line)
    assert cold["ColdStart"] == [1] and cold["function_name"] == "payment"

    items = lab.boto3("dynamodb").scan(TableName="payments")["Items"]
    assert {json.loads(item["data"]["S"])["payment"] for item in items} == {first["payment"], other["payment"]}
    assert {item["status"]["S"] for item in items} == {"COMPLETED"}


def test_an_event_without_a_key_fails_in_the_functions_own_words(aws: Any) -> None:
    answer, _, response = call(aws, {"amount": 7})
    assert response["FunctionError"] == "Unhandled"
    assert answer["errorType"] == "IdempotencyKeyError"
