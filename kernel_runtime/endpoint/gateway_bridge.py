"""In the companion: what moto's API Gateway does not do yet of what its callers need. Each is left alone where moto has it.

Quick create (``create_api(Target=…)``: an integration, a route and a stage), the list of authorizers, changes of stages, deployments (every stage serves what
is there: a deployment is told and changes nothing). Of REST APIs: binary media types and an authorizer's pattern from the start, and a deployment that keeps
the resources as they were (``GET /restapis/ID/resources?deployment=ID``, for the door alone).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

_FIELDS = {
    "accessLogSettings": "access_log_settings", "autoDeploy": "auto_deploy", "clientCertificateId": "client_certificate_id",
    "defaultRouteSettings": "default_route_settings", "description": "description", "routeSettings": "route_settings", "stageVariables": "stage_variables",
}  # fmt: skip
_DEPLOYMENTS = "{0}/v2/apis/(?P<api_id>[^/]+)/deployments$"
Reply = tuple[int, dict[str, Any], str]


def join_gateway() -> None:
    """Before moto's application is made."""
    from moto.apigateway.urls import url_paths
    from moto.apigatewayv2 import urls
    from moto.apigatewayv2.responses import ApiGatewayV2Response as Responses

    plain_create = Responses.create_api

    def create_api(self: Any) -> Reply:
        status, headers, body = plain_create(self)
        asked, made = json.loads(self.body), json.loads(body)
        backend = self.apigatewayv2_backend
        if asked.get("target") and not backend.get_routes(made["apiId"]):
            _quick_create(backend.get_api(made["apiId"]), asked)
        return status, headers, body

    Responses.create_api = create_api
    for name, method in (("get_authorizers", _get_authorizers), ("update_stage", _update_stage), ("create_deployment", _deployment)):
        if not hasattr(Responses, name):
            setattr(Responses, name, method)
    for paths in (url_paths, urls.url_paths):
        paths.setdefault(_DEPLOYMENTS, Responses.dispatch)

    _join_rest()


def _join_rest() -> None:
    from moto.apigateway.models import RestAPI
    from moto.apigateway.responses import APIGatewayResponse as Responses

    plain_create, plain_authorizer = Responses.create_rest_api, Responses.create_authorizer
    plain_deploy, plain_resources = RestAPI.create_deployment, Responses.get_resources

    def create_rest_api(self: Any) -> Any:
        told = plain_create(self)
        binary = self._get_param("binaryMediaTypes")
        made = json.loads(told[2]) if isinstance(told, tuple) else {}
        if not binary or "id" not in made:
            return told
        api = self.backend.get_rest_api(made["id"])
        api.binaryMediaTypes = list(binary)
        return told[0], told[1], json.dumps(api.to_dict())

    def create_authorizer(self: Any) -> Any:
        told = plain_authorizer(self)
        pattern = self._get_param("identityValidationExpression")
        made = json.loads(told[2]) if isinstance(told, tuple) else {}
        if not pattern or "id" not in made:
            return told
        authorizer = self.backend.get_rest_api(self.path.split("/")[2]).authorizers[made["id"]]
        authorizer.identity_validation_expression = pattern
        return told[0], told[1], json.dumps(authorizer.to_json())

    def create_deployment(self: Any, *given: Any, **more: Any) -> Any:
        made = plain_deploy(self, *given, **more)
        made.resources_then = json.dumps({"item": [resource.to_dict() for resource in self.resources.values()]})
        return made

    def get_resources(self: Any) -> Any:
        wanted = (self.querystring.get("deployment") or [""])[0]
        deployments = self.backend.get_rest_api(self.path.split("/")[2]).deployments if wanted else {}
        return getattr(deployments.get(wanted), "resources_then", None) or plain_resources(self)

    Responses.create_rest_api, Responses.create_authorizer, Responses.get_resources = create_rest_api, create_authorizer, get_resources
    RestAPI.create_deployment = create_deployment


def _quick_create(api: Any, asked: dict[str, Any]) -> None:
    """API Gateway V2 API Reference, "CreateApi": Target, RouteKey, CredentialsArn."""
    is_function = asked["target"].startswith("arn:")
    integration = api.create_integration(
        connection_type="INTERNET",
        credentials_arn=asked.get("credentialsArn"),
        description="",
        integration_method="POST" if is_function else "ANY",
        integration_type="AWS_PROXY" if is_function else "HTTP_PROXY",
        integration_uri=asked["target"],
        payload_format_version="2.0" if is_function else "1.0",
    )
    api.create_route(
        api_key_required=False, authorization_scopes=[], route_key=asked.get("routeKey") or "$default", target=f"integrations/{integration.id}"
    )  # fmt: skip
    api.create_stage({"stageName": "$default", "autoDeploy": True})


def _get_authorizers(self: Any) -> Reply:
    api = self.apigatewayv2_backend.get_api(self.path.split("/")[-2])
    return 200, {}, json.dumps({"items": [authorizer.to_json() for authorizer in api.authorizers.values()]})


def _update_stage(self: Any) -> Reply:
    pieces = self.path.split("/")
    stage = self.apigatewayv2_backend.get_stage(pieces[-3], unquote(pieces[-1]))
    for member, value in json.loads(self.body).items():
        if member in _FIELDS:
            setattr(stage, _FIELDS[member], value)
    stage.updated = datetime.now()
    return 200, {}, json.dumps(stage.to_json())


def _deployment(self: Any) -> Reply:
    from moto.moto_api._internal import mock_random

    self.apigatewayv2_backend.get_api(self.path.split("/")[-2])
    told = {"autoDeployed": False, "createdDate": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "deploymentId": mock_random.get_random_hex(6)}
    return 201, {}, json.dumps({**told, "deploymentStatus": "DEPLOYED", "description": (json.loads(self.body or "{}") or {}).get("description", "")})
