"""HTTP APIs: made by API Gateway's own API, served by the door."""

from __future__ import annotations

import itertools
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from kernel_runtime import Lab

from .conftest import Told
from .issuer import Issuer, issuer

pytest.importorskip("moto")
ECHO = """
import json, time

def handler(event, context):
    path = event.get("rawPath") or event["path"]
    if path.endswith("/boom"):
        raise ValueError("boom")
    if path.endswith("/bad"):
        return {"statusCode": "none"}
    if path.endswith("/slow"):
        time.sleep(2)
    if path.endswith("/plain"):
        return {"statusCode": 200, "headers": {"access-control-allow-origin": "http://own", "X-Own": "1"}, "body": "plain"}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}
"""
DOORMAN = """
calls = 0

def handler(event, context):
    global calls
    calls += 1
    token = event["headers"].get("authorization", "")
    if token == "boom":
        raise ValueError("boom")
    if token == "odd":
        return {"odd": True}
    return {"isAuthorized": token == "yes", "context": {"calls": calls, "type": event["type"], "arn": event["routeArn"], "identity": event["identitySource"]}}
"""
POLICY = """
def handler(event, context):
    effect = "Allow" if event["authorizationToken"] == "yes" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "ann", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": {"k": "v"}}
"""
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
Ask = Callable[..., Told]
_numbers = itertools.count(1)


