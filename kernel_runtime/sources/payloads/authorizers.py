"""Lambda authorizers: where a caller's identity is found, and what an authorizer's answer allows.

API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers", "Use API Gateway Lambda authorizers".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .http_request import HttpRequest, query_pairs

ACTION = "execute-api:Invoke"


class BadGrant(Exception):
    """An authorizer's answer that says nothing; the text says why, for the lab's own view."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorizer has answered. ``statements`` is None for a simple response, which is ``allowed`` or not for all."""

    principal: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    allowed: bool = False
    statements: tuple[dict[str, Any], ...] | None = None
    usage_key: str = ""

    def allows(self, arn: str) -> bool:
        """Whether ``arn`` (``arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH``) may be called. A Deny outweighs every Allow."""
        if self.statements is None:
            return self.allowed
        effects = {statement.get("Effect") for statement in self.statements if _covers(statement, arn)}
        return "Allow" in effects and "Deny" not in effects


def simple_grant(result: bytes) -> Grant:
    """``{"isAuthorized": true, "context": {…}}``. Raises BadGrant."""
    held = _object(result)
    if not isinstance(held.get("isAuthorized"), bool):
        raise BadGrant("isAuthorized is true or false")
    return Grant(context=_context(held), allowed=held["isAuthorized"])


def policy_grant(result: bytes) -> Grant:
    """``{"principalId": …, "policyDocument": {"Statement": […]}, "context": {…}}``. Raises BadGrant."""
    held = _object(result)
    document = held.get("policyDocument")
    statements = document.get("Statement") if isinstance(document, dict) else None
    listed = [statements] if isinstance(statements, dict) else statements
    if not isinstance(listed, list) or not all(isinstance(statement, dict) for statement in listed):
        raise BadGrant("policyDocument is an object with a Statement")
    return Grant(str(held.get("principalId", "")), _context(held), statements=tuple(listed), usage_key=str(held.get("usageIdentifierKey") or ""))


def identities(expressions: Iterable[str], request: HttpRequest, stage_variables: Mapping[str, str], context: Mapping[str, str]) -> list[str] | None:
    """The values of identity sources (``$request.header.Authorization``, ``method.request.querystring.q``, ``$context.routeKey``, ``stageVariables.x``); None
    where one of them is missing or empty."""
    found = [_identity(expression.strip(), request, stage_variables, context) for expression in expressions]
    return [value for value in found if value] if all(found) else None


def _identity(expression: str, request: HttpRequest, stage_variables: Mapping[str, str], context: Mapping[str, str]) -> str | None:
    where, _, name = expression.removeprefix("$").removeprefix("method.").partition(".")
    if where == "request":
        kind, _, name = name.partition(".")
        return request.header(name.lower()) if kind == "header" else dict(query_pairs(request.query)).get(name) if kind == "querystring" else None
    return stage_variables.get(name) if where == "stageVariables" else context.get(name) if where == "context" else None


def _object(result: bytes) -> dict[str, Any]:
    try:
        held = json.loads(result)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        raise BadGrant("the authorizer's answer is no object")
    return held


def _context(held: dict[str, Any]) -> dict[str, Any]:
    context = held.get("context") or {}
    if not isinstance(context, dict):
        raise BadGrant("context is an object")
    return context


def _covers(statement: dict[str, Any], arn: str) -> bool:
    actions, resources = (_listed(statement.get(member)) for member in ("Action", "Resource"))
    return any(fnmatchcase(ACTION.lower(), action.lower()) for action in actions) and any(_like(arn, pattern) for pattern in resources)


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _listed(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else [value for value in given or () if isinstance(value, str)]
