"""Data streams and tables that call functions, by boto3 alone."""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kernel_runtime import Lab

from .polled import Queues, queues, until

pytest.importorskip("moto")

READER = """
import base64, json
def text(record):
    return base64.b64decode(record["kinesis"]["data"]).decode()
def handler(event, context):
    print("EVENT " + json.dumps(event))
    texts = [text(record) for record in event["Records"]]
    if "fail" in texts:
        raise ValueError("as asked")
    bad = [r["kinesis"]["sequenceNumber"] for r in event["Records"] if text(r) == "bad"]
    state = (event.get("state") or {}).get("seen", []) + texts if "window" in event else None
    return {"batchItemFailures": [{"itemIdentifier": one} for one in bad], "state": {"seen": state}}
"""


class Streams(Queues):
    """Beside queues, streams by short names."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.kinesis, self.dynamodb = lab.boto3("kinesis"), lab.boto3("dynamodb")

    def stream(self, name: str, shards: int = 1) -> str:
        self.kinesis.create_stream(StreamName=name, ShardCount=shards)
        return f"arn:aws:kinesis:us-east-1:000000000000:stream/{name}"

    def put(self, name: str, *texts: str, key: str = "k") -> None:
        self.kinesis.put_records(StreamName=name, Records=[{"Data": text.encode(), "PartitionKey": key} for text in texts])

    def follow(self, source_arn: str, function: str, **more: Any) -> str:
        made = self.functions.create_event_source_mapping(
            EventSourceArn=source_arn, FunctionName=function, **{"StartingPosition": "TRIM_HORIZON", **more}
        )  # fmt: skip
        uuid: str = made["UUID"]
        return uuid

    def texts(self, function: str) -> list[list[str]]:
        return [[text_of(record) for record in event["Records"]] for event in self.events(function)]


def text_of(record: dict[str, Any]) -> str:
    return base64.b64decode(record["kinesis"]["data"]).decode()


def flat(batches: Iterable[list[str]]) -> list[str]:
    return [text for batch in batches for text in batch]


@pytest.fixture(scope="module")
def here() -> Iterator[Streams]:
    """An hour of the lab's own waits takes 15 s."""
    with queues(clock=240) as opened:
        yield Streams(opened.lab)


def test_records_arrive_in_order_as_aws_writes_them(here: Streams) -> None:
    here.lab.function("in-order", source=READER)
    arn = here.stream("in-order")
    here.put("in-order", "a", "b")
    uuid = here.follow(arn, "in-order")
    until(lambda: here.view("in-order").records == 2)
    here.put("in-order", "c")
    until(lambda: here.view("in-order").records == 3)
    assert here.texts("in-order") == [["a", "b"], ["c"]]
    record = here.events("in-order")[0]["Records"][0]
    assert record["eventID"] == f"shardId-000000000000:{record['kinesis']['sequenceNumber']}" and record["eventSourceARN"] == arn
    until(lambda: here.functions.get_event_source_mapping(UUID=uuid)["LastProcessingResult"] == "OK")
    view = here.view("in-order")
    assert (view.kind, view.state, view.backlog, view.age_s) == ("stream", "Enabled", 0, None)


