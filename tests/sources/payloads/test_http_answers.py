"""What results become, by AWS's documented examples (Lambda Developer Guide, "Response payload format") and what was recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel_runtime.sources.payloads.http_answers import HttpAnswer, Malformed, explicit, inferred, streamed

JSON = "application/json"


def told(result: Any) -> HttpAnswer:
    return inferred(result if isinstance(result, bytes) else json.dumps(result).encode(), JSON, remap=True)


@pytest.mark.parametrize(
    ("result", "body"),
    [("Hello, world!", b"Hello, world!"), (3.1, b"3.1"), (True, b"true"), (None, b"null"), (["a", 3], b'["a",3]'), (b"no {json", b"no {json")],
)
def test_what_names_no_status_is_the_body(result: Any, body: bytes) -> None:
    assert told(result) == HttpAnswer(200, (("Content-Type", JSON),), body)


def test_an_object_without_a_status_is_the_body() -> None:
    assert told({"message": "Hello, world!", "body": "x"}).body == b'{"message":"Hello, world!","body":"x"}'
    assert told(b'{\n "a \\" b": [ 1.50, "\\\\" , { } ]\t}').body == b'{"a \\" b":[1.50,"\\\\",{}]}'


def test_the_documented_custom_response_with_cookies() -> None:
    answer = told(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "application/json", "My-Custom-Header": "Custom Value"},
            "body": '{"message": "Hello, world!"}',
            "cookies": ["Cookie_1=Value1; Expires=21 Oct 2021 07:48 GMT", "Cookie_2=Value2; Max-Age=78000"],
            "isBase64Encoded": False,
        }
    )
    assert answer.status == 201 and answer.body == b'{"message": "Hello, world!"}'
    assert answer.headers == (
        ("Content-Type", "application/json"),
        ("My-Custom-Header", "Custom Value"),
        ("Set-Cookie", "Cookie_1=Value1; Expires=21 Oct 2021 07:48 GMT"),
        ("Set-Cookie", "Cookie_2=Value2; Max-Age=78000"),
    )


def test_base64_numbers_and_headers_that_are_awss() -> None:
    answer = told({"statusCode": "418", "headers": {"X-N": 5, "X-T": True, "X-None": None, "Date": "x", "Transfer-Encoding": "x"}, "body": "aGk=",
                   "isBase64Encoded": True})  # fmt: skip
    assert (answer.status, answer.body) == (418, b"hi")
    assert answer.headers == (("Content-Type", JSON), ("X-N", "5"), ("X-T", "true"), ("x-amzn-Remapped-Date", "x"))
    assert told({"statusCode": 204, "body": "x"}).body == b""
    assert told({"statusCode": 200}) == HttpAnswer(200, (("Content-Type", JSON),), b"")


MALFORMED = [
    {"statusCode": None},
    {"statusCode": "ok"},
    {"statusCode": 99},
    {"statusCode": 600},
    {"statusCode": True},
    {"statusCode": 200, "body": {"an": "object"}},
    {"statusCode": 200, "body": 5},
    {"statusCode": 200, "headers": []},
    {"statusCode": 200, "headers": {"a b": "x"}},
    {"statusCode": 200, "headers": {"a": ["x"]}},
    {"statusCode": 200, "body": "%%", "isBase64Encoded": True},
]


@pytest.mark.parametrize("result", [*MALFORMED, {"statusCode": 200, "cookies": "a=1"}], ids=str)
def test_what_is_no_answer(result: Any) -> None:
    with pytest.raises(Malformed):
        told(result)


@pytest.mark.parametrize("result", [*MALFORMED, "hello", None, {"message": "x"}, {"statusCode": 200, "multiValueHeaders": {"a": "x"}}, b"not json"], ids=str)
def test_format_one_infers_nothing(result: Any) -> None:
    with pytest.raises(Malformed):
        explicit(result if isinstance(result, bytes) else json.dumps(result).encode(), JSON, remap=True)


def test_format_one_merges_both_kinds_of_headers() -> None:
    result = {"statusCode": 200, "headers": {"A": "1", "B": "2"}, "multiValueHeaders": {"a": ["1", "3"], "Set-Cookie": ["x=1", "y=2"]}, "body": "ok"}
    answer = explicit(json.dumps(result).encode(), JSON, remap=True)
    assert answer.headers == (("Content-Type", JSON), ("B", "2"), ("a", "1"), ("a", "3"), ("Set-Cookie", "x=1"), ("Set-Cookie", "y=2"))
    assert explicit(b'{"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}', JSON, remap=True, decode=False).body == b"aGk="


def test_a_stream_is_the_bytes_unless_a_prelude_says_more() -> None:
    assert streamed(b'{"statusCode": 201, "body": "x"}') == HttpAnswer(
        200, (("Content-Type", "application/octet-stream"),), b'{"statusCode": 201, "body": "x"}'
    )
    prelude = b'{"statusCode": 201, "headers": {"Content-Type": "text/html"}, "cookies": ["a=1"]}'
    answer = streamed(prelude + b"\0" * 8 + b"<p>\0</p>")
    assert answer == HttpAnswer(201, (("Content-Type", "text/html"), ("Set-Cookie", "a=1")), b"<p>\0</p>")
    with pytest.raises(Malformed):
        streamed(b"{no json" + b"\0" * 8)
