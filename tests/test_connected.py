"""A second notebook uses a lab that runs elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from kernel_runtime import AwsError, Lab, LabError, TooManyRequestsException
from kernel_runtime.connected import ConnectedLab
from tests.sources.asynchronous.recording import until


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def connected(lab: Lab) -> ConnectedLab:
    owner = lab.credentials.owner
    return Lab.connect(lab.endpoint_url, owner.access_key, owner.secret or "")


def test_functions_are_seen_invoked_and_changed(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("hello", source="def handler(event, context):\n    return {'got': event, 'mb': context.memory_limit_in_mb}\n")
    assert list(connected.functions) == ["hello"]
    hello = connected.get("hello")
    first = hello.invoke({"a": 1})
    assert (first.payload, first.start, first.ok) == ({"got": {"a": 1}, "mb": "128"}, "cold", True)
    assert asyncio.run(hello.ainvoke()).start == "warm"
    assert hello.configure(memory_mb=256).invoke().payload["mb"] == "256"
    assert lab.get("hello").configuration.memory_mb == 256


def test_an_event_is_sent(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("later", source="def handler(event, context): ...\n")
    id = connected.get("later").send({"a": 1})
    until(lambda: [record.request_id for record in lab.records("later")] == [id])


def test_failures_and_throttles_are_what_they_are_there(lab: Lab, connected: ConnectedLab) -> None:
    lab.function("fails", source="def handler(event, context):\n    raise ValueError('no')\n")
    error = connected.get("fails").invoke().error
    assert error is not None and str(error) == "ValueError: no"
    connected.get("fails").configure(reserved_concurrency=0)
    with pytest.raises(TooManyRequestsException) as throttle:
        connected.get("fails").invoke()
    assert throttle.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    with pytest.raises(AwsError, match="Function not found"):
        connected.get("nothing")


def test_wrong_keys_and_nobody_there(lab: Lab) -> None:
    with pytest.raises(AwsError, match="security token"):
        Lab.connect(lab.endpoint_url, "AKIAWRONG", "wrong")
    with pytest.raises(LabError, match="no lab answers"):
        Lab.connect("http://127.0.0.1:9", "AKIAWRONG", "wrong")
