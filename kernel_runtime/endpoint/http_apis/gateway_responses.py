"""A REST API's own words for what it answers in a function's place (API Gateway Developer Guide, "Gateway responses in API Gateway"): a status, headers of
constants, a body with the variables of an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ...sources.payloads.http_answers import HttpAnswer
from .rest_refusals import Name

_TYPES: dict[Name, str] = {
    "no_method": "MISSING_AUTHENTICATION_TOKEN",
    "unauthorized": "UNAUTHORIZED",
    "denied": "ACCESS_DENIED",
    "denied_explicitly": "ACCESS_DENIED",
    "authorizer_failed": "AUTHORIZER_CONFIGURATION_ERROR",
    "no_key": "INVALID_API_KEY",
    "rate": "THROTTLED",
    "too_long": "REQUEST_TOO_LARGE",
    "too_large": "REQUEST_TOO_LARGE",
    "timeout": "INTEGRATION_TIMEOUT",
    "malformed": "INTEGRATION_FAILURE",
    "internal": "API_CONFIGURATION_ERROR",
}
_HEADER = "gatewayresponse.header."
_CONSTANT = re.compile(r"'(.*)'\Z", re.S)


def customised(answer: HttpAnswer, name: Name, responses: Mapping[str, dict[str, Any]], request_id: str) -> HttpAnswer:
    """``answer`` as ``responses`` (by their type) have it; as it is where they say nothing of it."""
    kind = _TYPES.get(name)
    custom = responses.get(kind or "") or (responses.get(f"DEFAULT_{answer.status // 100}XX") if kind else None)
    if custom is None:
        return answer
    headers = {header.lower(): (header, value) for header, value in answer.headers}
    for parameter, value in (custom.get("responseParameters") or {}).items():
        if parameter.startswith(_HEADER) and (constant := _CONSTANT.match(value or "")):
            header = parameter.removeprefix(_HEADER)
            headers[header.lower()] = (header, constant[1])
    template = (custom.get("responseTemplates") or {}).get("application/json")
    body = _filled(template, answer.body, kind or "", request_id) if template else answer.body
    return HttpAnswer(int(custom.get("statusCode") or answer.status), tuple(headers.values()), body)


def _filled(template: str, body: bytes, kind: str, request_id: str) -> bytes:
    said = next(iter(json.loads(body).values()))
    known = {
        "$context.error.messageString": json.dumps(said),
        "$context.error.message": said or "",
        "$context.error.responseType": kind,
        "$context.requestId": request_id,
    }
    for variable, value in known.items():  # the longer name before the one that it begins with
        template = template.replace(variable, value)
    return template.encode()
