"""What a REST API answers in a function's place (API Gateway Developer Guide, "Gateway response types"), each with its status, type and words."""

from __future__ import annotations

import json
from typing import Literal

from ...sources.payloads.http_answers import HttpAnswer
from .gateway_call import Kind

Name = Literal[
    "no_stage", "no_method", "unauthorized", "denied", "denied_explicitly", "authorizer_failed", "no_key", "rate", "too_long", "too_large", "timeout",
    "malformed", "internal",
]  # fmt: skip
_WORDS: dict[Name, tuple[int, str, str]] = {
    "no_stage": (403, "ForbiddenException", '{"message":"Forbidden"}'),
    "no_method": (403, "MissingAuthenticationTokenException", '{"message":"Missing Authentication Token"}'),
    "unauthorized": (401, "UnauthorizedException", '{"message":"Unauthorized"}'),
    "denied": (403, "AccessDeniedException", '{"Message":"User is not authorized to access this resource"}'),
    "denied_explicitly": (403, "AccessDeniedException", '{"Message":"User is not authorized to access this resource with an explicit deny"}'),
    "authorizer_failed": (500, "AuthorizerConfigurationException", '{"message":null}'),
    "no_key": (403, "ForbiddenException", '{"message":"Forbidden"}'),
    "rate": (429, "TooManyRequestsException", '{"message":"Too Many Requests"}'),
    "too_long": (413, "RequestTooLargeException", '{"message":"Request Too Long"}'),
    "too_large": (413, "RequestTooLargeException", '{"message":"HTTP content length exceeded 10485760 bytes."}'),
    "timeout": (504, "InternalServerErrorException", '{"message": "Endpoint request timed out"}'),
    "malformed": (502, "InternalServerErrorException", '{"message": "Internal server error"}'),
    "internal": (500, "InternalServerErrorException", '{"message": "Internal server error"}'),
}
OF_TROUBLE: dict[Kind, Name] = {"timeout": "timeout", "failed": "malformed", "too_large": "too_long"}
"""Of anything else that keeps a function from answering, a throttle among it: ``internal`` (recorded)."""


class RestRefusal(Exception):
    """``why`` is for the lab's own view."""

    def __init__(self, name: Name, why: str) -> None:
        super().__init__(why)
        self.name, self.why = name, why


def told(name: Name) -> HttpAnswer:
    status, kind, body = _WORDS[name]
    return HttpAnswer(status, (("Content-Type", "application/json"), ("x-amzn-ErrorType", kind)), body.encode())


def status_of(name: Name) -> int:
    return _WORDS[name][0]


def signature_refused(status: int, kind: str, message: str) -> HttpAnswer:
    return HttpAnswer(status, (("Content-Type", "application/json"), ("x-amzn-ErrorType", kind)), json.dumps({"message": message}).encode())
