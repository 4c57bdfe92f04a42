"""Which operation a method, a path and a query are."""

from __future__ import annotations

import pytest

from kernel_runtime.endpoint.routes import Routes, query_of
from kernel_runtime.endpoint.service import lambda_service
from kernel_runtime.model.errors import AccessDeniedException, SerializationException

ROUTES = Routes(lambda_service().operation_model(name) for name in lambda_service().operation_names)


def operation(method: str, path: str, query: str = "") -> str:
    return ROUTES.find(method, path, query_of(query)).operation


@pytest.mark.parametrize(
    ("method", "path", "query", "name"),
    [
        ("GET", "/2015-03-31/functions", "", "ListFunctions"),
        ("GET", "/2015-03-31/functions/", "", "ListFunctions"),
        ("POST", "/2015-03-31/functions/", "", "CreateFunction"),
        ("GET", "/2015-03-31/functions/configuration", "", "GetFunction"),
        ("GET", "/2015-03-31/functions/configuration/configuration", "", "GetFunctionConfiguration"),
        ("POST", "/2014-11-13/functions/f/invoke-async/", "", "InvokeAsync"),
        ("GET", "/2018-10-31/layers", "", "ListLayers"),
        ("GET", "/2018-10-31/layers", "find=LayerVersion&Arn=x", "GetLayerVersionByArn"),
        ("GET", "/2018-10-31/layers", "find=other", "ListLayers"),
        ("GET", "/2019-09-30/functions/f/provisioned-concurrency", "Qualifier=1", "GetProvisionedConcurrencyConfig"),
        ("GET", "/2019-09-30/functions/f/provisioned-concurrency", "List=ALL", "ListProvisionedConcurrencyConfigs"),
        ("GET", "/2019-09-25/functions/f/event-invoke-config/list", "", "ListFunctionEventInvokeConfigs"),
        ("PUT", "/2019-09-25/functions/f/event-invoke-config", "", "PutFunctionEventInvokeConfig"),
    ],
)
def test_operations_are_found(method: str, path: str, query: str, name: str) -> None:
    assert operation(method, path, query) == name


def test_labels_are_decoded_and_may_hold_what_separates_segments() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert ROUTES.find("GET", f"/2015-03-31/functions/{arn.replace(':', '%3A')}", {}).labels == {"FunctionName": arn}
    assert ROUTES.find("GET", f"/2015-03-31/functions/{arn}", {}).labels == {"FunctionName": arn}
    assert ROUTES.find("GET", "/2015-03-31/functions/a%2Fb+c", {}).labels == {"FunctionName": "a/b+c"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("GET", "2015-03-31/functions"),
        ("GET", "/2015-03-30/functions"),
        ("GET", "/2015-03-31/functions//configuration"),
        ("GET", "/2015-03-31/functions/f/nothing"),
        ("GET", "/2015-03-31/functions/f/configuration//"),
        ("GET", "/2015-03-31/functions/f/invocations"),
        ("PATCH", "/2015-03-31/functions/f"),
        ("get", "/2015-03-31/functions"),
    ],
)
def test_an_unknown_path_and_a_wrong_method_are_refused_alike(method: str, path: str) -> None:
    with pytest.raises(AccessDeniedException, match=r"^Unable to determine service/operation name to be authorized$"):
        operation(method, path)


def test_what_is_not_utf8_is_refused() -> None:
    with pytest.raises(SerializationException):
        operation("GET", "/2015-03-31/functions/%ff")
    with pytest.raises(SerializationException):
        query_of("a=%ff")


def test_a_query_keeps_order_blanks_and_repetitions() -> None:
    assert query_of("tagKeys=b&tagKeys=a&Marker=&x=1%202+3") == {"tagKeys": ["b", "a"], "Marker": [""], "x": ["1 2 3"]}
    with pytest.raises(SerializationException):
        query_of("&".join(f"k{n}=1" for n in range(1_001)))
