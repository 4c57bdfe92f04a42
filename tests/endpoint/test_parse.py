"""Requests that cannot be read as their shapes, and those that can in more than one way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel_runtime.endpoint.protocol import Protocol
from kernel_runtime.model.errors import SerializationException

PROTOCOL = Protocol()
CONFIGURATION = "/2015-03-31/functions/f/configuration"


def read(body: bytes) -> dict[str, Any]:
    return PROTOCOL.read("PUT", CONFIGURATION, "", {}, body).request


def unreadable(body: bytes) -> str:
    with pytest.raises(SerializationException) as caught:
        read(body)
    return str(caught.value.args[0])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Description": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"Description": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"Description": True}, "TRUE_VALUE cannot be converted to String"),
        ({"Description": []}, "Start of list found where not expected"),
        ({"Description": {}}, "Start of structure or map found where not expected"),
        ({"Timeout": "3"}, "STRING_VALUE cannot be converted to Integer"),
        ({"Timeout": False}, "FALSE_VALUE cannot be converted to Integer"),
        ({"Timeout": 2**31}, "NUMBER_VALUE cannot be converted to Integer"),
        ({"Layers": "x"}, "Unexpected field type"),
        ({"Layers": {}}, "Start of structure or map found where not expected"),
        ({"Environment": 5}, "Unexpected field type"),
        ({"Environment": {"Variables": []}}, "Start of list found where not expected"),
    ],
)
def test_wrong_types(members: dict[str, Any], message: str) -> None:
    assert unreadable(json.dumps(members).encode()) == message


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'a': 1}",
        b'{"Timeout": NaN}',
        b'{"Timeout": -Infinity}',
        b'{"Timeout": 1e999}',
        b'{"Timeout": ' + b"9" * 5_000 + b"}",
        b'{"Description": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"Description": "\xff"}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"[]",
        b'"x"',
        b"1",
        b"{} {}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_bodies_that_are_no_object(body: bytes) -> None:
    assert unreadable(body)


def test_what_is_ignored() -> None:
    assert read(b"") == read(b" \n") == read(b"null") == read(b"{}") == {"FunctionName": "f"}
    assert read(b'{"Timeout": null, "NoSuch": {"a": 1}, "timeout": 4}') == {"FunctionName": "f"}
    assert read(b'{"Timeout": 3, "Timeout": 4}') == {"FunctionName": "f", "Timeout": 4}
    assert read(b'{"FunctionName": "g"}') == {"FunctionName": "f"}


def test_numbers_lose_their_fraction_and_pairs_of_surrogates_are_one_character() -> None:
    assert read(b'{"Timeout": 3.9, "Description": "\\ud83d\\ude00"}') == {"FunctionName": "f", "Timeout": 3, "Description": "\U0001f600"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        ("=+/=", "Invalid last non-pad Base64 character dectected"),
        ("a\u00e9==", "Invalid last non-pad Base64 character dectected"),
        (7, "only base-64-encoded strings are convertible to bytes"),
        ([], "Start of list found where not expected"),
    ],
)
def test_bad_base64(text: Any, message: str) -> None:
    with pytest.raises(SerializationException) as caught:
        PROTOCOL.read("PUT", "/2015-03-31/functions/f/code", "", {}, json.dumps({"ZipFile": text}).encode())
    assert caught.value.args[0] == message


def test_blobs_and_timestamps() -> None:
    assert PROTOCOL.read("PUT", "/2015-03-31/functions/f/code", "", {}, b'{"ZipFile": "AAEC"}').request["ZipFile"] == b"\0\1\2"
    mapping = PROTOCOL.read("POST", "/2015-03-31/event-source-mappings", "", {}, b'{"FunctionName": "f", "StartingPositionTimestamp": 1.5}').request
    assert mapping["StartingPositionTimestamp"] == datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)
    with pytest.raises(SerializationException, match="NUMBER_VALUE cannot be converted to Timestamp"):
        PROTOCOL.read("POST", "/2015-03-31/event-source-mappings", "", {}, b'{"FunctionName": "f", "StartingPositionTimestamp": 99999999999999}')


def test_query_strings_hold_lists_booleans_numbers_and_times() -> None:
    path = "/2025-12-01/functions/f/durable-executions"
    query = "Statuses=RUNNING&Statuses=FAILED&ReverseOrder=true&MaxItems=7&StartedAfter=2025-01-31T12%3A00%3A00Z&Marker="
    assert PROTOCOL.read("GET", path, query, {}, b"").request == {
        "FunctionName": "f",
        "Statuses": ["RUNNING", "FAILED"],
        "ReverseOrder": True,
        "MaxItems": 7,
        "StartedAfter": datetime(2025, 1, 31, 12, tzinfo=UTC),
        "Marker": "",
    }


@pytest.mark.parametrize(
    "query", ["MaxItems=x", "MaxItems=", "MaxItems=1_0", "MaxItems=\u0663", "MaxItems=99999999999", "ReverseOrder=True", "StartedAfter=now"]
)
def test_bad_query_values(query: str) -> None:
    with pytest.raises(SerializationException, match=r"^STRING_VALUE cannot be converted to"):
        PROTOCOL.read("GET", "/2025-12-01/functions/f/durable-executions", query, {}, b"")


def test_a_version_in_the_path_is_a_number() -> None:
    assert PROTOCOL.read("GET", "/2018-10-31/layers/l/versions/12", "", {}, b"").request == {"LayerName": "l", "VersionNumber": 12}
    with pytest.raises(SerializationException, match="STRING_VALUE cannot be converted to Long"):
        PROTOCOL.read("GET", "/2018-10-31/layers/l/versions/latest", "", {}, b"")


def test_an_invocation_is_read_as_it_came() -> None:
    headers = {"x-amz-invocation-type": "Event", "x-amz-log-type": "None", "x-amz-client-context": "e30=", "content-type": "text/plain"}
    call = PROTOCOL.read("POST", "/2015-03-31/functions/f%3Aprod/invocations", "Qualifier=prod", headers, b"{not json")
    assert call.operation == "Invoke"
    assert call.request == {
        "FunctionName": "f:prod",
        "Qualifier": "prod",
        "InvocationType": "Event",
        "LogType": "None",
        "ClientContext": "e30=",
        "Payload": b"{not json",
    }
    assert PROTOCOL.read("POST", "/2015-03-31/functions/f/invocations", "", {}, b"").request == {"FunctionName": "f"}
    assert PROTOCOL.read("POST", "/2014-11-13/functions/f/invoke-async", "", {}, b"").request == {"FunctionName": "f", "InvokeArgs": b""}
