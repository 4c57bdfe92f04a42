"""Whatever is asked of a function over HTTP, and whatever the function returns: an answer of the documented kind, never the lab's own fault."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import h11
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel_runtime import Lab
from kernel_runtime.sources.payloads.authorizers import BadGrant, policy_grant, simple_grant
from kernel_runtime.sources.payloads.cors import answer_headers, preflight_headers
from kernel_runtime.sources.payloads.http_answers import HttpAnswer, Malformed, explicit, inferred, streamed
from kernel_runtime.sources.payloads.http_routes import Routes, stage_of

from .test_http_api import ARN
from .test_rest_api import make

FEW = settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=150)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8)
odd = anything | st.sampled_from([200, "200", 204, 304, "application/json", {"Content-Type": "text/html"}, {"a": ["b"]}, "aGk=", True])
answers = st.fixed_dictionaries(
    {"statusCode": odd}, optional={"headers": odd, "multiValueHeaders": odd, "cookies": odd, "body": odd, "isBase64Encoded": odd}
)  # fmt: skip
targets = st.text(st.characters(codec="latin-1", exclude_characters=" \r\n\t#?\x00"), max_size=20).map(lambda text: "".join(c for c in text if "!" <= c <= "~"))
names = st.from_regex(r"[a-z!#$%&'*+.^_`|~0-9-]{1,10}", fullmatch=True).filter(
    lambda name: name not in {"host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer"}
)
values = st.binary(max_size=20).map(lambda raw: bytes(byte for byte in raw if 0x20 <= byte < 0x7F or byte >= 0x80).strip())


_BREAKS = str.maketrans("\r\n\0", "   ")


def can_be_sent(answer: HttpAnswer) -> None:
    """As an HTTP/1.1 server writes it (the door replaces what breaks lines)."""
    headers = [(name.encode(), value.translate(_BREAKS).encode("utf-8", "replace").strip()) for name, value in answer.headers]
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    server.next_event()
    server.send(h11.Response(status_code=answer.status, headers=[*headers, (b"content-length", str(len(answer.body)).encode())]))
    server.send(h11.Data(data=answer.body))
    server.send(h11.EndOfMessage())


@MANY
@given(result=answers | anything, raw=st.none() | st.binary(max_size=20))
def test_whatever_a_function_returns(result: Any, raw: bytes | None) -> None:
    given_bytes = json.dumps(result).encode() if raw is None else raw
    for read in (
        lambda: inferred(given_bytes, "text/plain", remap=True),
        lambda: explicit(given_bytes, "text/plain", remap=False),
        lambda: streamed(given_bytes),
        lambda: streamed(given_bytes + b"\0" * 8 + b"rest"),
    ):
        try:
            can_be_sent(read())
        except Malformed:
            pass


@MANY
@given(result=anything | st.fixed_dictionaries({"policyDocument": st.fixed_dictionaries({"Statement": odd | st.lists(odd)}), "context": odd}))
def test_whatever_an_authorizer_returns(result: Any) -> None:
    for read in (simple_grant, policy_grant):
        try:
            read(json.dumps(result).encode()).allows("arn:aws:execute-api:us-east-1:000000000000:id/$default/GET/[x")
        except BadGrant:
            pass


@MANY
@given(path=st.text(max_size=20), origin=st.text(max_size=20), pattern=st.text(max_size=20), method=st.sampled_from(["GET", "OPTIONS"]))
def test_whatever_path_or_origin(path: str, origin: str, pattern: str, method: str) -> None:
    routes = Routes(["GET /a/{b}", "ANY /{p+}", "$default", f"GET /{pattern}", pattern])
    routes.select(method, path)
    stage_of(path, ["$default", pattern])
    headers = {"origin": origin, "access-control-request-method": method, "access-control-request-headers": origin}
    for config in ({"AllowOrigins": [pattern], "AllowHeaders": [origin]}, {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"]}):
        preflight_headers(config, headers)
        answer_headers(config, headers)


@pytest.fixture(scope="module")
def bases(lab: Lab) -> list[str]:
    """One site of each kind, which all say what they were asked."""
    pytest.importorskip("moto")
    fn = lab.function("said", source="import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n")
    made = lab.boto3("apigatewayv2").create_api(Name="fuzz", ProtocolType="HTTP", Target=f"{ARN}said")
    rest = make(lab)
    rest.method("ANY", "/{proxy+}", "said")
    rest.method("ANY", "/", "said")
    rest.deploy()
    for api in (made["ApiId"], rest.id):
        lab.boto3("lambda").add_permission(
            FunctionName="said", StatementId=f"api-{api}", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
        )  # fmt: skip
    return [fn.url.local.removeprefix(lab.endpoint_url).rstrip("/"), f"/_execute-api/{made['ApiId']}", rest.path("")]


def test_whatever_is_asked(lab: Lab, bases: list[str]) -> None:
    at = urlsplit(lab.endpoint_url)

    @FEW
    @given(
        base=st.sampled_from(bases),
        method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"]),
        path=targets,
        query=targets,
        headers=st.lists(st.tuples(names, values), max_size=4),
        body=st.binary(max_size=50),
    )
    def ask(base: str, method: str, path: str, query: str, headers: list[tuple[str, bytes]], body: bytes) -> None:
        lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers)
        head = f"{method} {base}/{path}?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}\r\n".encode()
        with socket.create_connection((at.hostname, at.port), timeout=10) as conn:
            conn.sendall(head + lines + b"\r\n" + body)
            said = b""
            while chunk := conn.recv(65_536):
                said += chunk
        status = int(said.split(b" ", 2)[1])
        assert status in (200, 204, 400) and b"Serverless Lab failed" not in said, said

    ask()
