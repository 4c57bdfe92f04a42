"""Powertools' event handlers route what each front sends: the events are AWS's, the answers are taken as AWS takes them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from kernel_runtime import Lab

from .conftest import Told
from .test_http_api import Api as HttpApi
from .test_rest_api import make

pytest.importorskip("aws_lambda_powertools")
pytest.importorskip("moto")
APP = """
from aws_lambda_powertools.event_handler import {resolver}, Response, content_types
from aws_lambda_powertools.shared.cookies import Cookie

app = {resolver}()

@app.get("/items/<id>")
def item(id):
    return {{"id": id, "page": app.current_event.query_string_parameters.get("page"), "agent": app.current_event.headers.get("user-agent")}}

@app.post("/items")
def add():
    made = {{"made": app.current_event.json_body["name"]}}
    return Response(201, content_types.APPLICATION_JSON, app._serializer(made), cookies=[Cookie("seen", "yes")], compress=False)

def handler(event, context):
    return app.resolve(event, context)
"""


@pytest.fixture(params=["LambdaFunctionUrlResolver", "APIGatewayHttpResolver", "APIGatewayRestResolver"])
def base(request: pytest.FixtureRequest, lab: Lab, define: Callable[..., str]) -> str:
    """Where the application of each kind is served."""
    name = define(APP.format(resolver=request.param), packages="kernel", memory_mb=512, timeout_s=20)
    if request.param == "LambdaFunctionUrlResolver":
        url: str = lab.get(name).url.local.removeprefix(lab.endpoint_url).rstrip("/")
        return url
    if request.param == "APIGatewayHttpResolver":
        made = lab.boto3("apigatewayv2").create_api(Name="app", ProtocolType="HTTP", Target=f"arn:aws:lambda:us-east-1:000000000000:function:{name}")
        api = HttpApi(None, lab.boto3("lambda"), made["ApiId"])
        api.permit(name)
        return api.path
    rest = make(lab)
    rest.permit(name)
    rest.method("ANY", "/{proxy+}", name)
    rest.deploy()
    return rest.path("")


def test_an_application_of_powertools(base: str, ask: Callable[..., Told]) -> None:
    got = ask(f"{base}/items/7?page=2", headers={"User-Agent": "tests"})
    assert (got.status, json.loads(got.body)) == (200, {"id": "7", "page": "2", "agent": "tests"})
    made = ask(f"{base}/items", "POST", {"Content-Type": "application/json"}, b'{"name": "tea"}')
    assert (made.status, json.loads(made.body), made.headers["set-cookie"]) == (201, {"made": "tea"}, "seen=yes; Secure")
    assert ask(f"{base}/nothing").status == 404
