"""HTTP APIs: stage, CORS, route, authorizer, function, answer (API Gateway Developer Guide, "Working with HTTP APIs")."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from ...account.accounts import Accounts
from ...model.errors import AwsError, RequestEntityTooLargeException
from ...model.tracing import trace_header
from ...sources.http_calls import Ending, HttpCalls
from ...sources.payloads import cors
from ...sources.payloads.http_answers import HttpAnswer, Malformed, explicit, inferred
from ...sources.payloads.http_request import HttpRequest
from ...sources.payloads.http_routes import stage_of
from ..addresses import Address
from ..answer import Answer
from ..arrival import Arrival
from ..body import Body
from ..credentials import Credentials
from .api_book import HttpApi
from .gateway_call import Kind, Target, Trouble, extended_id, invoke, target_of
from .http_authorization import Denied, HttpAuthorization
from .http_visit import Visit
from .throttles import Throttles
from .tokens import Tokens

TEXT = "text/plain; charset=utf-8"
TIMEOUT_S = 30.0
NOT_FOUND = (404, "Not Found")
_STATUSES: dict[Kind, tuple[int, str]] = {
    "throttled": (503, "Service Unavailable"),
    "timeout": (503, "Service Unavailable"),
    "too_large": (413, "Request Entity Too Large"),
}
"""What a client is told of what went wrong; of anything else 500, Internal Server Error (recorded)."""
Headers = list[tuple[str, str]]


class HttpApiSite:
    """Serves every HTTP API."""

    def __init__(self, accounts: Accounts, credentials: Credentials, tokens: Tokens, calls: HttpCalls, clock: Callable[[], float] = time.time) -> None:
        self._accounts, self._calls, self._clock = accounts, calls, clock
        self._authorization = HttpAuthorization(accounts, credentials, tokens)
        self._throttles = Throttles()

    async def __call__(self, api: HttpApi, address: Address, arrival: Arrival, body: Body, request_id: str, port: int) -> Answer:
        gateway_id = extended_id()
        answer = await self._answered(api, address, arrival, body, request_id, gateway_id, port)
        headers = list(answer.headers)
        if api.cors and arrival.method != "OPTIONS":
            headers = [pair for pair in headers if pair[0].lower() not in cors.OWN] + cors.answer_headers(api.cors, arrival.fields)
        return Answer(answer.status, [*headers, ("Apigw-Requestid", gateway_id), ("x-amzn-RequestId", "")], answer.body)

    async def _answered(self, api: HttpApi, address: Address, arrival: Arrival, body: Body, request_id: str, gateway_id: str, port: int) -> HttpAnswer:
        if api.cors and arrival.method == "OPTIONS" and arrival.header("origin"):
            return HttpAnswer(204, tuple(cors.preflight_headers(api.cors, arrival.fields)), b"")
        placed = None if api.settings.get("disableExecuteApiEndpoint") else stage_of(address.path, api.stages)
        selected = api.table.select(arrival.method, placed[1]) if placed else None
        if placed is None or selected is None:
            return _told(*NOT_FOUND)
        now = self._clock()
        trace = trace_header(request_id, now, arrival.header("x-amzn-trace-id") or "")
        try:
            content = await body.whole()
        except AwsError as error:
            return _told(*_STATUSES["too_large"]) if isinstance(error, RequestEntityTooLargeException) else _told(error.status, "Request Timeout")
        request = HttpRequest(arrival.method, address.path, arrival.query, arrival.headers, content, arrival.peer, now, trace, port, "http")
        return await self._routed(Visit(api, placed[0], *selected, arrival, request, gateway_id, request_id))

    async def _routed(self, visit: Visit) -> HttpAnswer:
        target: Target | None = None
        try:
            integration = _integration(visit)
            target = target_of(self._accounts, integration.get("integrationUri") or "", visit.stage_variables)
            self._check_rate(visit)
            authorizer = await self._authorization.authorize(visit)
            version = str(integration.get("payloadFormatVersion") or "1.0")
            result = await invoke(
                target, visit.event(version, authorizer), source_arn=visit.source_arn, source_account=visit.api.account,
                by_role=bool(integration.get("credentialsArn")), timeout_s=float(integration.get("timeoutInMillis") or TIMEOUT_S * 1_000) / 1_000,
                request_id=visit.request_id, trace=visit.request.trace,
            )  # fmt: skip
            answer = (inferred if version == "2.0" else explicit)(result, TEXT, remap=False)
        except _TooMany:
            self._note(visit, target, "throttled", "429, the stage's rate")
            return _told(429, "Too Many Requests")
        except Denied as denied:
            self._note(visit, target, "refused", f"{denied.status}, {denied.why}")
            challenge: Headers = [("www-authenticate", denied.challenge)] if denied.challenge else []
            return _told(denied.status, "Unauthorized" if denied.status == 401 else "Forbidden", challenge)
        except Trouble as trouble:
            status, message = _STATUSES.get(trouble.kind, (500, "Internal Server Error"))
            self._note(visit, target, "throttled" if trouble.kind == "throttled" else "failed", f"{status}, {trouble.why}")
            return _told(status, message)
        except Malformed as why:
            self._note(visit, target, "failed", f"500, {why}")
            return _told(500, "Internal Server Error")
        self._note(visit, target, "answered", str(answer.status))
        return answer

    def _check_rate(self, visit: Visit) -> None:
        """A route's own settings count by route, the stage's for each of the others."""
        stage = visit.api.stages[visit.stage]
        settings = {**(stage.get("defaultRouteSettings") or {}), **((stage.get("routeSettings") or {}).get(visit.route_key) or {})}
        if not self._throttles.admits((visit.api.account, visit.api.id, visit.stage, visit.route_key), settings):
            raise _TooMany

    def _note(self, visit: Visit, target: Target | None, ending: Ending, result: str) -> None:
        if target is not None:
            self._calls.note(target.account, f"{visit.api.name} {visit.route_key}", target.named.name, target.named.qualifier, ending, result)


class _TooMany(Exception):
    pass


def _integration(visit: Visit) -> dict[str, Any]:
    """Raises Trouble for one that is not there, or is no function's."""
    id = str(visit.route.get("target") or "").rpartition("/")[2]
    integration = visit.api.integrations.get(id)
    if integration is None:
        raise Trouble("misconfigured", f"the route {visit.route_key} has no integration")
    if integration.get("integrationType") != "AWS_PROXY" or integration.get("integrationSubtype"):
        kind = integration.get("integrationSubtype") or integration.get("integrationType")
        raise Trouble("misconfigured", f"integrations of type {kind} are not served here, those of functions (AWS_PROXY) are")
    return integration


def _told(status: int, message: str, headers: Headers | None = None) -> HttpAnswer:
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return HttpAnswer(status, (("Content-Type", "application/json"), *(headers or [])), body)
