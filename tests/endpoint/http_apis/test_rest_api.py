"""REST APIs: made by API Gateway's own API, served by the door."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from kernel_runtime import Lab

from .conftest import Told

pytest.importorskip("moto")
ECHO = """
import json, time

def handler(event, context):
    path = event["path"]
    if path.endswith("/boom"):
        raise ValueError("boom")
    if path.endswith("/bad"):
        return "no answer"
    if path.endswith("/slow"):
        time.sleep(2)
    if path.endswith("/png"):
        return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": "aGk=", "isBase64Encoded": True}
    if path.endswith("/many"):
        return {"statusCode": 201, "headers": {"Date": "never"}, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": "many"}
    return {"statusCode": 200, "body": json.dumps(event)}
"""
DOORMAN = """
def handler(event, context):
    token = event.get("authorizationToken") or event["headers"].get("X-Who", "")
    if token == "boom":
        raise Exception("Unauthorized")
    if token == "fail":
        raise Exception("something else")
    effect = {"yes": "Allow", "deny": "Deny"}.get(token)
    statements = [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}] if effect else []
    policy = {"Version": "2012-10-17", "Statement": statements}
    return {"principalId": "ann", "policyDocument": policy, "context": {"n": 1, "b": True, "s": "x", "type": event["type"]}}
