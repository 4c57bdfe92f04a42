"""A large package is decoded beside the parsing of what stands around it, and nobody can tell."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.endpoint import json_text
from kernel_runtime.endpoint.protocol import Protocol
from kernel_runtime.model.errors import AwsError

PROTOCOL = Protocol()
PACKAGE = os.urandom(60_000)
TEXT = base64.b64encode(PACKAGE).decode()
NEW = {"FunctionName": "f", "Role": "arn:aws:iam::000000000000:role/r", "Runtime": "python3.13", "Handler": "index.handler"}
CREATE = ("POST", "/2015-03-31/functions")
UPDATE = ("PUT", "/2015-03-31/functions/f/code")
PUBLISH = ("POST", "/2018-10-31/layers/l/versions")
TAG = ("POST", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af")


def outcome(way: tuple[str, str], body: bytes) -> Any:
    try:
        return PROTOCOL.read(*way, "", {}, body).request
    except AwsError as error:
        return type(error), str(error)


def in_full(way: tuple[str, str], body: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What becomes of a body when every part of it is parsed as JSON."""
    with monkeypatch.context() as patched:
        patched.setattr(json_text, "_PACKAGE_LEAST_BYTES", 10**9)
        return outcome(way, body)


@pytest.mark.parametrize(
    ("way", "members"),
    [
        (CREATE, {**NEW, "Code": {"ZipFile": TEXT}}),
        (UPDATE, {"ZipFile": TEXT, "DryRun": True}),
        (PUBLISH, {"Content": {"ZipFile": TEXT}, "Description": 'a "ZipFile": "'}),
    ],
)
def test_a_package_is_where_it_belongs(way: tuple[str, str], members: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (json.dumps(members), json.dumps(members, indent=2), json.dumps(members, separators=(",", ":"))):
        request = outcome(way, text.encode())
        assert request.get("Code", request.get("Content", request))["ZipFile"] == PACKAGE
        assert request == in_full(way, text.encode(), monkeypatch)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({**NEW, "Code": {"ZipFile": TEXT[:-1]}}),
        json.dumps({**NEW, "Code": {"ZipFile": TEXT[:-3] + "!=="}}),
        json.dumps({**NEW, "Code": {"ZipFile": TEXT.replace("A", "\\u0041", 1)}}),
        json.dumps({**NEW, "Code": {"ZipFile": TEXT}}).replace("/", "\\/"),
        json.dumps({**NEW, "ZipFile": TEXT, "Code": {"ZipFile": "QUJD"}}),
        json.dumps({**NEW, "Code": {"ZipFile": TEXT}, "Description": "\ud800"}),
        json.dumps({**NEW, "Code": {"ZipFile": TEXT}, "Timeout": "x" * 70_000}),
        json.dumps({**NEW, "Code": {"ZipFile": [TEXT]}}),
        json.dumps({**NEW, "Code": TEXT}),
        json.dumps({**NEW, "Environment": {"Variables": {"ZipFile": TEXT}}, "Code": {"ZipFile": TEXT}}),
        json.dumps({**NEW, "Description": '\\"ZipFile": "', "Code": {"ZipFile": TEXT}}),
        json.dumps({**NEW, "Code": {"ZipFile": TEXT}})[:-1],
        json.dumps({**NEW, "Code": {"ZipFile": TEXT}}) + "}",
        json.dumps({**NEW, "Code": {"ZipFile": TEXT}}).replace('"ZipFile"', '"x"ZipFile"'),
        json.dumps({**NEW, "Code": {"ZipFile": TEXT}}).replace(TEXT[:100], TEXT[:50] + "\n" + TEXT[50:100]),
        f'{{"Code": {{"ZipFile": "{TEXT}", "ZipFile": "QUJD"}}, {json.dumps(NEW)[1:]}',
        f'{{"Code": {{"ZipFile": "QUJD", "ZipFile": "{TEXT}"}}, {json.dumps(NEW)[1:]}',
        f'["ZipFile", "{TEXT}"]',
        f'"ZipFile": "{TEXT}"',
        f'{{"Code": {{"ZipFile": "{TEXT}',
    ],
    ids=range(20),
)
def test_whatever_it_is_it_is_what_it_would_be_in_full(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = body.encode("utf-8", "surrogatepass")
    assert outcome(CREATE, sent) == in_full(CREATE, sent, monkeypatch)
    assert outcome(UPDATE, sent) == in_full(UPDATE, sent, monkeypatch)


def test_a_tag_of_that_name_stays_text() -> None:
    kind, message = outcome(TAG, json.dumps({"Tags": {"ZipFile": TEXT}}).encode())
    assert kind.__name__ == "ValidationException" and "tags" in message


@settings(deadline=None, max_examples=300)
@given(st.text('{}[]:,"\\ Zip\n', max_size=12), st.text('{}[]:,"\\ Zip\n', max_size=12), st.sampled_from(["ZipFile", 'x\\"ZipFile', "Zip"]))
def test_junk_around_it(before: str, after: str, key: str) -> None:
    body = f'{{"Code": {{{before}"{key}": "{TEXT}"{after}}}}}'.encode()
    least = json_text._PACKAGE_LEAST_BYTES
    quick = outcome(UPDATE, body)
    json_text._PACKAGE_LEAST_BYTES = 10**9
    try:
        assert quick == outcome(UPDATE, body)
    finally:
        json_text._PACKAGE_LEAST_BYTES = least
