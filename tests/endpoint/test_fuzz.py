"""Whatever comes, the answer is one of AWS's errors or a request that its shape allows; never another exception. The runs are the same each time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.parsers import create_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel_runtime.endpoint.protocol import Protocol
from kernel_runtime.endpoint.service import body_members, lambda_service, placed_members, wire_name
from kernel_runtime.model.errors import AwsError

PROTOCOL = Protocol()
SERVICE = lambda_service()
MANY = settings(max_examples=2_000, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
NAMES = sorted({name for shape in map(SERVICE.shape_for, SERVICE.shape_names) if shape.type_name == "structure" for name in shape.members})

texts = st.one_of(st.text(max_size=12), st.sampled_from(["f", "$LATEST", "1", "-1", "x" * 300, "arn:aws:lambda:us-east-1:123456789012:function:f", "AAEC"]))
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**40), 10**40), st.integers(-2, 1_000), st.floats(), texts)
trees = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=4), max_leaves=12)
bodies = st.one_of(st.binary(max_size=60), trees.map(lambda tree: json.dumps(tree).encode("utf-8", "replace")))
queries = st.one_of(st.text(max_size=30), st.lists(st.tuples(texts, texts), max_size=3).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs)))


def answered(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
    try:
        call = PROTOCOL.read(method, path, query, headers, body)
    except AwsError as error:
        answer = PROTOCOL.refuse(error)
        sent = {name.lower(): value for name, value in answer.headers.items()}
        assert 400 <= answer.status < 500
        assert create_parser("rest-json").parse({"status_code": answer.status, "headers": sent, "body": answer.body}, None)["Error"]["Code"] == error.type
    else:
        assert call.operation in PROTOCOL.operations
        json.dumps(call.request, default=str).encode()


@MANY
@given(st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", ""]), st.text(max_size=40).map("/".__add__), queries, bodies)
def test_any_path(method: str, path: str, query: str, body: bytes) -> None:
    answered(method, path, query, {}, body)


@MANY
@given(st.data())
def test_any_members_at_any_operation(data: st.DataObject) -> None:
    operation = SERVICE.operation_model(data.draw(st.sampled_from(PROTOCOL.operations)))
    shape = operation.input_shape
    path, _, asked = operation.http["requestUri"].partition("?")
    for name, member in placed_members(shape, "uri").items():
        path = path.replace(f"{{{wire_name(name, member)}}}", data.draw(st.one_of(st.just("f"), st.just("7"), texts, st.just("%zz%ff"))))
    wanted = [f"{wire_name(name, member)}={data.draw(texts)}" for name, member in placed_members(shape, "querystring").items() if data.draw(st.booleans())]
    headers = {wire_name(name, member).lower(): data.draw(texts) for name, member in placed_members(shape, "header").items() if data.draw(st.booleans())}
    names = list(body_members(shape))
    body = data.draw(st.one_of(bodies, st.dictionaries(st.sampled_from(names), trees).map(lambda tree: json.dumps(tree).encode())) if names else bodies)
    answered(operation.http["method"], path, "&".join([*([asked] if asked else []), *wanted]), headers, body)


@pytest.mark.parametrize(
    "text", ["x" * 10_000_000, "é" * 1_000_000, "\x00" * 100_000, "a." * 1_000_000, "-" * 1_000_000], ids=lambda text: f"{text[:2]!r}*{len(text)}"
)
def test_long_texts(text: str) -> None:
    members: dict[str, Any] = {
        "FunctionName": text,
        "Role": text,
        "Handler": text,
        "Layers": [text],
        "Environment": {"Variables": {text: text}},
        "Tags": {text: text},
    }
    answered("POST", "/2015-03-31/functions", "", {}, json.dumps(members).encode())
    answered("POST", f"/2015-03-31/functions/{text}/invocations", f"Qualifier={text}", {"x-amz-log-type": text}, text.encode())
