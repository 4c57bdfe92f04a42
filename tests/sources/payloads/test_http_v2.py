"""Payload format 2.0 against AWS's documented example (Lambda Developer Guide, "Request payload format")."""

from __future__ import annotations

import base64

import pytest

from kernel_runtime.sources.payloads.http_v2 import Iam, api_event, url_event

from .requests import request

TRACE = "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e;Parent=53995c3f42cd8ad8;Sampled=0"


def test_the_documented_event_of_a_function_url() -> None:
    headers = (
        ("host", "abc.lambda-url.us-west-2.on.aws"),
        ("header1", "value1"),
        ("header2", "value1"),
        ("header2", "value2"),
        ("cookie", "cookie1=a; cookie2=b"),
        ("user-agent", "agent"),
        ("content-type", "text/plain"),
        ("x-forwarded-proto", "gopher"),
        ("connection", "keep-alive"),
    )
    asked = request("POST", "/my/path", "parameter1=value1&parameter1=value2&parameter2=value", headers, b"Hello from client!", TRACE)
    iam = Iam("AKIAEXAMPLE", "111122223333", "arn:aws:iam::111122223333:user/example-user")
    event = url_event(asked, "abc", "us-west-2", "id", iam)
    assert event == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/my/path",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1=a", "cookie2=b"],
        "headers": {
            "host": "abc.lambda-url.us-west-2.on.aws",
            "header1": "value1",
            "header2": "value1,value2",
            "user-agent": "agent",
            "content-type": "text/plain",
            "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "abc",
            "authentication": None,
            "authorizer": {
                "iam": {
                    "accessKey": "AKIAEXAMPLE",
                    "accountId": "111122223333",
                    "callerId": "AKIAEXAMPLE",
                    "cognitoIdentity": None,
                    "principalOrgId": None,
                    "userArn": "arn:aws:iam::111122223333:user/example-user",
                    "userId": "AKIAEXAMPLE",
                }
            },
            "domainName": "abc.lambda-url.us-west-2.on.aws",
            "domainPrefix": "abc",
            "http": {"method": "POST", "path": "/my/path", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent"},
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "body": "Hello from client!",
        "isBase64Encoded": False,
    }


def test_members_that_have_nothing_to_say_are_left_out() -> None:
    event = url_event(request(), "abc", "us-west-2", "id")
    assert set(event) == {"version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded"}
    assert event["requestContext"]["accountId"] == "anonymous" and "authorizer" not in event["requestContext"]
    assert event["isBase64Encoded"] is False and event["rawQueryString"] == ""


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("application/problem+json", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("image/png", False),
        ("application/octet-stream", False),
    ],
)
def test_bodies_of_text_and_others(content_type: str, text: bool) -> None:
    event = url_event(request("POST", headers=(("content-type", content_type),), body=b"a=1"), "abc", "us-west-2", "id")
    assert (event["body"], event["isBase64Encoded"]) == (("a=1", False) if text else (base64.b64encode(b"a=1").decode(), True))


def test_text_that_is_none_goes_as_base64() -> None:
    event = url_event(request("POST", headers=(("content-type", "text/plain"),), body=b"\xff"), "abc", "us-west-2", "id")
    assert (event["body"], event["isBase64Encoded"]) == ("/w==", True)


def test_a_function_url_gives_the_path_as_sent_and_an_http_api_decodes_it() -> None:
    asked = request(path="/a%2Fb/%C3%BC", query="q=%20+x&flag&=y")
    by_url = url_event(asked, "abc", "us-west-2", "id")
    assert by_url["rawPath"] == by_url["requestContext"]["http"]["path"] == "/a%2Fb/%C3%BC"
    assert by_url["rawQueryString"] == "q=%20+x&flag&=y" and by_url["queryStringParameters"] == {"q": "  x", "flag": "", "": "y"}
    by_api = api_event(
        asked, account="123456789012", api_id="api-id", domain="id.execute-api.us-east-1.amazonaws.com", stage="$default", route_key="GET /{proxy+}",
        request_id="id=", path_parameters={"proxy": "a/b/ü"}, stage_variables={"v": "1"}, authorizer={"jwt": {"claims": {"sub": "me"}, "scopes": None}},
    )  # fmt: skip
    assert by_api["rawPath"] == by_api["requestContext"]["http"]["path"] == "/a/b/ü" and by_api["rawQueryString"] == "q=%20+x&flag&=y"
    assert by_api["pathParameters"] == {"proxy": "a/b/ü"} and by_api["stageVariables"] == {"v": "1"}
    assert by_api["routeKey"] == by_api["requestContext"]["routeKey"] == "GET /{proxy+}"
    assert by_api["requestContext"]["authorizer"] == {"jwt": {"claims": {"sub": "me"}, "scopes": None}}
    assert by_api["requestContext"]["domainPrefix"] == "id" and by_api["requestContext"]["accountId"] == "123456789012"
