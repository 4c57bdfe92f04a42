"""Payload format 2.0: the event of a function URL and of an HTTP API's route.

AWS: "Invoking Lambda function URLs"; API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs". Members that have nothing to say are
left out, as recorded. A function URL gives the path as it was sent, an HTTP API decodes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .http_request import HttpRequest, body_members, clf_time, cookies, epoch_ms, is_text, joined, query_pairs, seen_headers, without_none

DEFAULT = "$default"


@dataclass(frozen=True, slots=True)
class Iam:
    """Who signed a request to a function URL of AuthType AWS_IAM."""

    access_key: str
    account: str
    arn: str

    def member(self) -> dict[str, Any]:
        return {
            "accessKey": self.access_key,
            "accountId": self.account,
            "callerId": self.access_key,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": self.arn,
            "userId": self.access_key,
        }


def url_event(request: HttpRequest, url_id: str, region: str, request_id: str, iam: Iam | None = None) -> dict[str, Any]:
    """What a function URL sends. accountId is ``anonymous`` where nobody has signed (recorded)."""
    context: dict[str, Any] = {"accountId": iam.account if iam else "anonymous", "apiId": url_id}
    if iam:
        context |= {"authentication": None, "authorizer": {"iam": iam.member()}}
    context |= _context(request, f"{url_id}.lambda-url.{region}.on.aws", request.path, request_id, DEFAULT, DEFAULT)
    return _event(request, request.path, DEFAULT, context, text_without_type=False)


def api_event(
    request: HttpRequest,
    *,
    account: str,
    api_id: str,
    domain: str,
    stage: str,
    route_key: str,
    request_id: str,
    path_parameters: Mapping[str, str],
    stage_variables: Mapping[str, str],
    authorizer: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What an HTTP API sends. ``request.path`` holds the stage, as ``rawPath`` does. authorizer: ``{"jwt": {…}}`` or ``{"lambda": {…}}``."""
    path = request.decoded_path
    context: dict[str, Any] = {"accountId": account, "apiId": api_id}
    if authorizer is not None:
        context["authorizer"] = dict(authorizer)
    context |= _context(request, domain, path, request_id, route_key, stage)
    event = _event(request, path, route_key, context, text_without_type=True)
    return {**event, **({"pathParameters": dict(path_parameters)} if path_parameters else {}), **_variables(stage_variables)}


def _context(request: HttpRequest, domain: str, path: str, request_id: str, route_key: str, stage: str) -> dict[str, Any]:
    return {
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {"method": request.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": request.source_ip, "userAgent": request.user_agent},
        "requestId": request_id,
        "routeKey": route_key,
        "stage": stage,
        "time": clf_time(request.at_s),
        "timeEpoch": epoch_ms(request.at_s),
    }


def _event(request: HttpRequest, path: str, route_key: str, context: dict[str, Any], *, text_without_type: bool) -> dict[str, Any]:
    body, encoded = body_members(request.body, is_text(request.header("content-type"), otherwise=text_without_type)) if request.body else (None, False)
    return without_none(
        {
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": path,
            "rawQueryString": request.query,
            "cookies": cookies(request) or None,
            "headers": joined(pair for pair in seen_headers(request) if pair[0] != "cookie"),
            "queryStringParameters": joined(query_pairs(request.query)) or None,
            "requestContext": context,
            "body": body,
            "isBase64Encoded": encoded,
        }
    )


def _variables(stage_variables: Mapping[str, str]) -> dict[str, Any]:
    return {"stageVariables": dict(stage_variables)} if stage_variables else {}
