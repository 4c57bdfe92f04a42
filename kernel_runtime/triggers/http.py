"""A function over HTTP, in the notebook's words: by a URL of its own, or by a route of the HTTP API that a lab's functions share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from ..endpoint.addresses import path_of
from ..model.errors import InvalidParameterValueException
from .asking import asking
from .link import Link, link


class Reachable(Protocol):
    """A lab, here or elsewhere."""

    @property
    def endpoint_url(self) -> str: ...
    def boto3(self, service: str) -> Any: ...


PERMISSIONS = (
    {"StatementId": "FunctionURLAllowPublicAccess", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
    {"StatementId": "FunctionURLInvokeAllowPublicAccess", "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
)
"""What Lambda's console adds to a function's policy with a URL of AuthType NONE."""
SHARED_API = "serverless-lab"
"""The name of the HTTP API whose routes are the notebook's."""
_ROUTE_KEY = re.compile(r"\$default|(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /\S*")


@asking()
def on_http(
    lab: Reachable,
    name: str,
    route_key: str | None = None,
    *,
    qualifier: str | None = None,
    auth: Literal["NONE", "AWS_IAM"] = "NONE",
    cors: Mapping[str, Any] | None = None,
    stream: bool = False,
) -> Link:
    """``FunctionHandle.on_http``."""
    if route_key is None:
        return function_url(lab, name, qualifier=qualifier, auth=auth, cors=cors, stream=stream)
    if auth != "NONE" or stream:
        raise InvalidParameterValueException("auth and stream are for a function's own URL: leave the route out, or them")
    return route(lab, name, route_key, qualifier=qualifier, cors=cors)


@asking()
def function_url(
    lab: Reachable,
    name: str,
    *,
    qualifier: str | None = None,
    auth: Literal["NONE", "AWS_IAM"] = "NONE",
    cors: Mapping[str, Any] | None = None,
    stream: bool = False,
) -> Link:
    """Make the function's URL, or let the one that it has be so, with the permissions that the console adds. Raises AwsError."""
    aws = lab.boto3("lambda")
    named = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    wanted = {"AuthType": auth, "Cors": dict(cors or {}), "InvokeMode": "RESPONSE_STREAM" if stream else "BUFFERED"}
    try:
        config = aws.create_function_url_config(**named, **wanted)
    except aws.exceptions.ResourceConflictException:
        config = aws.update_function_url_config(**named, **wanted)
    if auth == "NONE":
        for permission in PERMISSIONS:
            try:
                aws.add_permission(**named, Principal="*", **permission)
            except aws.exceptions.ResourceConflictException:
                pass  # it is there
    return link(lab.endpoint_url, path_of("lambda-url", _id(config["FunctionUrl"])) + "/")


@asking()
def url(lab: Reachable, name: str) -> Link:
    """The function's URL as it is; made, open to anybody, where it has none."""
    aws = lab.boto3("lambda")
    try:
        config = aws.get_function_url_config(FunctionName=name)
    except aws.exceptions.ResourceNotFoundException:
        return function_url(lab, name)
    return link(lab.endpoint_url, path_of("lambda-url", _id(config["FunctionUrl"])) + "/")


@asking()
def route(lab: Reachable, name: str, key: str, *, qualifier: str | None = None, cors: Mapping[str, Any] | None = None) -> Link:
    """Let ``key`` (``GET /items/{id}``, ``$default``) of the lab's HTTP API call the function, with the permission it needs. Raises AwsError.

    ``cors`` is the API's own, so that of all its routes.
    """
    if not _ROUTE_KEY.fullmatch(key):
        raise InvalidParameterValueException(f"{key!r} is no route: a method or ANY, a space and a path, such as 'GET /items/{{id}}', or '$default'")
    gateway = lab.boto3("apigatewayv2")
    api = _shared_api(gateway, cors)
    aws = lab.boto3("lambda")
    named = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    arn = aws.get_function_configuration(**named)["FunctionArn"]
    target = f"integrations/{_integration(gateway, api['ApiId'], arn)}"
    routes = {held["RouteKey"]: held["RouteId"] for held in gateway.get_routes(ApiId=api["ApiId"])["Items"]}
    if key in routes:
        gateway.update_route(ApiId=api["ApiId"], RouteId=routes[key], Target=target)
    else:
        gateway.create_route(ApiId=api["ApiId"], RouteKey=key, Target=target)
    _, _, _, region, account, *_ = arn.split(":")
    permission = {"StatementId": f"http-api-{api['ApiId']}", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    try:
        aws.add_permission(**named, **permission, SourceArn=f"arn:aws:execute-api:{region}:{account}:{api['ApiId']}/*")
    except aws.exceptions.ResourceConflictException:
        pass  # it is there
    return link(lab.endpoint_url, path_of("execute-api", api["ApiId"]) + (key.partition(" ")[2] or "/"))


def _shared_api(gateway: Any, cors: Mapping[str, Any] | None) -> dict[str, Any]:
    """Found by its name, else made."""
    more = {"CorsConfiguration": dict(cors)} if cors else {}
    for held in gateway.get_apis()["Items"]:
        if held["Name"] == SHARED_API:
            return dict(gateway.update_api(ApiId=held["ApiId"], **more) if more else held)
    made = gateway.create_api(Name=SHARED_API, ProtocolType="HTTP", **more)
    gateway.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True)
    return dict(made)


def _integration(gateway: Any, api: str, arn: str) -> str:
    """One a function, whatever its routes."""
    for held in gateway.get_integrations(ApiId=api)["Items"]:
        if held.get("IntegrationUri") == arn:
            return str(held["IntegrationId"])
    made = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0")
    return str(made["IntegrationId"])


def _id(function_url: str) -> str:
    return (urlsplit(function_url).hostname or "").partition(".")[0]
