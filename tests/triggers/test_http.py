"""``fn.url`` and ``fn.on_http`` make what AWS's API makes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from kernel_runtime import FunctionHandle, Lab
from kernel_runtime.model.errors import InvalidParameterValueException


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def fn(lab: Lab) -> Iterator[FunctionHandle]:
    made = lab.function("page", source="def handler(event, context):\n    return context.invoked_function_arn\n")
    yield made
    made.delete()


def test_a_url_at_first_use(lab: Lab, fn: FunctionHandle) -> None:
    url = fn.url
    assert isinstance(url, str) and url == fn.url
    assert urlopen(url.local).read().endswith(b":function:page")
    aws = lab.boto3("lambda")
    config = aws.get_function_url_config(FunctionName="page")
    assert (config["AuthType"], config["InvokeMode"]) == ("NONE", "BUFFERED") and config["FunctionUrl"][8:40] in url
    statements = json.loads(aws.get_policy(FunctionName="page")["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["FunctionURLAllowPublicAccess", "FunctionURLInvokeAllowPublicAccess"]


def test_what_there_is_is_changed(lab: Lab, fn: FunctionHandle) -> None:
    first = fn.on_http()
    assert fn.on_http(auth="AWS_IAM", cors={"AllowOrigins": ["*"]}, stream=True) == first == fn.url
    config = lab.boto3("lambda").get_function_url_config(FunctionName="page")
    assert (config["AuthType"], config["InvokeMode"], config["Cors"]) == ("AWS_IAM", "RESPONSE_STREAM", {"AllowOrigins": ["*"]})
    assert fn.on_http() == first and "Cors" not in lab.boto3("lambda").get_function_url_config(FunctionName="page")


def test_an_alias_of_its_own(fn: FunctionHandle) -> None:
    fn.alias("live", fn.publish())
    live = fn.on_http(qualifier="live")
    assert live != fn.url and urlopen(live.local).read().endswith(b":function:page:live")


def test_a_route_of_the_labs_own_api(lab: Lab, fn: FunctionHandle) -> None:
    pytest.importorskip("moto")
    item = fn.on_http("GET /items/{id}")
    assert item == fn.on_http("GET /items/{id}") and item.endswith("/items/{id}")
    assert urlopen(item.local.format(id=7)).read().endswith(b":function:page")
    gateway = lab.boto3("apigatewayv2")
    (api,) = gateway.get_apis()["Items"]
    assert api["Name"] == "serverless-lab" and len(gateway.get_routes(ApiId=api["ApiId"])["Items"]) == 1
    other = lab.function("other", source="def handler(event, context):\n    return {'list': event.get('queryStringParameters')}\n")
    listed = other.on_http("GET /items", cors={"AllowOrigins": ["*"]})
    assert json.loads(urlopen(f"{listed.local}?page=2").read()) == {"list": {"page": "2"}}
    assert len(gateway.get_apis()["Items"]) == 1 and gateway.get_api(ApiId=api["ApiId"])["CorsConfiguration"] == {"AllowOrigins": ["*"]}
    assert urlopen(other.on_http("$default").local).status == 200
    assert [view.name for view in lab.sources("other")] == ["serverless-lab GET /items", "serverless-lab $default"]
    with pytest.raises(InvalidParameterValueException, match="leave the route out"):
        fn.on_http("GET /items", stream=True)


@pytest.mark.parametrize("key", ["items", "/items", "get /items", "GET items", "GET  /items", ""])
def test_what_is_no_route_is_refused_with_an_example(fn: FunctionHandle, key: str) -> None:
    with pytest.raises(InvalidParameterValueException, match=r"such as 'GET /items/\{id\}'"):
        fn.on_http(key)