def test_latest_passes_over_what_was_there_and_a_moment_begins_there(here: Streams) -> None:
    here.lab.function("latest", source=READER)
    here.lab.function("since", source=READER)
    arn = here.stream("positions")
    here.put("positions", "before")
    told = here.kinesis.get_records(ShardIterator=here.kinesis.get_shard_iterator(
        StreamName="positions", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"])  # fmt: skip
    here.follow(arn, "latest", StartingPosition="LATEST")
    while not here.texts("latest"):
        here.put("positions", "after")
    assert {text for batch in here.texts("latest") for text in batch} == {"after"}
    here.follow(arn, "since", StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=told["Records"][0]["ApproximateArrivalTimestamp"])
    until(lambda: here.texts("since"))
    assert here.texts("since")[0][:2] == ["before", "after"]


def test_a_poison_record_is_cut_out_given_up_and_told_of(here: Streams) -> None:
    here.lab.function("poisoned", source=READER)
    arn = here.stream("poisoned")
    dead = here.queue("poisoned-dead")
    here.put("poisoned", "a", "b", "fail", "c", "d")
    destination = {"OnFailure": {"Destination": here.arn("poisoned-dead")}}
    uuid = here.follow(arn, "poisoned", BisectBatchOnFunctionError=True, MaximumRetryAttempts=2, DestinationConfig=destination)
    (message,) = until(lambda: here.sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1).get("Messages"))
    told = json.loads(message["Body"])
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert told["KinesisBatchInfo"]["batchSize"] == 1 and told["KinesisBatchInfo"]["streamArn"] == arn
    until(lambda: here.view("poisoned").backlog == 0)
    good = [batch for batch in here.texts("poisoned") if "fail" not in batch]
    assert flat(good) == ["a", "b", "c", "d"]
    assert here.texts("poisoned").count(["fail"]) == 3, "once by itself, and two attempts more"
    assert here.state(uuid) == "Enabled"


def test_partial_failures_go_on_from_the_lowest_and_a_bucket_gets_the_records(here: Streams) -> None:
    here.lab.function("partly", source=READER)
    arn = here.stream("partly")
    here.lab.boto3("s3").create_bucket(Bucket="given-up")
    here.put("partly", "a", "bad", "c")
    destination = {"OnFailure": {"Destination": "arn:aws:s3:::given-up"}}
    here.follow(arn, "partly", FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=1, DestinationConfig=destination)
    s3 = here.lab.boto3("s3")
    (listed,) = until(lambda: s3.list_objects_v2(Bucket="given-up").get("Contents"))
    told = json.loads(s3.get_object(Bucket="given-up", Key=listed["Key"])["Body"].read())
    assert here.texts("partly") == [["a", "bad", "c"], ["bad", "c"]]
    assert [text_of(record) for record in json.loads(told["payload"])["Records"]] == ["bad", "c"]


def test_what_is_too_old_is_given_up(here: Streams) -> None:
    here.lab.function("aged", source=READER)
    arn = here.stream("aged")
    dead = here.queue("aged-dead")
    here.put("aged", "fail")
    here.follow(arn, "aged", MaximumRecordAgeInSeconds=60, DestinationConfig={"OnFailure": {"Destination": here.arn("aged-dead")}})
    (message,) = until(lambda: here.sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1).get("Messages"))
    assert json.loads(message["Body"])["requestContext"]["condition"] == "RecordAgeExceeded"
    here.put("aged", "fresh")
    until(lambda: ["fresh"] in here.texts("aged"))


def test_lanes_keep_the_order_of_a_key_and_do_not_wait_for_each_other(here: Streams) -> None:
    here.lab.function("lanes", source=READER)
    arn = here.stream("lanes")
    here.put("lanes", "fail", key="stuck")
    for number in range(5):
        here.put("lanes", f"x{number}", key="x")
        here.put("lanes", f"y{number}", key="y2")
    here.follow(arn, "lanes", ParallelizationFactor=10, BatchSize=2)
    seen = until(lambda: came if len(came := [text for batch in here.texts("lanes") for text in batch if text != "fail"]) == 10 else None)
    for key in "xy":
        assert [text for text in seen if text[0] == key] == [f"{key}{number}" for number in range(5)]
    view = here.view("lanes")
    assert view.backlog == 11 and view.age_s is not None, "the checkpoint waits for the oldest"


def test_a_window_keeps_its_state_and_ends_with_a_call(here: Streams) -> None:
    here.lab.function("windowed", source=READER)
    arn = here.stream("windowed")
    here.follow(arn, "windowed", TumblingWindowInSeconds=900, BatchSize=1)
    here.put("windowed", "a", "b")
    final = until(lambda: next((event for event in here.events("windowed") if event["isFinalInvokeForWindow"]), None))
    first = here.events("windowed")[0]
    assert first["state"] == {} and not first["isFinalInvokeForWindow"] and first["shardId"] == "shardId-000000000000" and first["eventSourceARN"] == arn
    assert final["Records"] == [] and final["state"]["seen"][0] == "a"
    until(lambda: flat(event["state"]["seen"] for event in here.events("windowed") if event["isFinalInvokeForWindow"]) == ["a", "b"])


