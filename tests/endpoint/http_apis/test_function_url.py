"""Function URLs at the door: who may call, what comes back, and each refusal as AWS words it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from kernel_runtime import Lab
from kernel_runtime.endpoint.credentials import Key

from .conftest import Told

ANSWERS = """
def handler(event, context):
    match event["rawPath"]:
        case "/boom":
            raise ValueError("boom")
        case "/bad":
            return {"statusCode": "none"}
        case "/large":
            return {"statusCode": 200, "body": "x" * 7_000_000}
        case "/page":
            return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": "<p>page</p>", "cookies": ["a=1", "b=2"]}
        case "/cors":
            return {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}, "body": ""}
        case "/id":
            return context.aws_request_id
    return event
"""
FORBIDDEN = {"Message": "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}
Ask = Callable[..., Told]


def make(lab: Lab, name: str, auth: str = "NONE", permitted: bool = True, **more: Any) -> str:
    """The URL's id."""
    aws = lab.boto3("lambda")
    if permitted:
        qualifier = {"Qualifier": more["Qualifier"]} if "Qualifier" in more else {}
        aws.add_permission(
            FunctionName=name, StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE", **qualifier
        )  # fmt: skip
        aws.add_permission(FunctionName=name, StatementId="call", Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True, **qualifier)
    return str(aws.create_function_url_config(FunctionName=name, AuthType=auth, **more)["FunctionUrl"][8:40])


@pytest.fixture(scope="module")
def url(lab: Lab, define: Callable[..., str]) -> str:
    """The path form of one that anybody may call."""
    return f"/_lambda-url/{make(lab, define(ANSWERS, timeout_s=30, memory_mb=512))}"


def test_by_path_and_by_name(lab: Lab, ask: Ask, url: str) -> None:
    by_path = ask(f"{url}/a%2Fb?x=1")
    event = json.loads(by_path.body)
    id = url.rpartition("/")[2]
    assert (event["rawPath"], event["rawQueryString"], event["requestContext"]["apiId"]) == ("/a%2Fb", "x=1", id)
    assert event["requestContext"]["domainName"] == f"{id}.lambda-url.us-east-1.on.aws"
    assert by_path.headers["x-amzn-requestid"] == event["requestContext"]["requestId"]
    assert by_path.headers["x-amzn-trace-id"].startswith(event["headers"]["x-amzn-trace-id"])
    for zone in ("localhost", "on.aws"):
        by_name = ask("/a%2Fb?x=1", headers={"Host": f"{id}.lambda-url.us-east-1.{zone}"})
        assert json.loads(by_name.body)["rawPath"] == "/a%2Fb"
    assert ask("/", headers={"Host": f"{id}.lambda-url.eu-west-1.on.aws"}).status == 403
    told = ask(f"{url}/id")
    assert told.body.decode() == told.headers["x-amzn-requestid"]


def test_the_answer_is_the_functions(ask: Ask, url: str) -> None:
    page = ask(f"{url}/page")
    assert (page.status, page.headers["content-type"], page.body) == (200, "text/html", b"<p>page</p>")
    assert [value for name, value in page.every if name.lower() == "set-cookie"] == ["a=1", "b=2"]
    assert ask(f"{url}/page", "HEAD").body == b""


@pytest.mark.parametrize("path", ["/boom", "/bad", "/large"])
def test_what_fails_is_a_bad_gateway(ask: Ask, url: str, path: str) -> None:
    told = ask(url + path)
    assert (told.status, told.body, told.headers["content-type"]) == (502, b"Internal Server Error", "application/json")


