"""Function URLs: who may call, the event, the answer (AWS: "Invoking Lambda function URLs", "Control access to Lambda function URLs").

A request meets CORS, then the signature where AuthType is AWS_IAM, then the function's policy, then the function. Both of the policy's actions are asked,
``lambda:InvokeFunctionUrl`` and ``lambda:InvokeFunction`` (AWS: since October 2025 for new URLs, since November 2026 for all).
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from ...account import function_urls, policies
from ...account.account import Account
from ...account.identifiers import FunctionId
from ...account.records import FunctionRecord
from ...model.errors import AwsError, RequestEntityTooLargeException, ResourceNotFoundException, TooManyRequestsException
from ...model.tracing import trace_header
from ...sources.http_calls import Ending, HttpCalls
from ...sources.payloads import cors
from ...sources.payloads.http_answers import HttpAnswer, Malformed, inferred, streamed
from ...sources.payloads.http_request import HttpRequest
from ...sources.payloads.http_v2 import Iam, url_event
from ..addresses import Address
from ..answer import Answer
from ..arrival import Arrival
from ..body import Body
from ..credentials import Credentials
from ..denials import MissingAuthenticationTokenException
from .calling import TOO_LARGE, call, ending_of
from .signers import signer

JSON = "application/json"
FORBIDDEN = "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
_CHUNK_BYTES = 65_536
Found = tuple[Account, FunctionRecord, str, function_urls.Config]


class FunctionUrlSite:
    """``find``: whose URL that is, by its id; None where it is nobody's. ``credentials``: what signatures are held against."""

    def __init__(self, find: Callable[[str], Found | None], credentials: Credentials, calls: HttpCalls, clock: Callable[[], float] = time.time) -> None:
        self._find, self._credentials, self._calls, self._clock = find, credentials, calls, clock
        self._open: dict[str, policies.Policy] = {}
        """By URL, the policy that lets anybody call it."""

    async def __call__(self, address: Address, arrival: Arrival, body: Body, request_id: str, port: int) -> Answer:
        found = self._find(address.id)
        if found is None or address.region not in ("", found[0].region):
            return _refused(403, "AccessDeniedException", None)
        visit = _Visit(found, arrival)
        if visit.cors and cors.is_preflight(arrival.method, arrival.fields):
            return Answer(200, [("Content-Type", JSON), *cors.preflight_headers(visit.cors, arrival.fields)])
        now = self._clock()
        trace = trace_header(request_id, now, arrival.header("x-amzn-trace-id") or "")
        try:
            content = await body.whole()
            iam = visit.signer(self._credentials, content, now)
            self._check_permitted(visit, iam, arrival.peer)
            request = HttpRequest(arrival.method, address.path, arrival.query, arrival.headers, content, arrival.peer, now, trace, port, "http")
            event = url_event(request, address.id, visit.account.region, request_id, iam)
            record, result = await call(visit.account, visit.record.name, visit.qualifier, event, request_id, trace)
        except AwsError as error:
            self._note(visit, "throttled" if isinstance(error, TooManyRequestsException) else "refused", ending_of(error))
            answer = _of_error(error)
        else:
            if record.status != "success":
                self._note(visit, "failed", f"502, the function failed: {record.error_type or record.status}")
                answer = _failed()
            else:
                answer = self._answered(visit, result)
        _measure(visit, answer.status, now, (self._clock() - now) * 1_000)
        extra = [("X-Amzn-Trace-Id", trace), *(cors.answer_headers(visit.cors, arrival.fields) if visit.cors else [])]
        return Answer(answer.status, [*answer.headers, *extra], answer.body)

    def _check_permitted(self, visit: _Visit, iam: Iam | None, peer: str) -> None:
        """As ``_Visit.check_permitted``. That a policy lets anybody call is found once a policy, where it does not ask for an address."""
        policy = visit.record.attached.get(policies.NOUN, {}).get(visit.qualifier)
        if iam is None and policy is not None and self._open.get(visit.config["Id"]) is policy:
            return
        visit.check_permitted(iam, peer)
        if iam is None and policy is not None and "sourceip" not in policies.text(policy).lower():
            self._open[visit.config["Id"]] = policy

    def _answered(self, visit: _Visit, result: bytes) -> Answer:
        try:
            told = streamed(result) if visit.streams else inferred(result, JSON, remap=True)
        except Malformed as why:
            self._note(visit, "failed", f"502, {why}")
            return _failed()
        self._note(visit, "answered", str(told.status))
        return Answer(told.status, list(told.headers), _chunks(told) if visit.streams and told.body else told.body)

    def _note(self, visit: _Visit, ending: Ending, result: str) -> None:
        self._calls.note(visit.account, function_urls.address(visit.account, visit.config), visit.record.name, visit.qualifier, ending, result)