"""
LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:"
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
Ask = Callable[..., Told]
_numbers = itertools.count(1)


@dataclass
class Api:
    """One API of a test's own; ``resources`` by path."""

    gateway: Any
    aws: Any
    id: str
    resources: dict[str, str] = field(default_factory=dict)

    def path(self, rest: str, stage: str = "prod") -> str:
        return f"/_execute-api/{self.id}/{stage}{rest}"

    def permit(self, function: str, rest: str = "*/*") -> None:
        source = f"arn:aws:execute-api:us-east-1:000000000000:{self.id}/{rest}"
        sid = f"api-{next(_numbers)}"
        self.aws.add_permission(FunctionName=function, StatementId=sid, Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com", SourceArn=source)

    def resource(self, path: str) -> str:
        if path not in self.resources:
            parent, _, part = path.rpartition("/")
            made = self.gateway.create_resource(restApiId=self.id, parentId=self.resource(parent or "/"), pathPart=part)
            self.resources[path] = made["id"]
        return self.resources[path]

    def method(self, method: str, path: str, function: str, **more: Any) -> None:
        place = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": method}
        integration = {name: more.pop(name) for name in ("timeoutInMillis", "type", "uri") if name in more}
        self.gateway.put_method(**place, **{"authorizationType": "NONE", **more})
        uri = URI.format(LAMBDA + function)
        self.gateway.put_integration(**place, **{"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri, **integration})

    def deploy(self, stage: str = "prod", **more: Any) -> None:
        self.gateway.create_deployment(restApiId=self.id, stageName=stage, **more)


@pytest.fixture(scope="module")
def echo(define: Callable[..., str]) -> str:
    return define(ECHO)


@pytest.fixture
def api(lab: Lab) -> Api:
    return make(lab)


def make(lab: Lab, **more: Any) -> Api:
    gateway = lab.boto3("apigateway")
    id = gateway.create_rest_api(name="shop", **more)["id"]
    return Api(gateway, lab.boto3("lambda"), id, {"/": gateway.get_resources(restApiId=id)["items"][0]["id"]})


def said(told: Told) -> tuple[int, str, str]:
    assert told.headers["content-type"] == "application/json"
    return told.status, told.body.decode(), told.headers["x-amzn-errortype"]


INTERNAL = (500, '{"message": "Internal server error"}', "InternalServerErrorException")
BAD_GATEWAY = (502, '{"message": "Internal server error"}', "InternalServerErrorException")
NO_TOKEN = (403, '{"message":"Missing Authentication Token"}', "MissingAuthenticationTokenException")


def test_the_event(lab: Lab, api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo, "prod/POST/hello/*")
    api.method("POST", "/hello/{proxy+}", echo)
    api.deploy(variables={"stageVariableName": "stageVariableValue"})
    told = ask(api.path("/hello/a%2Fb/c?name=you&name=me"), "POST", {"Content-Type": "application/json", "x-OWN-header": "1"}, b'{"a": 1}')
    event = json.loads(told.body)
    assert (event["resource"], event["path"], event["body"], event["isBase64Encoded"]) == ("/hello/{proxy+}", "/hello/a%2Fb/c", '{"a": 1}', False)
    assert event["pathParameters"] == {"proxy": "a%2Fb/c"} and event["multiValueQueryStringParameters"] == {"name": ["you", "me"]}
    assert event["stageVariables"] == {"stageVariableName": "stageVariableValue"} and event["headers"]["Content-Type"] == "application/json"
    assert event["headers"]["x-OWN-header"] == "1" and "X-Forwarded-For" in event["headers"]
    context = event["requestContext"]
    assert "Content-Length" not in event["headers"] and list(context)[-3:] == ["domainName", "deploymentId", "apiId"]
    assert (context["path"], context["stage"], context["resourcePath"]) == ("/prod/hello/a%2Fb/c", "prod", "/hello/{proxy+}")
    assert (context["requestId"], context["extendedRequestId"]) == (told.headers["x-amzn-requestid"], told.headers["x-amz-apigw-id"])
    by_name = ask("/prod/hello/x", "POST", {"Host": f"{api.id}.execute-api.us-east-1.localhost"})
    assert json.loads(by_name.body)["requestContext"]["domainName"] == f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert [view.name for view in lab.sources(echo)] == ["shop POST /hello/{proxy+}"]


def test_what_nothing_serves(api: Api, ask: Ask, echo: str) -> None:
    api.method("GET", "/a", echo)
    api.deploy()
    assert said(ask(api.path("/b"))) == said(ask(api.path("/a"), "POST")) == NO_TOKEN
    assert said(ask(api.path("/a", "other"))) == (403, '{"message":"Forbidden"}', "ForbiddenException")
    assert said(ask(api.path("/a"))) == INTERNAL  # nobody has permitted it
    api.gateway.update_rest_api(restApiId=api.id, patchOperations=[{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}])
    api.gateway.delete_rest_api(restApiId=api.id)
    assert ask(api.path("/a")).status == 403


def test_a_stage_serves_what_was_deployed(api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.method("GET", "/a", echo)
    api.deploy()
    api.method("GET", "/b", echo)
    assert ask(api.path("/a")).status == 200 and said(ask(api.path("/b"))) == NO_TOKEN
    api.deploy()
    assert ask(api.path("/b")).status == 200


def test_what_goes_wrong(lab: Lab, api: Api, ask: Ask, define: Callable[..., str]) -> None:
    name = define(ECHO)
    api.permit(name)
    api.method("ANY", "/{proxy+}", name)
    api.method("GET", "/slow", name, timeoutInMillis=300)
    api.method("GET", "/http", name, type="HTTP_PROXY", uri="http://127.0.0.1:1/")
    api.method("GET", "/gone", "no-such-function")
    api.deploy()
    assert said(ask(api.path("/boom"))) == said(ask(api.path("/bad"))) == BAD_GATEWAY
    assert said(ask(api.path("/http"))) == said(ask(api.path("/gone"))) == INTERNAL
    assert said(ask(api.path("/slow"))) == (504, '{"message": "Endpoint request timed out"}', "InternalServerErrorException")
    too_long = ask(api.path("/x"), "POST", {"Content-Type": "text/plain"}, b"x" * 6_300_000)
    assert said(too_long) == (413, '{"message":"Request Too Long"}', "RequestTooLargeException")
    lab.get(name).configure(reserved_concurrency=0)
    assert said(ask(api.path("/x"))) == INTERNAL
    assert sum(view.throttles for view in lab.sources(name)) == 1


def test_headers_and_binary_media_types(lab: Lab, ask: Ask, echo: str) -> None:
    api = make(lab, binaryMediaTypes=["image/png"])
    api.permit(echo)
    api.method("ANY", "/{proxy+}", echo)
    api.deploy()
    many = ask(api.path("/many"))
    assert (many.status, many.body, many.headers["content-type"], many.headers["x-amzn-remapped-date"]) == (201, b"many", "application/json", "never")
    assert [value for name, value in many.every if name.lower() == "set-cookie"] == ["a=1", "b=2"]
    assert ask(api.path("/png"), headers={"Accept": "image/png"}).body == b"hi" and ask(api.path("/png"), headers={"Accept": "text/html"}).body == b"aGk="
    sent = json.loads(ask(api.path("/echo"), "POST", {"Content-Type": "image/png"}, b"\x89PNG").body)
    assert (sent["body"], sent["isBase64Encoded"]) == (base64.b64encode(b"\x89PNG").decode(), True)


def test_cors_by_a_mock(api: Api, ask: Ask, echo: str) -> None:
    place = {"restApiId": api.id, "resourceId": api.resource("/a"), "httpMethod": "OPTIONS"}
    header = "method.response.header.Access-Control-Allow-Origin"
    api.gateway.put_method(**place, authorizationType="NONE")
    api.gateway.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.gateway.put_method_response(**place, statusCode="200", responseParameters={header: True})
    api.gateway.put_integration_response(**place, statusCode="200", responseParameters={header: "'*'"})
    api.deploy()
    told = ask(api.path("/a"), "OPTIONS", {"Origin": "https://page.example"})
    assert (told.status, told.headers["access-control-allow-origin"]) == (200, "*")


def test_token_authorizers(api: Api, ask: Ask, echo: str, define: Callable[..., str]) -> None:
    doorman = define(DOORMAN)
    api.permit(echo)
    who = {"authorizerUri": URI.format(LAMBDA + doorman), "identitySource": "method.request.header.Authorization", "identityValidationExpression": "[a-z]+"}
    id = api.gateway.create_authorizer(restApiId=api.id, name="who", type="TOKEN", **who)["id"]
    api.method("GET", "/own", echo, authorizationType="CUSTOM", authorizerId=id)
    api.deploy()

    def get(token: str) -> Told:
        return ask(api.path("/own"), headers={"Authorization": token} if token else {})

    unauthorized = (401, '{"message":"Unauthorized"}', "UnauthorizedException")
    assert said(get("")) == said(get("12")) == unauthorized
    assert said(get("yes")) == (500, '{"message":null}', "AuthorizerConfigurationException")
    api.permit(doorman, f"authorizers/{id}")
    authorizer = json.loads(get("yes").body)["requestContext"]["authorizer"]
    assert authorizer == {"principalId": "ann", "n": "1", "b": "true", "s": "x", "type": "TOKEN"}
    assert said(get("deny"))[:2] == (403, '{"Message":"User is not authorized to access this resource with an explicit deny"}')
    assert said(get("other"))[:2] == (403, '{"Message":"User is not authorized to access this resource"}')
    assert said(get("boom")) == unauthorized and said(get("fail"))[0] == 500


def test_request_authorizers(api: Api, ask: Ask, echo: str, define: Callable[..., str]) -> None:
    doorman = define(DOORMAN)
    api.permit(echo)
    api.permit(doorman)
    who = {"authorizerUri": URI.format(LAMBDA + doorman), "identitySource": "method.request.header.X-Who, method.request.querystring.q"}
    id = api.gateway.create_authorizer(restApiId=api.id, name="who", type="REQUEST", **who)["id"]
    api.method("GET", "/own", echo, authorizationType="CUSTOM", authorizerId=id)
    api.deploy()
    assert json.loads(ask(api.path("/own?q=1"), headers={"X-Who": "yes"}).body)["requestContext"]["authorizer"]["type"] == "REQUEST"
    assert ask(api.path("/own"), headers={"X-Who": "yes"}).status == 401


def test_a_user_pools_tokens(lab: Lab, api: Api, ask: Ask, echo: str) -> None:
    cognito = lab.boto3("cognito-idp")
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]
    client = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="page")["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="ann", TemporaryPassword="Secret-123")
    cognito.admin_set_user_password(UserPoolId=pool["Id"], Username="ann", Password="Secret-456", Permanent=True)
    login = {"USERNAME": "ann", "PASSWORD": "Secret-456"}
    begun = cognito.admin_initiate_auth(UserPoolId=pool["Id"], ClientId=client, AuthFlow="ADMIN_NO_SRP_AUTH", AuthParameters=login)
    token = begun["AuthenticationResult"]["IdToken"]
    api.permit(echo)
    arn = f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool['Id']}"
    header = "method.request.header.Authorization"
    id = api.gateway.create_authorizer(restApiId=api.id, name="people", type="COGNITO_USER_POOLS", providerARNs=[arn], identitySource=header)["id"]
    api.method("GET", "/own", echo, authorizationType="COGNITO_USER_POOLS", authorizerId=id)
    api.deploy()
    claims = json.loads(ask(api.path("/own"), headers={"Authorization": token}).body)["requestContext"]["authorizer"]["claims"]
    assert claims["cognito:username"] == "ann" and claims["iss"].endswith(pool["Id"])
    assert ask(api.path("/own"), headers={"Authorization": token[:-4] + "AAAA"}).status == 401 and ask(api.path("/own")).status == 401


def test_signatures(lab: Lab, api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.method("GET", "/own", echo, authorizationType="AWS_IAM")
    api.deploy()
    assert said(ask(api.path("/own")))[:2] == (403, '{"message": "Missing Authentication Token"}')
    for key, status in ((lab.credentials.owner, 200), (lab.credentials.of_account("111122223333"), 403)):
        request = AWSRequest("GET", f"{lab.endpoint_url}{api.path('/own')}")
        SigV4Auth(SigningCredentials(key.access_key, key.secret), "execute-api", "us-east-1").add_auth(request)
        told = ask(api.path("/own"), headers={**request.headers, "Host": urlsplit(lab.endpoint_url).netloc})
        assert told.status == status
        if status == 200:
            assert json.loads(told.body)["requestContext"]["identity"]["userArn"] == "arn:aws:iam::000000000000:root"


def test_api_keys(api: Api, ask: Ask, echo: str) -> None:
    api.permit(echo)
    api.method("GET", "/own", echo, apiKeyRequired=True)
    api.deploy()
    forbidden = (403, '{"message":"Forbidden"}', "ForbiddenException")
    key = api.gateway.create_api_key(name="ann", enabled=True)
    assert said(ask(api.path("/own"))) == said(ask(api.path("/own"), headers={"x-api-key": key["value"]})) == forbidden
    stage, throttle = {"apiId": api.id, "stage": "prod"}, {"rateLimit": 0.001, "burstLimit": 1}
    plan = api.gateway.create_usage_plan(name="small", apiStages=[stage], throttle=throttle)
    api.gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    told = ask(api.path("/own"), headers={"x-api-key": key["value"]})
    assert json.loads(told.body)["requestContext"]["identity"]["apiKey"] == key["value"]
    assert said(ask(api.path("/own"), headers={"x-api-key": key["value"]})) == (429, '{"message":"Too Many Requests"}', "TooManyRequestsException")


def test_an_apis_own_words(api: Api, ask: Ask, echo: str) -> None:
    api.method("GET", "/own", echo, apiKeyRequired=True)
    api.deploy()
    header = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    api.gateway.put_gateway_response(restApiId=api.id, responseType="DEFAULT_4XX", responseParameters=header)
    template = {"application/json": '{"why":$context.error.messageString,"type":"$context.error.responseType"}'}
    api.gateway.put_gateway_response(restApiId=api.id, responseType="MISSING_AUTHENTICATION_TOKEN", statusCode="404", responseTemplates=template)
    locked = ask(api.path("/own"))
    assert (locked.status, locked.body, locked.headers["access-control-allow-origin"]) == (403, b'{"message":"Forbidden"}', "*")
    missing = ask(api.path("/nothing"))
    assert (missing.status, json.loads(missing.body)) == (404, {"why": "Missing Authentication Token", "type": "MISSING_AUTHENTICATION_TOKEN"})


def test_both_kinds_from_one_openapi_document(lab: Lab, ask: Ask, define: Callable[..., str]) -> None:
    name = define("def handler(event, context):\n    return {'statusCode': 200, 'body': event.get('routeKey') or event['resource']}\n")
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": URI.format(LAMBDA + name), "payloadFormatVersion": "2.0"}
    operation = {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": integration}
    paths = {"/items/{id}": {"get": operation}, "/{proxy+}": {"x-amazon-apigateway-any-method": operation}}
    document = {"openapi": "3.0.1", "info": {"title": "shop", "version": "1"}, "paths": paths}
    rest = lab.boto3("apigateway")
    api = Api(rest, lab.boto3("lambda"), rest.import_rest_api(body=json.dumps(document).encode())["id"])
    api.permit(name)
    api.deploy()
    assert [ask(api.path(path)).body for path in ("/items/7", "/other")] == [b"/items/{id}", b"/{proxy+}"]
    paths["/$default"] = {"x-amazon-apigateway-any-method": operation}
    http = lab.boto3("apigatewayv2")
    made = http.import_api(Body=json.dumps(document))
    http.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True)
    Api(http, api.aws, made["ApiId"]).permit(name)
    said = [ask(f"/_execute-api/{made['ApiId']}{path}").body for path in ("/items/7", "/other", "/")]
    assert made["Name"] == "shop" and said == [b"GET /items/{id}", b"ANY /{proxy+}", b"ANY /{proxy+}"]
