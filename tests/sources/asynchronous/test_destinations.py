"""Where word of an event's end goes, to the letter, through the lab's door to real (moto's) queues, topics, buses and buckets. Minutes pass in a moment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kernel_runtime import FunctionHandle, Lab

from .recording import until

OWN = "us-east-1:000000000000"
SOURCE = """
def handler(event, context):
    if isinstance(event, dict) and event.get("bad"):
        raise ValueError("no" * event["bad"])
    return {"got": event}
"""
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(clock=300) as lab:
        yield lab


@pytest.fixture
def function(lab: Lab, request: pytest.FixtureRequest) -> FunctionHandle:
    return lab.function(re.sub(r"\W", "-", request.node.name)[:60], source=SOURCE)


ALL = {"MessageAttributeNames": ["All"], "AttributeNames": ["All"]}


class Queue:
    def __init__(self, lab: Lab, name: str) -> None:
        self._sqs = lab.boto3("sqs")
        self.url, self.arn = self._sqs.create_queue(QueueName=name)["QueueUrl"], f"arn:aws:sqs:{OWN}:{name}"

    def message(self) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found.extend(self._sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=1, **ALL).get("Messages", []))
            return bool(found)

        until(look)
        self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=found[0]["ReceiptHandle"])
        return found[0]


@pytest.fixture
def queue(lab: Lab, function: FunctionHandle) -> Queue:
    return Queue(lab, function.name)


def settings(lab: Lab, function: FunctionHandle, failure: str = "", success: str = "", **more: Any) -> None:
    destinations = {member: {"Destination": arn} for member, arn in (("OnFailure", failure), ("OnSuccess", success)) if arn}
    lab.boto3("lambda").put_function_event_invoke_config(FunctionName=function.name, DestinationConfig=destinations, **more)


def test_a_success_to_a_queue(lab: Lab, function: FunctionHandle, queue: Queue) -> None:
    settings(lab, function, success=queue.arn)
    id = function.send({"é": 1})
    message = queue.message()
    assert re.match(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", message["Attributes"]["AWSTraceHeader"])
    body = message["Body"]
    at = json.loads(body)["timestamp"]
    assert STAMP.fullmatch(at)
    assert body == (
        f'{{"version":"1.0","timestamp":"{at}","requestContext":{{"requestId":"{id}","functionArn":"arn:aws:lambda:{OWN}:function:{function.name}:$LATEST",'
        f'"condition":"Success","approximateInvokeCount":1}},"requestPayload":{{"é":1}},'
        f'"responseContext":{{"statusCode":200,"executedVersion":"$LATEST"}},"responsePayload":{{"got":{{"é":1}}}}}}'
    )


def test_a_failure_to_a_queue_and_to_a_dead_letter_queue_both(lab: Lab, function: FunctionHandle, queue: Queue) -> None:
    dead = Queue(lab, "dead")
    settings(lab, function, failure=queue.arn)
    lab.boto3("lambda").update_function_configuration(FunctionName=function.name, DeadLetterConfig={"TargetArn": dead.arn})
    lab.boto3("lambda").get_waiter("function_updated_v2").wait(FunctionName=function.name)
    function.alias("live", function.publish())
    lab.boto3("lambda").put_function_event_invoke_config(
        FunctionName=function.name, Qualifier="live", MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": queue.arn}}
    )
    id = function.send({"bad": 600}, qualifier="live")
    record = json.loads(queue.message()["Body"])
    assert list(record) == ["version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload"]
    assert record["requestContext"] == {
        "requestId": id, "functionArn": f"arn:aws:lambda:{OWN}:function:{function.name}:live", "condition": "RetriesExhausted", "approximateInvokeCount": 2,
    }  # fmt: skip
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "1", "functionError": "Unhandled"}
    assert record["responsePayload"]["errorType"] == "ValueError"
    letter = dead.message()
    assert letter["Body"] == '{"bad":600}'
    assert {name: (told["DataType"], told["StringValue"]) for name, told in letter["MessageAttributes"].items()} == {
        "RequestID": ("String", id), "ErrorCode": ("Number", "200"), "ErrorMessage": ("String", "no" * 512),
    }  # fmt: skip


def test_nothing_reserved_is_told_at_once_without_a_response(lab: Lab, function: FunctionHandle, queue: Queue) -> None:
    settings(lab, function, failure=queue.arn)
    function.configure(reserved_concurrency=0)
    id = function.send(5)
    record = json.loads(queue.message()["Body"])
    assert list(record) == ["version", "timestamp", "requestContext", "requestPayload"]
    assert record["requestContext"] == {
        "requestId": id, "functionArn": f"arn:aws:lambda:{OWN}:function:{function.name}:$LATEST", "condition": "ZeroReservedConcurrency",
        "approximateInvokeCount": 0,
    }  # fmt: skip


def test_an_event_whose_retry_would_come_too_late(lab: Lab, function: FunctionHandle, queue: Queue) -> None:
    settings(lab, function, failure=queue.arn, MaximumEventAgeInSeconds=60)
    function.send({"bad": 1})
    record = json.loads(queue.message()["Body"])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] <= 1


def test_to_another_function(lab: Lab, function: FunctionHandle) -> None:
    other = lab.function("other", source="import json\ndef handler(event, context):\n    print(json.dumps(event))\n")
    settings(lab, function, success=f"arn:aws:lambda:{OWN}:function:other")
    id = function.send([1])
    until(lambda: any(True for _ in lab.records("other")))
    assert f'"requestId": "{id}"' in lab.logs(other.name)


def test_to_a_topic_and_a_dead_letter_topic(lab: Lab, function: FunctionHandle, queue: Queue) -> None:
    sns = lab.boto3("sns")
    topic = sns.create_topic(Name="ends")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    settings(lab, function, success=topic)
    id = function.send()
    assert json.loads(json.loads(queue.message()["Body"])["Message"])["requestContext"]["requestId"] == id


def test_to_a_bus(lab: Lab, function: FunctionHandle, queue: Queue) -> None:
    events = lab.boto3("events")
    bus = events.create_event_bus(Name="ends")["EventBusArn"]
    events.put_rule(Name="all", EventBusName="ends", EventPattern='{"source":["lambda"]}')
    events.put_targets(Rule="all", EventBusName="ends", Targets=[{"Id": "1", "Arn": queue.arn}])
    settings(lab, function, success=bus)
    id = function.send()
    event = json.loads(queue.message()["Body"])
    assert (event["source"], event["detail-type"]) == ("lambda", "Lambda Function Invocation Result - Success")
    assert event["resources"] == [bus, f"arn:aws:lambda:{OWN}:function:{function.name}:$LATEST"]
    assert event["detail"]["requestContext"]["requestId"] == id


def test_a_failure_to_a_bucket(lab: Lab, function: FunctionHandle) -> None:
    s3 = lab.boto3("s3")
    s3.create_bucket(Bucket="ends")
    settings(lab, function, failure="arn:aws:s3:::ends", MaximumRetryAttempts=0)
    id = function.send({"bad": 1})
    until(lambda: s3.list_objects_v2(Bucket="ends")["KeyCount"] == 1)
    key = s3.list_objects_v2(Bucket="ends")["Contents"][0]["Key"]
    assert re.fullmatch(rf"aws/lambda/async/{function.name}/(\d{{4}}/\d\d/\d\d)/\d{{4}}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{{36}}", key)
    assert json.loads(s3.get_object(Bucket="ends", Key=key)["Body"].read())["requestContext"]["requestId"] == id


def test_what_cannot_be_delivered_is_counted(lab: Lab, function: FunctionHandle) -> None:
    settings(lab, function, failure=f"arn:aws:sqs:{OWN}:no-such-queue", MaximumRetryAttempts=0)
    lab.boto3("lambda").update_function_configuration(FunctionName=function.name, DeadLetterConfig={"TargetArn": f"arn:aws:sns:{OWN}:no-such-topic"})
    lab.boto3("lambda").get_waiter("function_updated_v2").wait(FunctionName=function.name)
    function.send({"bad": 1})
    cloudwatch = lab.boto3("cloudwatch")
    wanted = {"AsyncEventsReceived", "AsyncEventAge", "AsyncEventsDropped", "DestinationDeliveryFailures", "DeadLetterErrors"}
    ours = [{"Name": "FunctionName", "Value": function.name}]
    until(lambda: wanted <= {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="AWS/Lambda", Dimensions=ours)["Metrics"]})
