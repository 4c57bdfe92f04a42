"""MOCK integrations, as those that make CORS by hand set them up."""

from __future__ import annotations

import pytest

from kernel_runtime.endpoint.http_apis.mock import mocked
from kernel_runtime.endpoint.http_apis.rest_refusals import RestRefusal

CORS = {"method.response.header.Access-Control-Allow-Origin": "'*'", "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'"}


def test_cors_by_hand() -> None:
    responses = {"200": {"statusCode": "200", "responseParameters": CORS}}
    answer = mocked({"requestTemplates": {"application/json": "{statusCode:200}"}, "integrationResponses": responses})
    assert answer.status == 200 and answer.body == b""
    assert answer.headers[1:] == (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "GET,OPTIONS"))


def test_the_status_chooses_the_response() -> None:
    responses = {"200": {"statusCode": "200"}, "418": {"statusCode": "418", "selectionPattern": "4\\d{2}", "responseTemplates": {"application/json": "tea"}}}
    for template, status in (('{"statusCode": 404}', 418), ('{"statusCode": 200}', 200), ("#set($a = 1)", 200)):
        assert mocked({"requestTemplates": {"application/json": template}, "integrationResponses": responses}).status == status
    with pytest.raises(RestRefusal):
        mocked({})
