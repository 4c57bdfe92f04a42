"""Payload format 1.0 against AWS's documented events ("Input format of a Lambda function for proxy integration"; "Payload format version", 1.0)."""

from __future__ import annotations

from dataclasses import replace

from kernel_runtime.sources.payloads.http_v1 import Called, http_api_event, rest_event

from .requests import request

CALLED = Called(
    "123456789012", "gy415nuibc", "gy415nuibc.execute-api.us-east-1.amazonaws.com", "testStage", "/{proxy+}", "/hello/world", "/testStage/hello/world",
    "deef4878-7910-11e6-8f14-25afc3e9ae33", resource_id="roq9wj", extended_request_id="JKJaXmPLvHcESHA=", path_parameters={"proxy": "hello/world"},
    stage_variables={"stageVariableName": "stageVariableValue"}, deployment_id="d3pl0y",
)  # fmt: skip
HEADERS = (("host", "gy415nuibc.execute-api.us-east-1.amazonaws.com"), ("content-type", "application/json"), ("x-many", "a"), ("x-many", "b"))


def test_the_documented_event_of_a_rest_api() -> None:
    event = rest_event(request("POST", "/hello/world", "name=you&name=me&one=1", HEADERS, b'{"a": 1}'), CALLED, text=True)
    front = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https"}
    assert event == {
        "resource": "/{proxy+}",
        "path": "/hello/world",
        "httpMethod": "POST",
        "headers": {"Host": HEADERS[0][1], "Content-Type": "application/json", "X-Many": "b", **front},
        "multiValueHeaders": {
            "Host": [HEADERS[0][1]], "Content-Type": ["application/json"], "X-Many": ["a", "b"], **{name: [value] for name, value in front.items()},
        },
        "queryStringParameters": {"name": "me", "one": "1"},
        "multiValueQueryStringParameters": {"name": ["you", "me"], "one": ["1"]},
        "pathParameters": {"proxy": "hello/world"},
        "stageVariables": {"stageVariableName": "stageVariableValue"},
        "requestContext": {
            "resourceId": "roq9wj",
            "resourcePath": "/{proxy+}",
            "httpMethod": "POST",
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "requestTime": "04/Mar/2020:19:03:58 +0000",
            "path": "/testStage/hello/world",
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "testStage",
            "domainPrefix": "gy415nuibc",
            "requestTimeEpoch": 1583348638390,
            "requestId": "deef4878-7910-11e6-8f14-25afc3e9ae33",
            "identity": {
                "cognitoIdentityPoolId": None, "accountId": None, "cognitoIdentityId": None, "caller": None, "sourceIp": "192.0.2.1",
                "principalOrgId": None, "accessKey": None, "cognitoAuthenticationType": None, "cognitoAuthenticationProvider": None, "userArn": None,
                "userAgent": "", "user": None,
            },
            "domainName": "gy415nuibc.execute-api.us-east-1.amazonaws.com",
            "deploymentId": "d3pl0y",
            "apiId": "gy415nuibc",
        },
        "body": '{"a": 1}',
        "isBase64Encoded": False,
    }  # fmt: skip


def test_names_are_spelled_as_they_were_sent() -> None:
    asked = replace(request(headers=(("x-own", "1"), ("x-other", "2"))), spelling={"x-own": "x-OWN"})
    headers = rest_event(asked, CALLED, text=True)["multiValueHeaders"]
    assert list(headers)[:2] == ["x-OWN", "X-Other"]


def test_what_is_not_there_is_null() -> None:
    event = rest_event(request(), replace(CALLED, path_parameters={}, stage_variables={}), text=True)
    nulls = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body")
    assert [event[name] for name in nulls] == [None] * 5 and "version" not in event


def test_an_authorizer_and_a_body_that_is_not_text() -> None:
    event = rest_event(request("POST", body=b"\x00"), replace(CALLED, authorizer={"principalId": "me", "n": "1"}, identity={"apiKey": "k"}), text=False)
    assert (event["body"], event["isBase64Encoded"]) == ("AA==", True)
    assert event["requestContext"]["authorizer"] == {"principalId": "me", "n": "1"} and event["requestContext"]["identity"]["apiKey"] == "k"


def test_an_http_api_says_its_version_and_leaves_names_as_they_are() -> None:
    event = http_api_event(request("GET", headers=HEADERS), replace(CALLED, path="/testStage/hello/world"), text=True)
    assert next(iter(event)) == "version" and event["version"] == "1.0"
    assert set(event["headers"]) == {"Host", "content-type", "x-many", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"}