def test_a_timeout_is_a_bad_gateway(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define("import time\ndef handler(event, context):\n    time.sleep(30)\n", timeout_s=1)
    assert ask(f"/_lambda-url/{make(lab, name)}").status == 502 and "Sandbox.Timedout" in lab.sources(name)[0].result


def test_an_event_over_six_megabytes_is_too_large(ask: Ask, url: str) -> None:
    for size in (6_300_000, 10_000_000):
        told = ask(url, "POST", {"Content-Type": "text/plain"}, b"x" * size)
        assert told.status == 413 and json.loads(told.body)["Message"].startswith("Request must be smaller than 6291456 bytes")


def test_nobodys_url(ask: Ask) -> None:
    told = ask("/_lambda-url/0123456789abcdefghijklmnopqrstuv/")
    assert (told.status, told.body, told.headers["x-amzn-errortype"]) == (403, b'{"Message":null}', "AccessDeniedException")


def test_the_policy_must_allow_both_actions(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define(ANSWERS)
    aws, url = lab.boto3("lambda"), f"/_lambda-url/{make(lab, name, permitted=False)}"

    def forbidden() -> bool:
        told = ask(url)
        return told.status == 403 and json.loads(told.body) == FORBIDDEN and told.headers["x-amzn-errortype"] == "AccessDeniedException"

    assert forbidden()
    aws.add_permission(FunctionName=name, StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")
    assert forbidden() and "lambda:InvokeFunction" in lab.sources(name)[0].result
    aws.add_permission(FunctionName=name, StatementId="call", Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True)
    assert ask(url).status == 200
    view = lab.sources(name)[0]
    assert (view.kind, view.calls, view.failures, view.result) == ("http", 3, 2, "200")


def test_metrics(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define(ANSWERS)
    url = f"/_lambda-url/{make(lab, name)}"
    for path in ("/page", "/boom"):
        ask(url + path)
    lab.boto3("lambda").remove_permission(FunctionName=name, StatementId="url")
    ask(url)
    minutes = lab.account_of_notebook.measures.take(finest_only=True)
    sums = {metric: 0.0 for metric in ("UrlRequestCount", "Url4xxCount", "Url5xxCount")}
    for (metric, dimensions, _), statistic in minutes.items():
        if metric in sums and ("FunctionName", name) in dimensions:
            sums[metric] += statistic.total
    assert sums == {"UrlRequestCount": 3.0, "Url4xxCount": 1.0, "Url5xxCount": 1.0}
    assert any(metric == "UrlRequestLatency" for metric, _, _ in minutes)


def test_a_policy_that_asks_for_an_address_is_asked_each_time(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define(ANSWERS)
    aws, url = lab.boto3("lambda"), f"/_lambda-url/{make(lab, name)}"
    assert ask(url).status == 200
    document = json.loads(aws.get_policy(FunctionName=name)["Policy"])
    arn = document["Statement"][0]["Resource"]
    condition = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    deny = {"Sid": "far", "Effect": "Deny", "Principal": "*", "Action": "lambda:InvokeFunctionUrl", "Resource": arn, "Condition": condition}
    document["Statement"].append(deny)
    aws.put_resource_policy(ResourceArn=arn, Policy=json.dumps(document))
    assert [ask(url).status for _ in range(2)] == [403, 403] and "denied by the function's policy" in lab.sources(name)[0].result
    document["Statement"][-1]["Condition"]["NotIpAddress"]["aws:SourceIp"] = "127.0.0.0/8"
    aws.put_resource_policy(ResourceArn=arn, Policy=json.dumps(document))
    assert [ask(url).status for _ in range(2)] == [200, 200]


def test_throttles(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define(ANSWERS, reserved_concurrency=0)
    told = ask(f"/_lambda-url/{make(lab, name)}")
    assert told.status == 429 and told.headers["x-amzn-errortype"] == "TooManyRequestsException"
    assert lab.sources(name)[0].throttles == 1


def test_an_alias_has_a_url_and_a_policy_of_its_own(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define("def handler(event, context):\n    return context.invoked_function_arn\n")
    lab.get(name).alias("live", lab.get(name).publish())
    url = f"/_lambda-url/{make(lab, name, Qualifier='live')}"
    assert ask(url).body.decode() == f"arn:aws:lambda:us-east-1:000000000000:function:{name}:live"
    lab.boto3("lambda").delete_alias(FunctionName=name, Name="live")
    assert ask(url).status == 403


def signed(lab: Lab, url: str, key: Key, service: str = "lambda", body: bytes = b"") -> dict[str, str]:
    request = AWSRequest("POST", f"{lab.endpoint_url}{url}", data=body)
    SigV4Auth(SigningCredentials(key.access_key, key.secret, key.token), service, "us-east-1").add_auth(request)
    return {**request.headers, "Host": urlsplit(lab.endpoint_url).netloc}


def test_signatures(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define(ANSWERS)
    url = f"/_lambda-url/{make(lab, name, 'AWS_IAM', permitted=False)}/any"
    told = ask(url, "POST")
    assert told.status == 403 and json.loads(told.body) == FORBIDDEN
    owner, other = lab.credentials.owner, lab.credentials.of_account("111122223333")
    context = json.loads(ask(url, "POST", signed(lab, url, owner, body=b"hi"), b"hi").body)["requestContext"]
    assert context["accountId"] == "000000000000"
    assert context["authorizer"]["iam"]["userArn"] == "arn:aws:iam::000000000000:root"
    wrong = ask(url, "POST", signed(lab, url, owner, body=b"hi"), b"ho")
    assert wrong.status == 403 and wrong.headers["x-amzn-errortype"] == "InvalidSignatureException"
    assert ask(url, "POST", signed(lab, url, other)).status == 403
    aws, who = lab.boto3("lambda"), {"Principal": "111122223333"}
    aws.add_permission(FunctionName=name, StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="AWS_IAM", **who)
    aws.add_permission(FunctionName=name, StatementId="call", Action="lambda:InvokeFunction", **who)
    assert ask(url, "POST", signed(lab, url, other)).status == 200


def test_cors(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    url = f"/_lambda-url/{make(lab, define(ANSWERS), Cors={'AllowOrigins': ['https://page.example'], 'AllowMethods': ['GET']})}"
    asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
    told = ask(url, "OPTIONS", asked)
    assert (told.status, told.body, told.headers["access-control-allow-origin"]) == (200, b"", "https://page.example")
    assert "access-control-allow-origin" not in ask(url, "OPTIONS", {**asked, "Origin": "https://evil.example"}).headers
    plain = ask(f"{url}/cors", headers={"Origin": "https://page.example"})
    assert [value for name, value in plain.every if name.lower() == "access-control-allow-origin"] == ["*", "https://page.example"]


def test_without_cors_the_function_itself_is_asked(ask: Ask, url: str) -> None:
    told = ask(url, "OPTIONS", {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"})
    assert json.loads(told.body)["requestContext"]["http"]["method"] == "OPTIONS"


def test_a_stream(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    source = (
        "def handler(event, context):\n"
        "    if event['rawPath'] == '/prelude':\n"
        '        return b\'{"statusCode": 201, "headers": {"Content-Type": "text/html"}}\' + bytes(8) + b"<p>"\n'
        "    return {'statusCode': 201, 'body': 'x'}\n"
    )
    url = f"/_lambda-url/{make(lab, define(source), InvokeMode='RESPONSE_STREAM')}"
    told = ask(url)
    assert (told.status, json.loads(told.body), told.headers["transfer-encoding"]) == (200, {"statusCode": 201, "body": "x"}, "chunked")
    assert told.headers["content-type"] == "application/octet-stream"
    told = ask(f"{url}/prelude")
    assert (told.status, told.body, told.headers["content-type"]) == (201, b"<p>", "text/html")


def test_a_url_outlives_its_lab(tmp_path: Path) -> None:
    import urllib.request

    with Lab(home=tmp_path) as lab:
        other = lab.boto3("lambda", region="eu-west-1")
        lab.function("f", source="def handler(event, context):\n    return 'here'\n")
        id = make(lab, "f")
        code = lab.boto3("lambda").get_function(FunctionName="f")["Code"]["Location"]
        zip = urllib.request.urlopen(code).read()
        role = "arn:aws:iam::000000000000:role/serverless-lab"
        other.create_function(FunctionName="g", Runtime="python3.11", Handler="index.handler", Role=role, Code={"ZipFile": zip})
        other.get_waiter("function_active_v2").wait(FunctionName="g")
        far = other.create_function_url_config(FunctionName="g", AuthType="NONE")["FunctionUrl"][8:40]
        other.add_permission(FunctionName="g", StatementId="u", Action="lambda:InvokeFunctionUrl", Principal="*")
        other.add_permission(FunctionName="g", StatementId="i", Action="lambda:InvokeFunction", Principal="*")
    with Lab(home=tmp_path) as lab:
        for each in (id, far):
            with urllib.request.urlopen(f"{lab.endpoint_url}/_lambda-url/{each}/") as answer:
                assert answer.read() == b"here"