class _Visit:
    """One request at one URL."""

    def __init__(self, found: Found, arrival: Arrival) -> None:
        self.account, self.record, self.qualifier, self.config = found
        self.cors: dict[str, Any] = self.config.get("Cors") or {}
        self.streams = self.config.get("InvokeMode") == "RESPONSE_STREAM"
        self._arrival = arrival

    def signer(self, credentials: Credentials, content: bytes, now: float) -> Iam | None:
        """Who signed; None where nobody has to. Raises the refusals of SigV4."""
        return signer(self._arrival, credentials, content, now, "lambda") if self.config["AuthType"] == "AWS_IAM" else None

    def check_permitted(self, iam: Iam | None, peer: str) -> None:
        """Raises _Forbidden. Within the account a signature is enough unless the policy denies it; anybody else must be allowed both actions."""
        named = FunctionId(self.account.id, self.account.region, self.record.name, self.qualifier)
        principal, whose = (iam.arn, iam.account) if iam else ("anonymous", "")
        auth_type = self.config["AuthType"]
        for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
            context = {"aws:SourceIp": peer, "lambda:FunctionUrlAuthType": auth_type, "lambda:InvokedViaFunctionUrl": "true"}
            says = policies.decided(self.account, named, principal, whose, action, context)
            if says == "Deny" or (says is None and whose != self.account.id):
                raise _Forbidden(f"{'denied by' if says else 'not in'} the function's policy: {action}")


class _Forbidden(AwsError):
    """What the policy does not allow; the text is for the lab's own view."""

    status = 403

    @property
    def type(self) -> str:
        return "AccessDeniedException"


def _measure(visit: _Visit, status: int, at: float, took_ms: float) -> None:
    """AWS: "Monitoring function URLs with CloudWatch metrics"."""
    add, name, qualifier = visit.account.measures.add, visit.record.name, visit.qualifier
    add("UrlRequestCount", name, qualifier, at=at)
    add("UrlRequestLatency", name, qualifier, at=at, value=took_ms, unit="Milliseconds")
    add("Url4xxCount", name, qualifier, at=at, value=float(400 <= status < 500))
    add("Url5xxCount", name, qualifier, at=at, value=float(status >= 500))


def _of_error(error: AwsError) -> Answer:
    if isinstance(error, _Forbidden | MissingAuthenticationTokenException | ResourceNotFoundException):
        return _refused(403, "AccessDeniedException", FORBIDDEN)
    if isinstance(error, RequestEntityTooLargeException):
        return _refused(413, "RequestEntityTooLargeException", TOO_LARGE)
    return _refused(error.status, error.type, str(error.args[0]) if error.args else None)


def _refused(status: int, kind: str, message: str | None) -> Answer:
    """Recorded for an id that is nobody's: ``{"Message":null}``."""
    return Answer(status, [("Content-Type", JSON), ("x-amzn-ErrorType", kind)], json.dumps({"Message": message}, separators=(",", ":")).encode())


def _failed() -> Answer:
    """Recorded: a function that failed, and a result that is no answer."""
    return Answer(502, [("Content-Type", JSON)], b"Internal Server Error")


async def _chunks(told: HttpAnswer) -> AsyncIterator[bytes]:
    for at in range(0, len(told.body), _CHUNK_BYTES):
        yield told.body[at : at + _CHUNK_BYTES]
