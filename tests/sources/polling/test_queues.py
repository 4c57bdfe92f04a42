"""Queues that call functions, by boto3 alone: what arrives, what is deleted, what comes again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .polled import ECHO, Queues, queues, until

pytest.importorskip("moto")
REPORT = ["ReportBatchItemFailures"]


@pytest.fixture(scope="module")
def here() -> Iterator[Queues]:
    """An hour of the lab's own waits takes a minute; queues' visibility timeouts are real time."""
    with queues(clock=60) as opened:
        yield opened


def test_a_message_arrives_as_aws_writes_it_and_is_deleted(here: Queues) -> None:
    here.lab.function("plain", source=ECHO)
    url = here.queue("plain")
    here.map("plain", "plain")
    here.sqs.send_message(QueueUrl=url, MessageBody="hello", MessageAttributes={"colour": {"DataType": "String", "StringValue": "red"}})
    (event,) = until(lambda: here.events("plain"))
    (record,) = event["Records"]
    assert (record["body"], record["eventSource"], record["eventSourceARN"]) == ("hello", "aws:sqs", here.arn("plain"))
    assert record["messageAttributes"]["colour"] == {"stringValue": "red", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
    assert record["attributes"]["ApproximateReceiveCount"] == "1" and set(record["attributes"]) == {
        "ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"
    }  # fmt: skip
    until(lambda: here.held(url) == 0)
    view = here.view("plain")
    assert (view.kind, view.function, view.state, view.result, view.calls, view.records, view.failures) == ("queue", "plain", "Enabled", "OK", 1, 1, 0)


def test_a_window_gathers_more_than_one_receive_gives(here: Queues) -> None:
    here.lab.function("gathering", source=ECHO)
    url = here.queue("gathering")
    here.send(url, *(str(number) for number in range(35)))
    here.map("gathering", "gathering", BatchSize=30, MaximumBatchingWindowInSeconds=120)
    first, rest = until(lambda: here.bodies("gathering") if len(here.bodies("gathering")) == 2 else None)
    assert (len(first), len(rest)) == (30, 5), "a full batch is sent at once, the rest when its window is over"
    assert sorted(first + rest, key=int) == [str(number) for number in range(35)]


def test_what_the_function_names_comes_again_and_the_rest_is_deleted(here: Queues) -> None:
    here.lab.function("partial", source=ECHO, timeout_s=1)
    dead = here.queue("partial-dead")
    url = here.queue("partial", VisibilityTimeout=1, RedrivePolicy=f'{{"deadLetterTargetArn": "{here.arn("partial-dead")}", "maxReceiveCount": 2}}')
    here.send(url, "good 1", "bad", "good 2")
    here.map("partial", "partial", FunctionResponseTypes=REPORT)
    until(lambda: here.held(dead) == 1)
    assert here.bodies("partial") == [["good 1", "bad", "good 2"], ["bad"]]
    assert here.held(url) == 0
    assert here.view("partial").result == "1 of 1 messages failed"


def test_without_report_an_answer_says_nothing_and_an_error_fails_all(here: Queues) -> None:
    here.lab.function("whole", source=ECHO, timeout_s=1)
    dead = here.queue("whole-dead")
    url = here.queue("whole", VisibilityTimeout=1, RedrivePolicy=f'{{"deadLetterTargetArn": "{here.arn("whole-dead")}", "maxReceiveCount": 1}}')
    here.send(url, "bad", "fail")
    here.map("whole", "whole")
    until(lambda: here.held(dead) == 2)
    assert here.bodies("whole") == [["bad", "fail"]]
    view = here.view("whole")
    assert view.failures == 1 and view.result.startswith("PROBLEM: Function call failed")


def test_a_queue_that_shows_messages_again_before_the_function_is_done_is_refused(here: Queues) -> None:
    here.lab.function("long", source=ECHO, timeout_s=31)
    here.queue("short")
    with pytest.raises(ClientError, match="Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds"):
        here.map("short", "long")
    here.lab.configure("long", timeout_s=30)
    uuid = here.map("short", "long")
    here.lab.function("longer", source=ECHO, timeout_s=60)
    with pytest.raises(ClientError, match="less than Function timeout: 60 seconds"):
        here.functions.update_event_source_mapping(UUID=uuid, FunctionName="longer")


def test_what_no_filter_lets_through_is_deleted(here: Queues) -> None:
    here.lab.function("filtered", source=ECHO)
    url = here.queue("filtered")
    here.send(url, '{"n": 1}', '{"n": 9}', "no JSON", '{"n": 8}')
    here.map("filtered", "filtered", FilterCriteria={"Filters": [{"Pattern": '{"body": {"n": [{"numeric": [">", 5]}]}}'}]})
    until(lambda: here.held(url) == 0)
    until(lambda: here.view("filtered").records == 2)
    assert sorted(body for batch in here.bodies("filtered") for body in batch) == ['{"n": 8}', '{"n": 9}']


def test_a_fifo_queue_keeps_the_order_within_a_group_and_groups_run_beside_each_other(here: Queues) -> None:
    here.lab.function("ordered", source=ECHO)
    url = here.queue("ordered.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for number in range(12):
        group = "ab"[number % 2]
        here.sqs.send_message(QueueUrl=url, MessageBody=f"{group}{number:02}", MessageGroupId=group)
    here.map("ordered.fifo", "ordered", BatchSize=2)
    until(lambda: here.view("ordered.fifo").records == 12)
    came = [body for batch in here.bodies("ordered") for body in batch]
    assert [body for body in came if body[0] == "a"] == sorted(body for body in came if body[0] == "a")
    assert [body for body in came if body[0] == "b"] == sorted(body for body in came if body[0] == "b")
    attributes = here.events("ordered")[0]["Records"][0]["attributes"]
    assert attributes["MessageGroupId"] in "ab" and attributes["SequenceNumber"].isdigit() and attributes["MessageDeduplicationId"]
    until(lambda: here.held(url) == 0)


def most_at_once(here: Queues, function: str) -> int:
    spans = [(record.began_at, record.began_at + record.duration_ms / 1e3) for record in here.lab.records(function)]
    return max(sum(begin <= moment < end for begin, end in spans) for moment, _ in spans)


@pytest.mark.parametrize("limit", ["mapping", "function"])
def test_no_more_at_once_than_allowed_and_nothing_is_throttled(here: Queues, limit: str) -> None:
    name = f"limited-by-{limit}"
    here.lab.function(name, source=ECHO, reserved_concurrency=2 if limit == "function" else None)
    url = here.queue(name)
    here.send(url, *["sleep 0.1"] * 8)
    here.map(name, name, BatchSize=1, **({"ScalingConfig": {"MaximumConcurrency": 2}} if limit == "mapping" else {}))
    until(lambda: here.view(name).records == 8)
    assert most_at_once(here, name) <= 2
    assert here.view(name).throttles == 0


def test_a_throttled_batch_waits_and_is_received_but_once(here: Queues) -> None:
    here.lab.function("throttled", source=ECHO, reserved_concurrency=0)
    url = here.queue("throttled")
    here.map("throttled", "throttled")
    here.send(url, "one")
    until(lambda: here.view("throttled").throttles >= 2)
    here.lab.configure("throttled", reserved_concurrency=None)
    (event,) = until(lambda: here.events("throttled"))
    assert event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "1"


def test_disabled_it_takes_nothing_and_enabled_it_goes_on(here: Queues) -> None:
    here.lab.function("switched", source=ECHO)
    url = here.queue("switched")
    uuid = here.map("switched", "switched")
    here.send(url, "first")
    until(lambda: here.view("switched").records == 1)
    here.functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    until(lambda: here.state(uuid) == "Disabled")
    here.send(url, "second")
    told = until(lambda: here.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, VisibilityTimeout=0).get("Messages"))
    assert told[0]["Body"] == "second" and here.bodies("switched") == [["first"]]
    here.functions.update_event_source_mapping(UUID=uuid, Enabled=True, BatchSize=1)
    until(lambda: here.bodies("switched") == [["first"], ["second"]])
    here.functions.delete_event_source_mapping(UUID=uuid)
    until(lambda: all(view.name != "switched" for view in here.lab.sources()))


def test_the_queue_goes_under_its_poller_and_comes_again(here: Queues) -> None:
    here.lab.function("lasting", source=ECHO)
    here.queue("another")
    with pytest.raises(ClientError, match=r"NonExistentQueue\. SQS Error Message: The specified queue does not exist\."):
        here.map("lasting", "lasting")
    url = here.queue("lasting")
    uuid = here.map("lasting", "lasting")
    here.sqs.delete_queue(QueueUrl=url)
    until(lambda: "NonExistentQueue" in here.view("lasting").result)
    for body in ("first", "second"):
        url = here.queue("lasting")
        here.send(url, body)
        until(lambda body=body: [body] in here.bodies("lasting"))  # type: ignore[misc]
        here.sqs.delete_queue(QueueUrl=url)
        until(lambda: "NonExistentQueue" in here.view("lasting").result)
    assert here.state(uuid) == "Enabled"


def test_the_function_goes_under_its_mapping_and_its_messages_stay(here: Queues) -> None:
    here.lab.function("leaving", source=ECHO)
    url = here.queue("leaving")
    here.map("leaving", "leaving")
    here.lab.delete("leaving")
    here.send(url, "kept")
    until(lambda: "Function does not exist" in here.view("leaving").result)
    here.lab.function("leaving", source=ECHO)
    until(lambda: here.bodies("leaving") == [["kept"]])


def test_many_consumers_get_each_message_once(here: Queues) -> None:
    """Beside the mappings: the queues themselves, read by many at once."""
    url = here.queue("shared", VisibilityTimeout=60)
    got: list[str] = []
    sent = threading.Event()

    def consume() -> None:
        while (told := here.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=3, WaitTimeSeconds=0).get("Messages")) or not sent.is_set():
            for message in told or ():
                got.append(message["Body"])
                here.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    consumers = [threading.Thread(target=consume) for _ in range(6)]
    for consumer in consumers:
        consumer.start()
    here.send(url, *(str(number) for number in range(100)))
    sent.set()
    for consumer in consumers:
        consumer.join()
    assert sorted(got, key=int) == [str(number) for number in range(100)] and here.held(url) == 0


def test_another_account_and_region_poll_their_own(here: Queues) -> None:
    more: dict[str, Any] = {"region": "eu-west-1", "account": "111122223333"}
    functions, sqs = here.lab.boto3("lambda", **more), here.lab.boto3("sqs", **more)
    from kernel_runtime.artifacts.bundles import zip_from_source

    functions.create_function(
        FunctionName="far", Runtime="python3.11", Handler="index.handler", Role="arn:aws:iam::111122223333:role/serverless-lab",
        Code={"ZipFile": zip_from_source(ECHO, "index.handler")},
    )  # fmt: skip
    functions.get_waiter("function_active_v2").wait(FunctionName="far", WaiterConfig={"Delay": 0})
    url = sqs.create_queue(QueueName="far")["QueueUrl"]
    functions.create_event_source_mapping(EventSourceArn="arn:aws:sqs:eu-west-1:111122223333:far", FunctionName="far")
    sqs.send_message(QueueUrl=url, MessageBody="there")
    until(lambda: here.view("far").records == 1)


def test_what_cannot_be_polled_says_so(here: Queues) -> None:
    here.lab.function("unpolled", source=ECHO)
    arn = "arn:aws:mq:us-east-1:000000000000:broker:orders:b-1"
    access = [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:000000000000:secret:s"}]
    here.functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="unpolled", Queues=["q"], SourceAccessConfigurations=access)
    view = until(lambda: next((view for view in here.lab.sources("unpolled") if view.result), None))
    assert (view.kind, view.state) == ("queue", "Enabled") and "no broker to poll" in view.result


def test_the_services_are_killed_and_polling_goes_on(here: Queues) -> None:
    here.lab.function("enduring", source=ECHO)
    here.queue("enduring")
    here.map("enduring", "enduring")
    companion = here.lab._front._door.services.companion  # type: ignore[union-attr]
    assert companion.pid is not None
    os.kill(companion.pid, signal.SIGKILL)
    until(lambda: "Error occurred" in here.view("enduring").result)
    url = until(lambda: queue_again(here))
    here.send(url, "after")
    until(lambda: here.bodies("enduring") == [["after"]])


def queue_again(here: Queues) -> str | None:
    try:
        return here.queue("enduring")
    except Exception:
        return None


def test_what_was_handed_out_together_is_seen_again_together(here: Queues) -> None:
    url = here.queue("together", VisibilityTimeout=1)
    here.send(url, *(f"{number}" for number in range(10)))
    for _ in range(3):
        got = here.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20)["Messages"]
        assert len(got) == 10
