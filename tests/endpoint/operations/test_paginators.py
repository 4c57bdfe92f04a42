"""boto3's paginators, every one that it has for Lambda: a page of one at a time shows the same as one page of all, each once and in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from kernel_runtime import Lab
from kernel_runtime.endpoint.operations import is_real

from .conftest import create, zipped

MODEL = botocore.session.get_session().get_paginator_model("lambda")
COUNT = 3
PUBLISHERS = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/any/0123456789"]}


@pytest.fixture(scope="module")
def aws() -> Iterator[Any]:
    """Of a lab of its own: a list has what this module has made, and no more."""
    with Lab() as lab:
        yield lab.boto3("lambda")


def _versions(aws: Any) -> dict[str, Any]:
    """A function with versions 1 to 3 and an alias for each."""
    if "pages" not in [function["FunctionName"] for function in aws.list_functions()["Functions"]]:
        create(aws, "pages")
        for number in range(1, COUNT + 1):
            aws.update_function_configuration(FunctionName="pages", Description=str(number))
            aws.get_waiter("function_updated_v2").wait(FunctionName="pages", WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
            aws.publish_version(FunctionName="pages")
            aws.create_alias(FunctionName="pages", Name=f"alias-{number}", FunctionVersion=str(number))
    return {"FunctionName": "pages"}


def _functions(aws: Any) -> dict[str, Any]:
    _versions(aws)
    return {"FunctionVersion": "ALL"}


def _layers(aws: Any) -> dict[str, Any]:
    for number in range(COUNT):
        aws.publish_layer_version(LayerName=f"page-{number}", Content={"ZipFile": zipped()})
    return {}


def _layer_versions(aws: Any) -> dict[str, Any]:
    for _ in range(COUNT):
        aws.publish_layer_version(LayerName="pages", Content={"ZipFile": zipped()})
    return {"LayerName": "pages"}


def _mappings(aws: Any) -> dict[str, Any]:
    named = _versions(aws)
    for number in range(COUNT):
        aws.create_event_source_mapping(**named, EventSourceArn=f"arn:aws:sqs:us-east-1:000000000000:page-{number}")
    return named


def _of_each_alias(put: Callable[[Any, dict[str, Any]], Any]) -> Callable[[Any], dict[str, Any]]:
    def prepare(aws: Any) -> dict[str, Any]:
        named = _versions(aws)
        for number in range(1, COUNT + 1):
            put(aws, {**named, "Qualifier": f"alias-{number}"})
        return named

    return prepare


def _provisioned(aws: Any, named: dict[str, Any]) -> None:
    """One environment, ready: its status changes no more."""
    aws.put_provisioned_concurrency_config(**named, ProvisionedConcurrentExecutions=1)
    while aws.get_provisioned_concurrency_config(**named)["Status"] == "IN_PROGRESS":
        pass


def _code_signing(aws: Any) -> dict[str, Any]:
    for _ in range(COUNT):
        aws.create_code_signing_config(AllowedPublishers=PUBLISHERS)
    return {}


def _signed_functions(aws: Any) -> dict[str, Any]:
    arn = aws.create_code_signing_config(AllowedPublishers=PUBLISHERS)["CodeSigningConfig"]["CodeSigningConfigArn"]
    for number in range(COUNT):
        create(aws, f"signed-{number}")
        aws.put_function_code_signing_config(FunctionName=f"signed-{number}", CodeSigningConfigArn=arn)
    return {"CodeSigningConfigArn": arn}


PREPARED: dict[str, Callable[[Any], dict[str, Any]]] = {
    "ListFunctions": _functions,
    "ListVersionsByFunction": _versions,
    "ListAliases": _versions,
    "ListLayers": _layers,
    "ListLayerVersions": _layer_versions,
    "ListEventSourceMappings": _mappings,
    "ListFunctionEventInvokeConfigs": _of_each_alias(lambda aws, named: aws.put_function_event_invoke_config(**named, MaximumRetryAttempts=0)),
    "ListFunctionUrlConfigs": _of_each_alias(lambda aws, named: aws.create_function_url_config(**named, AuthType="NONE")),
    "ListProvisionedConcurrencyConfigs": _of_each_alias(lambda aws, named: aws.put_provisioned_concurrency_config(**named, ProvisionedConcurrentExecutions=1)),
    "ListCodeSigningConfigs": _code_signing,
    "ListFunctionsByCodeSigningConfig": _signed_functions,
}


def test_these_are_all() -> None:
    assert set(PREPARED) == {name for name in MODEL._paginator_config if is_real(name)}


@pytest.mark.parametrize("name", PREPARED)
def test_one_at_a_time(aws: Any, name: str) -> None:
    request, held = PREPARED[name](aws), MODEL.get_paginator(name)["result_key"]
    whole = getattr(aws, xform_name(name))(**request)
    pages = list(aws.get_paginator(xform_name(name)).paginate(**request, PaginationConfig={"PageSize": 1}))
    assert len(whole[held]) >= COUNT and "NextMarker" not in whole
    assert [len(page[held]) for page in pages] == [1] * len(whole[held])
    assert [page[held][0] for page in pages] == whole[held]