@dataclass
class Api:
    """One API of a test's own."""

    gateway: Any
    aws: Any
    id: str

    @property
    def path(self) -> str:
        return f"/_execute-api/{self.id}"

    def permit(self, function: str, rest: str = "*/*") -> None:
        source = f"arn:aws:execute-api:us-east-1:000000000000:{self.id}/{rest}"
        sid = f"api-{next(_numbers)}"
        self.aws.add_permission(FunctionName=function, StatementId=sid, Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com", SourceArn=source)

    def route(self, key: str, function: str, version: str = "2.0", **more: Any) -> None:
        settings = {name: more.pop(name) for name in ("TimeoutInMillis", "CredentialsArn", "IntegrationUri", "IntegrationType") if name in more}
        integration = {"IntegrationType": "AWS_PROXY", "IntegrationUri": ARN + function, "PayloadFormatVersion": version, **settings}
        id = self.gateway.create_integration(ApiId=self.id, **integration)["IntegrationId"]
        self.gateway.create_route(ApiId=self.id, RouteKey=key, Target=f"integrations/{id}", **more)

    def authorizer(self, **more: Any) -> str:
        return str(self.gateway.create_authorizer(ApiId=self.id, Name=f"a{next(_numbers)}", **more)["AuthorizerId"])


@pytest.fixture(scope="module")
def echo(define: Callable[..., str]) -> str:
    return define(ECHO)


@pytest.fixture
def api(lab: Lab) -> Api:
    gateway = lab.boto3("apigatewayv2")
    id = gateway.create_api(Name="shop", ProtocolType="HTTP")["ApiId"]
    gateway.create_stage(ApiId=id, StageName="$default", AutoDeploy=True)
    return Api(gateway, lab.boto3("lambda"), id)


def message(told: Told) -> tuple[int, str]:
    assert told.headers["content-type"] == "application/json"
    return told.status, told.body.decode()


def test_quick_create(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define("def handler(event, context):\n    return event['routeKey'] + ' ' + event['rawPath']\n")
    made = lab.boto3("apigatewayv2").create_api(Name="quick", ProtocolType="HTTP", Target=ARN + name)
    api = Api(None, lab.boto3("lambda"), made["ApiId"])
    assert message(ask(f"{api.path}/a")) == (500, '{"message":"Internal Server Error"}')
    assert "does not let apigateway.amazonaws.com" in lab.sources(name)[0].result
    api.permit(name, "*/$default")
    told = ask(f"{api.path}/a%20b")
    assert (told.status, told.body, told.headers["content-type"]) == (200, b"$default /a b", "application/json")
    assert "x-amzn-requestid" not in told.headers and len(told.headers["apigw-requestid"]) == 16
    by_name = ask("/a", headers={"Host": f"{api.id}.execute-api.us-east-1.amazonaws.com"})
    assert by_name.body == b"$default /a"
    assert ask("/a", headers={"Host": f"{api.id}.execute-api.eu-west-1.amazonaws.com"}).status == 403
    view = lab.sources(name)[0]
    assert (view.kind, view.name, view.calls, view.failures) == ("http", "quick $default", 3, 1)


def test_routes_change_as_they_are_told(api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    assert message(ask(f"{api.path}/items/7")) == (404, '{"message":"Not Found"}')
    api.route("GET /items/{id}", echo)
    event = json.loads(ask(f"{api.path}/items/7?a=1").body)
    assert (event["version"], event["routeKey"], event["pathParameters"]) == ("2.0", "GET /items/{id}", {"id": "7"})
    assert event["requestContext"]["domainName"] == f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert message(ask(f"{api.path}/items/7", "POST")) == (404, '{"message":"Not Found"}')
    api.gateway.delete_route(ApiId=api.id, RouteId=api.gateway.get_routes(ApiId=api.id)["Items"][0]["RouteId"])
    assert ask(f"{api.path}/items/7").status == 404
    api.gateway.delete_api(ApiId=api.id)
    assert message(ask(f"{api.path}/items/7")) == (403, '{"message":"Forbidden"}')


def test_stages_and_their_variables(lab: Lab, api: Api, ask: Ask, echo: str) -> None:
    fn = lab.get(echo)
    fn.alias("live", fn.publish())
    api.permit(f"{echo}:live", "prod/GET/items/{id}")
    api.route("GET /items/{id}", echo, IntegrationUri=ARN + echo + ":${stageVariables.alias}")
    api.gateway.create_stage(ApiId=api.id, StageName="prod", StageVariables={"alias": "live"})
    event = json.loads(ask(f"{api.path}/prod/items/7").body)
    assert (event["rawPath"], event["requestContext"]["stage"], event["stageVariables"]) == ("/prod/items/7", "prod", {"alias": "live"})
    api.gateway.update_stage(ApiId=api.id, StageName="prod", StageVariables={"alias": "gone"})
    assert ask(f"{api.path}/prod/items/7").status == 500


def test_format_one(api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.route("ANY /v1/{proxy+}", echo, "1.0")
    event = json.loads(ask(f"{api.path}/v1/a%2Fb?x=1&x=2", "PUT", {"Content-Type": "text/plain"}, b"hi").body)
    assert (event["version"], event["resource"], event["path"], event["body"]) == ("1.0", "/v1/{proxy+}", "/v1/a/b", "hi")
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]} and event["pathParameters"] == {"proxy": "a/b"}


def test_what_goes_wrong(lab: Lab, api: Api, ask: Ask, define: Callable[..., str]) -> None:
    name = define(ECHO)
    api.permit(name)
    api.route("GET /x/{proxy+}", name)
    api.route("GET /x/slow", name, TimeoutInMillis=300)
    api.route("GET /url", name, IntegrationType="HTTP_PROXY", IntegrationUri="http://127.0.0.1:1/")
    api.route("GET /gone", "no-such-function")
    api.route("GET /role", name, CredentialsArn=lab.role_arn)
    broken = (500, '{"message":"Internal Server Error"}')
    for path in ("/x/boom", "/x/bad", "/url", "/gone"):
        assert message(ask(api.path + path)) == broken, path
    assert message(ask(f"{api.path}/x/slow")) == (503, '{"message":"Service Unavailable"}')
    assert "the function goes on" in next(view.result for view in lab.sources(name) if "/x/slow" in view.name)
    lab.get(name).configure(reserved_concurrency=0)
    assert message(ask(f"{api.path}/x/1")) == (503, '{"message":"Service Unavailable"}')
    assert sum(view.throttles for view in lab.sources(name)) == 1
    lab.get(name).configure(reserved_concurrency=None)
    policy = json.loads(api.aws.get_policy(FunctionName=name)["Policy"])
    api.aws.remove_permission(FunctionName=name, StatementId=policy["Statement"][0]["Sid"])
    assert message(ask(f"{api.path}/x/1")) == broken
    assert ask(f"{api.path}/role").status == 200
    api.gateway.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)
    assert ask(f"{api.path}/role").status == 404


def test_a_stages_rate(api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.route("GET /plain", echo)
    api.gateway.update_stage(ApiId=api.id, StageName="$default", DefaultRouteSettings={"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 1})
    assert ask(f"{api.path}/plain").status == 200
    assert message(ask(f"{api.path}/plain")) == (429, '{"message":"Too Many Requests"}')


def test_cors(api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.route("$default", echo)
    allowed = {"AllowOrigins": ["https://page.example"], "AllowMethods": ["GET"], "AllowHeaders": ["authorization"], "MaxAge": 300}
    api.gateway.update_api(ApiId=api.id, CorsConfiguration=allowed)
    origin = {"Origin": "https://page.example"}
    told = ask(api.path, "OPTIONS", {**origin, "Access-Control-Request-Method": "GET"})
    assert (told.status, told.body) == (204, b"")
    assert told.headers["access-control-allow-methods"] == "GET" and told.headers["access-control-max-age"] == "300"
    plain = ask(f"{api.path}/plain", headers=origin)
    assert [value for name, value in plain.every if name.lower() == "access-control-allow-origin"] == ["https://page.example"]
    assert plain.headers["x-own"] == "1" and plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert "access-control-allow-origin" not in ask(f"{api.path}/plain", headers={"Origin": "https://evil.example"}).headers


def test_a_function_decides(lab: Lab, api: Api, ask: Ask, echo: str, define: Callable[..., str]) -> None:
    doorman = define(DOORMAN)
    api.permit(echo)
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}{doorman}/invocations"
    sources = ["$request.header.Authorization"]
    id = api.authorizer(
        AuthorizerType="REQUEST", AuthorizerUri=uri, IdentitySource=sources, AuthorizerPayloadFormatVersion="2.0", EnableSimpleResponses=True,
        AuthorizerResultTtlInSeconds=60,
    )  # fmt: skip
    api.route("GET /own/{id}", echo, AuthorizationType="CUSTOM", AuthorizerId=id)
    assert message(ask(f"{api.path}/own/1")) == (401, '{"message":"Unauthorized"}')
    yes = {"Authorization": "yes"}
    assert message(ask(f"{api.path}/own/1", headers=yes)) == (500, '{"message":"Internal Server Error"}')
    api.permit(doorman, f"authorizers/{id}")
    authorizer = json.loads(ask(f"{api.path}/own/1", headers=yes).body)["requestContext"]["authorizer"]
    arn = f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/$default/GET/own/1"
    assert authorizer == {"lambda": {"calls": 1, "type": "REQUEST", "arn": arn, "identity": ["yes"]}}
    assert json.loads(ask(f"{api.path}/own/2", headers=yes).body)["requestContext"]["authorizer"] == authorizer
    assert message(ask(f"{api.path}/own/1", headers={"Authorization": "no"})) == (403, '{"message":"Forbidden"}')
    for token in ("boom", "odd"):
        assert ask(f"{api.path}/own/1", headers={"Authorization": token}).status == 500


def test_a_policy_decides(api: Api, ask: Ask, echo: str, define: Callable[..., str]) -> None:
    doorman = define(POLICY)
    api.permit(echo)
    api.permit(doorman, "authorizers/*")
    sources = ["$request.querystring.key"]
    id = api.authorizer(AuthorizerType="REQUEST", AuthorizerUri=ARN + doorman, IdentitySource=sources, AuthorizerPayloadFormatVersion="1.0")
    api.route("GET /own", echo, "1.0", AuthorizationType="CUSTOM", AuthorizerId=id)
    told = ask(f"{api.path}/own?key=yes")
    assert json.loads(told.body)["requestContext"]["authorizer"] == {"principalId": "ann", "k": "v"}
    assert ask(f"{api.path}/own?key=no").status == 403 and ask(f"{api.path}/own").status == 401


@pytest.fixture(scope="module")
def tokens() -> Iterator[Issuer]:
    with issuer() as made:
        yield made


def test_a_token_decides(api: Api, ask: Ask, echo: str, tokens: Issuer) -> None:
    api.permit(echo)
    id = api.authorizer(
        AuthorizerType="JWT", IdentitySource=["$request.header.Authorization"], JwtConfiguration={"Issuer": tokens.url, "Audience": ["shop"]}
    )  # fmt: skip
    api.route("GET /any", echo, AuthorizationType="JWT", AuthorizerId=id)
    api.route("GET /scoped", echo, AuthorizationType="JWT", AuthorizerId=id, AuthorizationScopes=["read", "write"])

    def get(path: str, token: str) -> Told:
        return ask(api.path + path, headers={"Authorization": f"Bearer {token}"})

    assert message(ask(f"{api.path}/any")) == (401, '{"message":"Unauthorized"}')
    assert ask(f"{api.path}/any").headers["www-authenticate"] == "Bearer"
    jwt = json.loads(get("/any", tokens.token(admin=True)).body)["requestContext"]["authorizer"]["jwt"]
    assert (jwt["claims"]["sub"], jwt["claims"]["admin"], jwt["scopes"]) == ("ann", "true", None)
    expired = get("/any", tokens.token(exp=1))
    assert expired.status == 401 and 'error_description="the token has expired"' in expired.headers["www-authenticate"]
    assert message(get("/scoped", tokens.token())) == (403, '{"message":"Forbidden"}')
    scoped = json.loads(get("/scoped", tokens.token(scope="read other")).body)["requestContext"]["authorizer"]["jwt"]
    assert scoped["scopes"] == ["read", "other"]


def test_a_signature_decides(lab: Lab, api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.route("GET /own", echo, AuthorizationType="AWS_IAM")
    assert message(ask(f"{api.path}/own")) == (403, '{"message":"Forbidden"}')
    key = lab.credentials.owner
    for service, status in (("execute-api", 200), ("lambda", 403)):
        request = AWSRequest("GET", f"{lab.endpoint_url}{api.path}/own")
        SigV4Auth(SigningCredentials(key.access_key, key.secret), service, "us-east-1").add_auth(request)
        told = ask(f"{api.path}/own", headers={**request.headers, "Host": urlsplit(lab.endpoint_url).netloc})
        assert told.status == status
        if status == 200:
            assert json.loads(told.body)["requestContext"]["authorizer"]["iam"]["userArn"] == "arn:aws:iam::000000000000:root"


def test_apis_go_with_the_process_that_holds_them(lab: Lab, api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.route("GET /plain", echo)
    assert ask(f"{api.path}/plain").status == 200
    door = lab._front._door
    assert door is not None
    os.kill(door.services.companion.pid or 0, signal.SIGKILL)
    while door.services.companion.pid is not None:
        time.sleep(0.01)
    assert message(ask(f"{api.path}/plain")) == (403, '{"message":"Forbidden"}')
    again = lab.boto3("apigatewayv2").create_api(Name="again", ProtocolType="HTTP", Target=ARN + echo)["ApiId"]
    Api(None, api.aws, again).permit(echo)
    assert ask(f"/_execute-api/{again}/plain").status == 200
