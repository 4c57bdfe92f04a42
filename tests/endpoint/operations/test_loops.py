"""Functions that call themselves are stopped after sixteen runs in one chain of requests, whatever way the chain goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from kernel_runtime import Lab
from tests.sources.asynchronous.recording import until, view

ITSELF = """
import boto3, json
def handler(event, context):
    boto3.client("lambda").invoke(FunctionName=context.function_name, InvocationType="Event", Payload=json.dumps(event + 1))
"""
TOPIC = """
import boto3
def handler(event, context):
    boto3.client("sns").publish(TopicArn="arn:aws:sns:us-east-1:000000000000:loop", Message="again")
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def aws(lab: Lab) -> Any:
    return lab.boto3("lambda", config=Config(retries={"total_max_attempts": 1}))


def stopped(lab: Lab, name: str) -> bool:
    """Whether the sixteenth run has ended and the event that it sent has been given up; the two come in either order."""
    records = list(lab.records(name))
    assert len(records) <= 16
    return len(records) == 16 and view(lab, name).records == 17 and view(lab, name).backlog == 0


def test_over_its_own_queue(lab: Lab, aws: Any) -> None:
    function = lab.function("itself", source=ITSELF, packages="kernel", memory_mb=512, timeout_s=30)
    function.send(1)
    until(lambda: stopped(lab, "itself"))
    assert any(metric == "RecursiveInvocationsDropped" for metric, _, _ in lab.account_of_notebook.measures.take())


def test_where_loops_are_allowed(lab: Lab, aws: Any) -> None:
    source = ITSELF.replace("    boto3", "    if event == 20:\n        raise ValueError\n    boto3")
    function = lab.function("allowed", source=source, packages="kernel", memory_mb=512, timeout_s=30)
    aws.put_function_recursion_config(FunctionName="allowed", RecursiveLoop="Allow")
    function.send(1)
    until(lambda: len(list(lab.records("allowed"))) == 20)


def test_over_a_topic(lab: Lab, aws: Any) -> None:
    topic = lab.boto3("sns").create_topic(Name="loop")["TopicArn"]
    function = lab.function("topical", source=TOPIC, packages="kernel", memory_mb=512, timeout_s=30)
    aws.add_permission(FunctionName="topical", StatementId="s", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com", SourceArn=topic)
    lab.boto3("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function.configuration.arn)
    function.send()
    until(lambda: stopped(lab, "topical"))


def test_a_caller_that_waits_is_told(lab: Lab, aws: Any) -> None:
    lab.function("waits", source="def handler(event, context): ...")
    told = {"Lineage": ""}

    def say(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["X-Amzn-Trace-Id"] = f"Root=1-5759e988-bd862e3fe1be46a994272793;{told['Lineage']}"

    aws.meta.events.register("before-call.lambda.Invoke", say, unique_id="say")
    try:
        for run in range(16):
            trace = aws.invoke(FunctionName="waits")["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"]
            told["Lineage"] = trace.rpartition(";")[2]
            assert told["Lineage"].endswith(f":{run}")
        with pytest.raises(ClientError, match="recursive loop") as refused:
            aws.invoke(FunctionName="waits")
    finally:
        aws.meta.events.unregister("before-call.lambda.Invoke", unique_id="say")
    assert refused.value.response["Error"]["Code"] == "RecursiveInvocationException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_message_remembers_the_chain_that_it_is_in(lab: Lab) -> None:
    url = lab.boto3("sqs").create_queue(QueueName="chain")["QueueUrl"]
    source = "import boto3\ndef handler(event, context):\n    boto3.client('sqs').send_message(QueueUrl=event, MessageBody='again')\n"
    lab.function("sends", source=source, packages="kernel", memory_mb=512, timeout_s=30).send(url)
    until(lambda: len(list(lab.records("sends"))) == 1)
    (message,) = lab.boto3("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10, AttributeNames=["All"])["Messages"]
    assert ";Lineage=" in message["Attributes"]["AWSTraceHeader"]


def test_over_a_queue(lab: Lab, aws: Any) -> None:
    url = lab.boto3("sqs").create_queue(QueueName="loop")["QueueUrl"]
    source = f"import boto3\ndef handler(event, context):\n    boto3.client('sqs').send_message(QueueUrl='{url}', MessageBody='again')\n"
    lab.function("queued", source=source, packages="kernel", memory_mb=512, timeout_s=30)
    aws.create_event_source_mapping(FunctionName="queued", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:loop", BatchSize=1)
    lab.boto3("sqs").send_message(QueueUrl=url, MessageBody="begin")
    until(lambda: any("recursive loop" in view.result for view in lab.sources("queued")))
    until(lambda: len(list(lab.records("queued"))) == 16)
