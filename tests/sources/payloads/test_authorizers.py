"""Lambda authorizers: identity sources, and answers by AWS's documented forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel_runtime.sources.payloads.authorizers import BadGrant, identities, policy_grant, simple_grant

from .requests import request

ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request"


def policy(*statements: tuple[str, Any], action: Any = "execute-api:Invoke") -> bytes:
    listed = [{"Action": action, "Effect": effect, "Resource": resource} for effect, resource in statements]
    return json.dumps({"principalId": "abcdef", "policyDocument": {"Version": "2012-10-17", "Statement": listed}, "context": {"k": "v"}}).encode()


def test_identity_sources() -> None:
    asked = request(query="q=1&Q=2", headers=(("authorization", "user1"), ("empty", "")))
    sources = ["$request.header.Authorization", "$request.querystring.q", "$context.routeKey", "$stageVariables.v"]
    assert identities(sources, asked, {"v": "w"}, {"routeKey": "GET /"}) == ["user1", "1", "GET /", "w"]
    assert identities(["method.request.header.Authorization", "method.request.querystring.Q"], asked, {}, {}) == ["user1", "2"]
    assert identities([], asked, {}, {}) == []
    for missing in ("$request.header.other", "$request.header.empty", "$request.querystring.x", "$context.x", "stageVariables.x", "$request.body.x", "x"):
        assert identities(["$request.header.Authorization", missing], asked, {}, {}) is None


def test_simple_responses() -> None:
    grant = simple_grant(b'{"isAuthorized": true, "context": {"exampleKey": "exampleValue"}}')
    assert grant.allows(ARN) and grant.context == {"exampleKey": "exampleValue"}
    assert not simple_grant(b'{"isAuthorized": false}').allows(ARN)


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([("Allow", ARN)], True),
        ([("Allow", "*")], True),
        ([("Allow", "arn:aws:execute-api:us-east-1:123456789012:abcdef123/*/GET/*")], True),
        ([("Allow", ["other", ARN])], True),
        ([("Allow", ARN.replace("GET", "POST"))], False),
        ([("Deny", ARN)], False),
        ([("Allow", "*"), ("Deny", ARN)], False),
        ([], False),
    ],
)
def test_policies(statements: list[tuple[str, Any]], allowed: bool) -> None:
    grant = policy_grant(policy(*statements))
    assert grant.allows(ARN) is allowed and (grant.principal, grant.context) == ("abcdef", {"k": "v"})


def test_actions() -> None:
    assert policy_grant(policy(("Allow", "*"), action=["s3:Get", "execute-api:*"])).allows(ARN)
    assert not policy_grant(policy(("Allow", "*"), action="s3:*")).allows(ARN)


@pytest.mark.parametrize(
    "result", [b"", b"null", b'"yes"', b"{}", b'{"isAuthorized": "true"}', b'{"isAuthorized": true, "context": 1}', b'{"policyDocument": 1}']
)
def test_answers_that_say_nothing(result: bytes) -> None:
    with pytest.raises(BadGrant):
        simple_grant(result)
    if b"isAuthorized" not in result:
        with pytest.raises(BadGrant):
            policy_grant(result)
