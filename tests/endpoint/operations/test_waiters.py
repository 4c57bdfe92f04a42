"""boto3's waiters, every one that it has for Lambda, in the end that they wait for and in the one that they give up at."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import WaiterError

from kernel_runtime.artifacts import store

from .conftest import ROLE, zipped

AT_ONCE = {"Delay": 0, "MaxAttempts": 20_000}
OF_A_FUNCTION = ("function_exists", "function_active", "function_active_v2", "function_updated", "function_updated_v2")
FAILED = r'Waiter encountered a terminal failure state: For expression "Configuration\.{}" we matched expected path: "Failed"'


def made(aws: Any, name: str, code: bytes | None = None) -> None:
    aws.create_function(FunctionName=name, Runtime="python3.13", Role=ROLE, Handler="index.handler", Code={"ZipFile": code or zipped()})


@pytest.fixture
def broken_inside(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A package whose directory is in order and whose content is not, and a store that takes it: what breaks once it is kept is seen when it is unpacked."""
    monkeypatch.setattr(store, "verify", lambda file: None)
    code = bytearray(zipped(**{"data.txt": "x" * 2_000}))
    code[code.index(b"data.txt") + 1_000] ^= 0xFF
    return bytes(code)


def test_these_are_all(aws: Any) -> None:
    assert aws.waiter_names == [
        "function_active",
        "function_active_v2",
        "function_exists",
        "function_updated",
        "function_updated_v2",
        "published_version_active",
    ]


@pytest.mark.parametrize("waiter", OF_A_FUNCTION)
def test_a_new_function(aws: Any, name: str, waiter: str) -> None:
    made(aws, name)
    aws.get_waiter(waiter).wait(FunctionName=name, WaiterConfig=AT_ONCE)
    shown = aws.get_function(FunctionName=name)["Configuration"]
    if waiter != "function_exists":
        assert (shown["State"], shown["LastUpdateStatus"]) == ("Active", "Successful")


def test_an_update(aws: Any, function: str) -> None:
    for number, waiter in enumerate(("function_updated", "function_updated_v2"), 1):
        aws.update_function_configuration(FunctionName=function, Timeout=10 + number)
        aws.get_waiter(waiter).wait(FunctionName=function, WaiterConfig=AT_ONCE)
        assert aws.invoke(FunctionName=function, Payload=b"1")["ExecutedVersion"] == "$LATEST"
        shown = aws.get_function_configuration(FunctionName=function)
        assert (shown["Timeout"], shown["LastUpdateStatus"]) == (10 + number, "Successful")


def test_a_version(aws: Any, function: str) -> None:
    aws.publish_version(FunctionName=function)
    aws.get_waiter("published_version_active").wait(FunctionName=function, Qualifier="1", WaiterConfig=AT_ONCE)
    assert aws.invoke(FunctionName=function, Qualifier="1")["ExecutedVersion"] == "1"


def test_one_that_never_comes(aws: Any) -> None:
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        aws.get_waiter("function_exists").wait(FunctionName="never", WaiterConfig={"Delay": 0, "MaxAttempts": 3})


def test_one_that_fails(aws: Any, name: str, broken_inside: bytes) -> None:
    made(aws, name, broken_inside)
    with pytest.raises(WaiterError, match=FAILED.format("State")):
        aws.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 10_000})
    shown = aws.get_function_configuration(FunctionName=name)
    assert (shown["State"], shown["StateReasonCode"]) == ("Failed", "InvalidZipFileException")


def test_an_update_that_fails(aws: Any, function: str, broken_inside: bytes) -> None:
    aws.update_function_code(FunctionName=function, ZipFile=broken_inside)
    with pytest.raises(WaiterError, match=FAILED.format("LastUpdateStatus")):
        aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0, "MaxAttempts": 10_000})
    assert aws.invoke(FunctionName=function, Payload=b"1")["Payload"].read() == b"1", "calls go on meeting what was there before"
