"""Invoke with InvocationType Event, and InvokeAsync: what they answer, and that the event is in the queue by then."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kernel_runtime import Lab
from kernel_runtime.fleet.fake import FakeFleet, always
from tests.sources.asynchronous.recording import until


def test_the_answer_is_202_and_the_request_id_that_the_function_will_see(lab: Lab, aws: Any, function: str) -> None:
    answer = aws.invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
    assert (answer["StatusCode"], answer["Payload"].read(), "ExecutedVersion" in answer) == (202, b"", False)
    assert aws.invoke_async(FunctionName=function, InvokeArgs=b"2")["Status"] == 202
    until(lambda: len(list(lab.records(function))) == 2)
    assert answer["ResponseMetadata"]["RequestId"] in {record.request_id for record in lab.records(function)}


def test_an_event_over_1_mb_is_refused(aws: Any, function: str) -> None:
    with pytest.raises(ClientError, match=r"1048577 byte payload is too large for the Event invocation type \(limit 1048576 bytes\)"):
        aws.invoke(FunctionName=function, InvocationType="Event", Payload=b'"' + b"x" * 1_048_575 + b'"')


def test_what_is_answered_is_on_disk(tmp_path: Path) -> None:
    with Lab(tmp_path, fleet=FakeFleet(invocations=always(3.0))) as lab:
        lab.function("f", source="def handler(event, context): ...")
        ids = [lab.boto3("lambda").invoke(FunctionName="f", InvocationType="Event")["ResponseMetadata"]["RequestId"] for _ in range(3)]
        with sqlite3.connect(tmp_path / "asynchronous.sqlite") as database:
            assert [row[0] for row in database.execute("SELECT request_id FROM accepted ORDER BY number")] == ids