def test_a_parent_shard_is_read_before_its_children(here: Streams) -> None:
    here.lab.function("split", source=READER)
    arn = here.stream("split")
    here.put("split", *(f"before {number}" for number in range(5)))
    here.kinesis.split_shard(StreamName="split", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    for number in range(6):
        here.put("split", f"after {number}", key=str(number))
    here.follow(arn, "split", BatchSize=2)
    until(lambda: here.view("split").records == 11)
    came = flat(here.texts("split"))
    assert came[:5] == [f"before {number}" for number in range(5)] and sorted(came[5:]) == [f"after {number}" for number in range(6)]
    here.kinesis.merge_shards(StreamName="split", ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002")
    here.put("split", "merged")
    until(lambda: "merged" in flat(here.texts("split")))


def test_a_table_tells_of_its_changes_and_filters_hold_some_back(here: Streams) -> None:
    here.lab.function("changes", source="import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))\n")
    table = here.dynamodb.create_table(
        TableName="things", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]  # fmt: skip
    pattern = {"dynamodb": {"Keys": {"id": {"S": [{"anything-but": ["hidden"]}]}}}}
    here.follow(table["LatestStreamArn"], "changes", FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    here.dynamodb.put_item(TableName="things", Item={"id": {"S": "hidden"}})
    here.dynamodb.put_item(TableName="things", Item={"id": {"S": "1"}, "raw": {"B": b"\x00"}})
    here.dynamodb.put_item(TableName="things", Item={"id": {"S": "1"}, "n": {"N": "5"}})
    here.dynamodb.delete_item(TableName="things", Key={"id": {"S": "1"}})
    until(lambda: here.view("things").records == 3)
    changes = [record for event in here.events("changes") for record in event["Records"]]
    assert [change["eventName"] for change in changes] == ["INSERT", "MODIFY", "REMOVE"]
    assert changes[0]["dynamodb"]["NewImage"] == {"id": {"S": "1"}, "raw": {"B": "AA=="}} and "OldImage" not in changes[0]["dynamodb"]
    assert changes[0]["eventSourceARN"] == table["LatestStreamArn"]
    assert here.view("things").kind == "table"


def test_settings_that_change_take_hold_and_a_disabled_mapping_goes_on_where_it_was(here: Streams) -> None:
    here.lab.function("paused", source=READER)
    arn = here.stream("paused")
    uuid = here.follow(arn, "paused")
    here.put("paused", "one")
    until(lambda: here.texts("paused") == [["one"]])
    until(lambda: here.view("paused").backlog == 0)
    here.functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    until(lambda: here.state(uuid) == "Disabled")
    here.put("paused", "two", "three")
    here.functions.update_event_source_mapping(UUID=uuid, Enabled=True, BatchSize=1)
    until(lambda: here.texts("paused") == [["one"], ["two"], ["three"]])
    here.functions.delete_event_source_mapping(UUID=uuid)
    until(lambda: not dict(here.lab.account_of_notebook.table("event_source_checkpoint")).get(uuid))


def test_a_stream_that_is_not_there_says_so_and_one_made_anew_is_read_whole(here: Streams) -> None:
    here.lab.function("renewed", source=READER)
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/renewed"
    here.stream("another")
    with pytest.raises(ClientError, match=f"Stream not found: {arn}"):
        here.follow(arn, "renewed", StartingPosition="LATEST")
    here.stream("renewed")
    here.follow(arn, "renewed", StartingPosition="LATEST")
    until(lambda: here.view("renewed").result == "No records processed")
    here.kinesis.delete_stream(StreamName="renewed")
    until(lambda: "Stream not found" in here.view("renewed").result)
    here.stream("renewed")
    here.put("renewed", "new")
    until(lambda: ["new"] in here.texts("renewed"))


def test_the_services_are_killed_and_a_stream_that_is_made_again_is_read(here: Streams) -> None:
    """In a lab of its own: all other streams would be gone."""
    with queues(clock=240) as own:
        mine = Streams(own.lab)
        own.lab.function("enduring", source=READER)
        mine.follow(mine.stream("enduring"), "enduring")
        mine.put("enduring", "before")
        until(lambda: mine.texts("enduring") == [["before"]])
        companion = own.lab._front._door.services.companion  # type: ignore[union-attr]
        assert companion.pid is not None
        os.kill(companion.pid, signal.SIGKILL)
        until(lambda: own.view("enduring").result.startswith("PROBLEM: "))
        until(lambda: made_again(mine))
        mine.put("enduring", "after")
        until(lambda: mine.texts("enduring") == [["before"], ["after"]])


def made_again(mine: Streams) -> bool:
    try:
        return bool(mine.stream("enduring"))
    except ClientError:
        return False


def test_checkpoints_outlive_a_lab(here: Streams, tmp_path: Path) -> None:
    """The stream is in another lab, as in an AWS account."""
    arn = here.stream("lasting")
    key = here.lab.credentials.owner
    elsewhere = {"kinesis": here.lab.endpoint_url.replace("http://", f"http://{key.access_key}:{key.secret}@")}
    with queues(home=tmp_path, services=elsewhere) as first:
        first.lab.function("reader", source=READER)
        here.put("lasting", "one")
        uuid = Streams(first.lab).follow(arn, "reader")
        until(lambda: first.view("lasting").records == 1)
        until(lambda: first.functions.get_event_source_mapping(UUID=uuid)["LastProcessingResult"] == "OK")
        until(lambda: first.view("lasting").backlog == 0)
    here.put("lasting", "two")
    with queues(home=tmp_path, services=elsewhere) as second:
        until(lambda: second.view("lasting").records == 1)
        assert Streams(second.lab).texts("reader") == [["two"]]
