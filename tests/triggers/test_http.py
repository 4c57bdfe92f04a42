"""``fn.url`` and ``fn.on_http`` make what AWS's API makes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from kernel_runtime import FunctionHandle, Lab


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
