"""REST APIs: stage, resource, authorizer, API key, function, answer (API Gateway: "API Gateway REST APIs"). Proxy integrations of functions, and mocks."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...account.accounts import Accounts
from ...model.errors import AwsError, RequestEntityTooLargeException
from ...model.tracing import trace_header
from ...sources.http_calls import Ending, HttpCalls
from ...sources.payloads.http_answers import JSON, HttpAnswer, Malformed, explicit
from ...sources.payloads.http_request import HttpRequest
from ...sources.payloads.http_routes import stage_of
from ..addresses import Address
from ..answer import Answer
from ..arrival import Arrival
from ..body import Body
from ..credentials import Credentials
from .api_book import RestApi
from .gateway_call import Target, Trouble, extended_id, invoke, target_of
from .gateway_responses import customised
from .mock import mocked
from .rest_authorization import RestAuthorization
from .rest_refusals import OF_TROUBLE, Name, RestRefusal, signature_refused, status_of, told
from .rest_visit import RestVisit
from .throttles import Throttles
from .tokens import Tokens

TIMEOUT_S = 29.0


class RestApiSite:
    """Serves every REST API."""

    def __init__(self, accounts: Accounts, credentials: Credentials, tokens: Tokens, calls: HttpCalls, clock: Callable[[], float] = time.time) -> None:
        self._accounts, self._calls, self._clock = accounts, calls, clock
        self._authorization = RestAuthorization(accounts, credentials, tokens, Throttles())

    async def __call__(self, api: RestApi, address: Address, arrival: Arrival, body: Body, request_id: str, port: int) -> Answer:
        extended, now = extended_id(), self._clock()
        trace = trace_header(request_id, now, arrival.header("x-amzn-trace-id") or "")
        answer = await self._answered(api, address, arrival, body, request_id, extended, now, trace, port)
        return Answer(answer.status, [*answer.headers, ("x-amz-apigw-id", extended), ("X-Amzn-Trace-Id", trace)], answer.body)

    async def _answered(
        self, api: RestApi, address: Address, arrival: Arrival, body: Body, request_id: str, extended: str, now: float, trace: str, port: int
    ) -> HttpAnswer:
        placed = None if api.settings.get("disableExecuteApiEndpoint") else stage_of(address.path, api.stages)
        if placed is None:
            return told("no_stage")
        selected = api.deployed[placed[0]].select(arrival.method, placed[1])
        if selected is None:
            return customised(told("no_method"), "no_method", api.responses, request_id)
        try:
            content = await body.whole()
        except AwsError as error:
            name: Name = "too_large" if isinstance(error, RequestEntityTooLargeException) else "internal"
            return customised(told(name), name, api.responses, request_id)
        request = HttpRequest(arrival.method, placed[1], arrival.query, arrival.headers, content, arrival.peer, now, trace, port, "http", arrival.spelling())
        return await self._served(RestVisit(api, *placed, selected, arrival, request, request_id, extended))

    async def _served(self, visit: RestVisit) -> HttpAnswer:
        target: Target | None = None
        try:
            if visit.integration.get("type") == "AWS_PROXY":
                target = target_of(self._accounts, visit.integration.get("uri") or "", visit.stage_variables)
            authorizer, identity = await self._authorization.authorize(visit)
            if visit.integration.get("type") == "MOCK":
                return mocked(visit.integration)
            if target is None:
                raise RestRefusal("internal", f"integrations of type {visit.integration.get('type')} are not served here, AWS_PROXY and MOCK are")
            result = await invoke(
                target, visit.event(authorizer, identity), source_arn=visit.source_arn, source_account=visit.api.account,
                by_role=bool(visit.integration.get("credentials")),
                timeout_s=float(visit.integration.get("timeoutInMillis") or TIMEOUT_S * 1_000) / 1_000, request_id=target.account.new_id(),
                trace=visit.request.trace,
            )  # fmt: skip
            answer = explicit(result, JSON, remap=True, decode=visit.answers_binary)
        except RestRefusal as refusal:
            self._note(visit, target, "throttled" if refusal.name == "rate" else "refused", f"{status_of(refusal.name)}, {refusal.why}")
            return self._told(visit, refusal.name)
        except Trouble as trouble:
            name = OF_TROUBLE.get(trouble.kind, "internal")
            self._note(visit, target, "throttled" if trouble.kind == "throttled" else "failed", f"{status_of(name)}, {trouble.why}")
            return self._told(visit, name)
        except Malformed as why:
            self._note(visit, target, "failed", f"502, {why}")
            return self._told(visit, "malformed")
        except AwsError as error:
            self._note(visit, target, "refused", f"{error.status}, {error.type}")
            return signature_refused(error.status, error.type, str(error.args[0]) if error.args else "")
        self._note(visit, target, "answered", str(answer.status))
        return answer

    def _told(self, visit: RestVisit, name: Name) -> HttpAnswer:
        return customised(told(name), name, visit.api.responses, visit.gateway_id)

    def _note(self, visit: RestVisit, target: Target | None, ending: Ending, result: str) -> None:
        if target is not None:
            self._calls.note(target.account, f"{visit.api.name} {visit.key}", target.named.name, target.named.qualifier, ending, result)
