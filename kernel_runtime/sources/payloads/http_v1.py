"""Payload format 1.0: the event of a REST API's proxy integration, and of an HTTP API's route that asks for it.

API Gateway Developer Guide, "Input format of a Lambda function for proxy integration", "Create AWS Lambda proxy integrations for HTTP APIs". What is not there
is null, not left out. A REST API spells headers as the client did and tells the path as it was sent, without the stage, and so its parameters; an HTTP API
decodes it, with the stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .http_request import FRONT_HEADERS, HttpRequest, body_members, clf_time, epoch_ms, gathered, query_pairs, seen_headers

_IDENTITY = (
    "cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey", "cognitoAuthenticationType",
    "cognitoAuthenticationProvider", "userArn", "userAgent", "user",
)  # fmt: skip
_CANONICAL = frozenset({"host", "user-agent", "content-length", *FRONT_HEADERS})


@dataclass(frozen=True, slots=True)
class Called:
    """What of an API was called. ``path`` as the event says it, ``context_path`` with the stage."""

    account: str
    api_id: str
    domain: str
    stage: str
    resource: str
    path: str
    context_path: str
    request_id: str
    resource_id: str | None = None
    extended_request_id: str = ""
    deployment_id: str = ""
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    authorizer: Mapping[str, Any] | None = None
    identity: Mapping[str, Any] = field(default_factory=dict)


def rest_event(request: HttpRequest, called: Called, *, text: bool) -> dict[str, Any]:
    """``text``: whether the body is handed over as it is (the API's binary media types decide). Recorded: its length is not told."""
    told = replace(request, headers=tuple(pair for pair in request.headers if pair[0] != "content-length"))
    return _event(told, called, _context(request, called), lambda name: request.spelling.get(name) or canonical(name), text)


def http_api_event(request: HttpRequest, called: Called, *, text: bool) -> dict[str, Any]:
    return {"version": "1.0", **_event(request, called, _context(request, called), _as_http_apis, text)}


def canonical(name: str) -> str:
    """``x-api-key`` to ``X-Api-Key``, as AWS's front writes what it adds, and clients of HTTP/1.1 mostly."""
    return "-".join(part.capitalize() for part in name.split("-"))


def _as_http_apis(name: str) -> str:
    return canonical(name) if name in _CANONICAL else name


def _event(request: HttpRequest, called: Called, context: dict[str, Any], spell: Callable[[str], str], text: bool) -> dict[str, Any]:
    headers = gathered((spell(name), value) for name, value in seen_headers(request))
    query = gathered(query_pairs(request.query))
    body, encoded = body_members(request.body, text) if request.body else (None, False)
    return {
        "resource": called.resource,
        "path": called.path,
        "httpMethod": request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(called.path_parameters) or None,
        "stageVariables": dict(called.stage_variables) or None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": encoded,
    }


def _context(request: HttpRequest, called: Called) -> dict[str, Any]:
    identity = {**dict.fromkeys(_IDENTITY), "sourceIp": request.source_ip, "userAgent": request.user_agent, **called.identity}
    return {
        "resourceId": called.resource_id,
        **({"authorizer": dict(called.authorizer)} if called.authorizer is not None else {}),
        "resourcePath": called.resource,
        "httpMethod": request.method,
        "extendedRequestId": called.extended_request_id or called.request_id,
        "requestTime": clf_time(request.at_s),
        "path": called.context_path,
        "accountId": called.account,
        "protocol": "HTTP/1.1",
        "stage": called.stage,
        "domainPrefix": called.domain.partition(".")[0],
        "requestTimeEpoch": epoch_ms(request.at_s),
        "requestId": called.request_id,
        "identity": identity,
        "domainName": called.domain,
        **({"deploymentId": called.deployment_id} if called.deployment_id else {}),
        "apiId": called.api_id,
    }


def _last(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: held[-1] for name, held in values.items()}
