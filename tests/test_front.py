"""The lab's door as its functions and its users meet it: the SDK inside a handler, roles, packages in buckets, code by an address."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kernel_runtime import Lab

from .endpoint.operations.conftest import ROLE, zipped
from .fleet.running import until

pytest.importorskip("moto", reason="moto, which answers for other services, is not installed: pip install 'serverless-lab[services]'")
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


@pytest.fixture(scope="module", params=["best", "portable"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(mechanisms=request.param) as lab:
        yield lab


def test_nothing_is_imported_before_somebody_calls() -> None:
    program = (
        "import sys; from kernel_runtime import Lab\n"
        "with Lab() as lab:\n"
        "    lab.function('f', source='def handler(event, context): return 1').invoke()\n"
        "    print(sorted({'boto3', 'botocore', 'uvicorn', 'starlette', 'httpx'} & set(sys.modules)), lab.endpoint_url)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.startswith("[] http://127.0.0.1:")


def test_the_sdk_in_a_handler_reaches_the_lab_as_its_functions_role(lab: Lab) -> None:
    source = """
import boto3
def handler(event, context):
    who = boto3.client("sts").get_caller_identity()
    other = boto3.client("lambda").invoke(FunctionName="other")["Payload"].read().decode()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="from-a-handler")
    s3.put_object(Bucket="from-a-handler", Key="key", Body=b"held")
    return [who["Arn"], other, s3.get_object(Bucket="from-a-handler", Key="key")["Body"].read().decode()]
"""
    lab.function("other", source="def handler(event, context): return 'other'")
    outcome = lab.function("caller", source=source, memory_mb=1_769, timeout_s=60).invoke()
    assert outcome.payload == ["arn:aws:sts::000000000000:assumed-role/serverless-lab/caller", '"other"', "held"], outcome.log


def test_a_role_must_be_there(lab: Lab) -> None:
    request = {"Runtime": "python3.13", "Handler": "index.handler", "Code": {"ZipFile": zipped()}}
    aws, iam = lab.boto3("lambda"), lab.boto3("iam")
    with pytest.raises(ClientError, match=r"The role defined for the function cannot be assumed by Lambda\."):
        aws.create_function(FunctionName="roled", Role="arn:aws:iam::000000000000:role/mine", **request)
    arn = iam.create_role(RoleName="mine", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    assert aws.create_function(FunctionName="roled", Role=arn, **request)["Role"] == arn


def test_code_from_a_bucket(lab: Lab) -> None:
    s3, aws = lab.boto3("s3"), lab.boto3("lambda")
    s3.create_bucket(Bucket="packages")
    s3.put_object(Bucket="packages", Key="one.zip", Body=zipped())
    request: dict[str, Any] = {"Runtime": "python3.13", "Handler": "index.handler", "Role": ROLE}
    made = aws.create_function(FunctionName="from-bucket", Code={"S3Bucket": "packages", "S3Key": "one.zip"}, **request)
    assert made["CodeSize"] == len(zipped())
    text = r"Error occurred while GetObject\. S3 Error Code: NoSuchKey\. S3 Error Message: The specified key does not exist\."
    with pytest.raises(ClientError, match=text):
        aws.create_function(FunctionName="nothing", Code={"S3Bucket": "packages", "S3Key": "two.zip"}, **request)


def test_code_can_be_had_by_an_address_that_expires(lab: Lab) -> None:
    lab.function("downloaded", source="def handler(event, context): return 1")
    address = lab.boto3("lambda").get_function(FunctionName="downloaded")["Code"]["Location"]
    with urllib.request.urlopen(address) as answer:
        assert answer.read()[:2] == b"PK"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address[:-4] + "0000")
    assert refused.value.code == 403


def test_logs_and_metrics_reach_cloudwatch(lab: Lab) -> None:
    lab.boto3("sqs").list_queues()  # the process that answers for other services runs from here on
    fn = lab.function("told", source="def handler(event, context):\n    print('said so')\n    return 1 / event")
    fn.invoke(1)
    fn.invoke(0)
    logs, cloudwatch = lab.boto3("logs"), lab.boto3("cloudwatch")

    def lines() -> list[str]:
        try:
            return [event["message"] for event in logs.filter_log_events(logGroupName="/aws/lambda/told")["events"]]
        except ClientError:
            return []

    until(lambda: sum(line.startswith("REPORT") for line in lines()) == 2)
    assert lines()[0].startswith("INIT_START") and lines().count("said so\n") == 2
    (error,) = [line for line in lines() if "ZeroDivisionError" in line]
    assert error == (
        "[ERROR] ZeroDivisionError: division by zero\nTraceback (most recent call last):\n"
        '\u00a0\u00a0File "/var/task/index.py", line 3, in handler\n\u00a0\u00a0\u00a0\u00a0return 1 / event'
    ), "one event, as recorded"
    streams = logs.describe_log_streams(logGroupName="/aws/lambda/told")["logStreams"]
    assert len(streams) == 1 and "/[$LATEST]" in streams[0]["logStreamName"]

    def total(metric: str) -> float:
        now = datetime.now(UTC)
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda", MetricName=metric, Dimensions=[{"Name": "FunctionName", "Value": "told"}],
            StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(minutes=5), Period=600, Statistics=["Sum"],
        )  # fmt: skip
        return sum(point["Sum"] for point in found["Datapoints"])

    until(lambda: total("Invocations") == 2)
    assert total("Errors") == 1
