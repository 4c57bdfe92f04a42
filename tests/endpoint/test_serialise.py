"""Results on the wire: where each member goes, in which order, and numbers as Java prints them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from kernel_runtime.endpoint.java_text import double_text
from kernel_runtime.endpoint.protocol import Protocol

PROTOCOL = Protocol()


def test_members_stand_in_the_models_order_without_none_and_without_strangers() -> None:
    result = {"Handler": "m.f", "FunctionArn": "arn", "FunctionName": "f", "Description": "", "KMSKeyArn": None, "Stranger": 1, "Timeout": 3}
    answer = PROTOCOL.write("GetFunctionConfiguration", result)
    assert answer.body == b'{"FunctionName":"f","FunctionArn":"arn","Handler":"m.f","Description":"","Timeout":3}'
    assert (answer.status, answer.headers) == (200, {"Content-Type": "application/json"})


def test_an_invocations_parts_go_to_status_headers_and_body() -> None:
    answer = PROTOCOL.write(
        "Invoke", {"StatusCode": 200, "FunctionError": "Unhandled", "ExecutedVersion": "$LATEST", "Payload": b'{"a" :1}', "LogResult": None}
    )
    assert answer.status == 200
    assert answer.headers == {"Content-Type": "application/json", "X-Amz-Function-Error": "Unhandled", "X-Amz-Executed-Version": "$LATEST"}
    assert answer.body == b'{"a" :1}'


@pytest.mark.parametrize(("status", "headers"), [(202, {}), (204, {"X-Amz-Executed-Version": "1"})])
def test_an_answer_without_a_body_names_no_content_type(status: int, headers: dict[str, str]) -> None:
    answer = PROTOCOL.write("Invoke", {"StatusCode": status, "ExecutedVersion": headers.get("X-Amz-Executed-Version")})
    assert (answer.status, answer.headers, answer.body) == (status, headers, b"")


def test_the_deletion_of_a_function_says_its_status() -> None:
    answer = PROTOCOL.write("DeleteFunction", {"StatusCode": 204})
    assert (answer.status, answer.headers, answer.body) == (204, {}, b"")


def test_what_has_nothing_to_say_is_an_empty_object() -> None:
    assert PROTOCOL.write("GetFunctionConcurrency", {}).body == b"{}"


def test_times_are_seconds_as_java_prints_them() -> None:
    moment = datetime(2025, 1, 31, 12, 0, 0, 123_000, UTC)
    told = b'{"LastModified":1.738324800123E9}'
    assert PROTOCOL.write("GetFunctionEventInvokeConfig", {"LastModified": moment}).body == told
    assert PROTOCOL.write("GetFunctionEventInvokeConfig", {"LastModified": moment.astimezone(timezone(timedelta(hours=5)))}).body == told
    assert PROTOCOL.write("GetFunctionEventInvokeConfig", {"LastModified": moment.replace(tzinfo=None)}).body == told


def test_weights_and_texts() -> None:
    weights = {"1": Decimal("0.25"), "2": 1, "é": 0.0001}
    body = PROTOCOL.write("GetAlias", {"RoutingConfig": {"AdditionalVersionWeights": weights}, "Description": 'ä"\n\ud800'}).body
    assert body.decode() == '{"Description":"ä\\"\\n?","RoutingConfig":{"AdditionalVersionWeights":{"1":0.25,"2":1.0,"é":1.0E-4}}}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        (9_999_999.5, "9999999.5"),
        (10_000_000.0, "1.0E7"),
        (-1.5e300, "-1.5E300"),
        (1_738_324_800.0, "1.7383248E9"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_doubles(value: float, text: str) -> None:
    assert double_text(value) == text
