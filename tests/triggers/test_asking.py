"""What the notebook hears of AWS's API while it waits, and when it is refused."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from kernel_runtime import AwsError, LabError
from kernel_runtime.model.short import Interrupted
from kernel_runtime.triggers.asking import WAIT, asking


def test_a_refusal_is_the_labs_own_error() -> None:
    with pytest.raises(AwsError, match="No such expression") as refused, asking():
        raise ClientError({"Error": {"Code": "ValidationException", "Message": "No such expression"}}, "CreateSchedule")
    assert refused.value.type == "ValidationException"
    with pytest.raises(LabError, match="does not answer"), asking():
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


def test_ctrl_c_is_one_line() -> None:
    with pytest.raises(KeyboardInterrupt) as broken, asking():
        raise KeyboardInterrupt
    assert isinstance(broken.value, Interrupted) and "broken off" in broken.value._render_traceback_()[0]


def test_a_long_wait_is_told_once_and_a_short_one_is_not() -> None:
    told: list[str] = []
    heard = threading.Event()

    def say(text: str) -> None:
        told.append(text)
        heard.set()

    with asking(say, quiet_s=60):
        pass
    with asking(say, quiet_s=0):
        assert heard.wait(10)
    assert told == [WAIT]


def test_it_may_stand_over_a_function_that_is_called_again() -> None:
    @asking()
    def twice(number: int) -> int:
        return 2 * number

    assert [twice(1), twice(2)] == [2, 4]
