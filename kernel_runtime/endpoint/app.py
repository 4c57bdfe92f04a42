"""What happens to one request: whose name was called, who signed, which service is meant; then Lambda's operations here, everything else in ``services``."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import unquote

from starlette.routing import Router
from starlette.types import Receive, Scope
from starlette.types import Send as StarletteSend

from ..account.on_behalf import OnBehalf
from ..model.errors import AwsError
from . import dialects, post_form, signature
from .addresses import Address
from .answer import Answering, tell
from .arrival import Arrival
from .body import IDLE_S, LARGE_BYTES, Body, HungUp
from .caller import Caller
from .credentials import Credentials
from .denials import InvalidSignatureException, RequestEntityTooLargeException, ServiceException
from .hosts import Names
from .lambda_paths import WATCHED_PATH, is_lambda, operation_at
from .network import Network
from .on_behalf import told_in
from .operation_table import OperationTable
from .payload import Payload, kept, streamed
from .signature_v2 import read_v2, resource_of

LAMBDA_REQUEST_MAX_BYTES = 70_167_211
SERVICE_REQUEST_MAX_BYTES = 1_073_741_824
SITE_REQUEST_MAX_BYTES = 10_485_760
"""API Gateway: "Quotas", payload size. What a function takes is less."""
_MAX_BYTES = {"lambda": LAMBDA_REQUEST_MAX_BYTES, "execute-api": SITE_REQUEST_MAX_BYTES}
log = logging.getLogger(__name__)


class Call(Protocol):
    """A request that was read: botocore's name of the operation and its members."""

    @property
    def operation(self) -> str: ...
    @property
    def request(self) -> dict[str, Any]: ...


class Wording(Protocol):
    """Lambda's wire form. ``path`` and ``query`` come percent-encoded as sent, header names in lower case; ``read`` raises AwsError."""

    def read(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Call: ...
    def write(self, operation: str, result: Any) -> Answering: ...
    def refuse(self, error: AwsError) -> Answering: ...


class Elsewhere(Protocol):
    """Every service that is not Lambda. ``open`` is entered when the door opens and left when it closes."""

    def open(self) -> AbstractAsyncContextManager[None]: ...
    async def forward(self, arrival: Arrival, caller: Caller, payload: Payload) -> Answering: ...


class Sites(Protocol):
    """Answers what is asked of function URLs and APIs, in each one's own words; it raises nothing but HungUp."""

    async def __call__(self, address: Address, arrival: Arrival, body: Body, request_id: str) -> Answering: ...


class OpenPath(Protocol):
    """Answers unsigned requests below one first piece of the path, such as the download of a function's code."""

    async def __call__(self, arrival: Arrival, body: Body) -> Answering: ...


class Watched(Protocol):
    """Answers who asks what has happened in an account, at ``WATCHED_PATH``."""

    def __call__(self, account: Any, arrival: Arrival, caller: Caller) -> Answering: ...


@dataclass(frozen=True)
class Parts:
    """What the door is joined from. ``account_of(account, region)`` gives what operations work on; it runs in the loop, so it must be quick.

    pushed: told of each asynchronous call on behalf of a service: for whom, the region, the function as it was named, and the refusal if there was one.
    """

    account_of: Callable[[str, str], Any]
    operations: OperationTable
    wording: Wording
    credentials: Credentials
    elsewhere: Elsewhere
    names: Names
    threads: Executor
    sites: Sites | None = None
    open_paths: Mapping[str, OpenPath] = field(default_factory=dict)
    watched: Watched | None = None
    body_idle_s: float = IDLE_S
    pushed: Callable[[OnBehalf, str, str, AwsError | None], None] = lambda behalf, region, function, refusal: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    network: Network | None = None


class Requests:
    """The ASGI end of it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: StarletteSend) -> None:
        if scope["type"] != "http":
            return
        request_id = str(uuid.uuid4())
        arrival = Arrival.of_scope(scope)
        close = (arrival.header("connection") or "").lower() == "close"
        try:
            answer = await self._answer(arrival, receive, request_id)
        except HungUp:
            return
        except AwsError as error:
            close = close or error.status == 408
            answer = self._refusal(error, arrival, request_id)
        except Exception as fault:
            log.exception("The door failed at %s %s", arrival.method, arrival.path)
            answer = self._refusal(ServiceException(f"Serverless Lab failed: {type(fault).__name__}: {fault}"), arrival, request_id)
        close = close or answer.status == 413
        await tell(answer, send, request_id, close=close)

    async def _answer(self, arrival: Arrival, receive: Any, request_id: str) -> Answering:
        parts = self._parts
        if parts.sites is not None and (address := parts.names.site(arrival)):
            return await parts.sites(address, arrival, self._body(arrival, receive, "execute-api"), request_id)
        parts.names.check(arrival)
        if parts.open_paths and (way := parts.open_paths.get(arrival.path.split("/", 2)[1])):
            return await way(arrival, self._body(arrival, receive, ""))
        now = parts.clock()
        if post_form.is_one(arrival):
            return await self._form(arrival, self._body(arrival, receive, "s3"), request_id, now)
        claim = read_v2(arrival, now) or signature.read(arrival, now)
        key = claim.key(parts.credentials)
        behalf = told_in(arrival.fields) if key is parts.credentials.companion else None
        account, principal = (behalf.source_account, behalf.service) if behalf else (key.account, key.principal)
        trace = arrival.header("x-amzn-trace-id") or ""
        caller = Caller(key.access_key, account, claim.region, claim.service, principal, request_id, arrival.peer, trace, behalf)
        body = self._body(arrival, receive, claim.service)
        if claim.service == "lambda":
            read = await body.hashed(parts.threads)
            claim.check(key, read.digest)
            if parts.watched is not None and (arrival.method, arrival.path) == ("GET", WATCHED_PATH):
                account = parts.account_of(caller.account, caller.region)
                return await asyncio.get_running_loop().run_in_executor(parts.threads, parts.watched, account, arrival, caller)
            return await self._lambda(arrival, caller, read.data)
        if claim.service != "s3" and is_lambda(arrival.path):
            raise InvalidSignatureException("Credential should be scoped to correct service: 'lambda'. ")
        if claim.payload is not None:
            claim.check(key, claim.payload)
            payload = streamed(body, claim.payload, declared=claim.body_is_declared and key.secret is not None)
        else:
            payload = await kept(body)
            claim.check(key, payload.digest)
        if parts.network is None:
            return await parts.elsewhere.forward(arrival, caller, payload)
        return parts.network.received(caller, await parts.elsewhere.forward(arrival, caller, parts.network.sent(caller, payload)))

    async def _form(self, arrival: Arrival, body: Body, request_id: str, now: datetime) -> Answering:
        form = await post_form.read(arrival, body)
        key = form.prove(self._parts.credentials, unquote(resource_of(arrival)).split("/")[1], now)
        caller = Caller(key.access_key, key.account, form.region, "s3", key.principal, request_id, arrival.peer)
        return await self._parts.elsewhere.forward(arrival, caller, form.payload)

    async def _lambda(self, arrival: Arrival, caller: Caller, body: bytes) -> Answering:
        parts = self._parts
        request = (arrival.method, arrival.path, arrival.query, arrival.fields, body)
        if len(body) < LARGE_BYTES:
            call = parts.wording.read(*request)
        else:
            call = await asyncio.get_running_loop().run_in_executor(parts.threads, parts.wording.read, *request)
        account = parts.account_of(caller.account, caller.region)
        try:
            result = await parts.operations.run(call.operation, account, call.request, caller, parts.threads)
        except AwsError as why:
            self._tell_pushed(caller, call, why)
            raise
        self._tell_pushed(caller, call, None)
        return parts.wording.write(call.operation, result)

    def _tell_pushed(self, caller: Caller, call: Call, refusal: AwsError | None) -> None:
        if caller.on_behalf is not None and call.request.get("InvocationType") == "Event":
            self._parts.pushed(caller.on_behalf, caller.region, str(call.request["FunctionName"]), refusal)

    def _body(self, arrival: Arrival, receive: Any, service: str) -> Body:
        limit = _MAX_BYTES.get(service, SERVICE_REQUEST_MAX_BYTES)

        def too_large() -> AwsError:
            text = f"Request must be smaller than {limit} bytes"
            if service == "lambda" and (operation := operation_at(arrival.method, arrival.path)):
                text += f" for the {'InvokeFunction' if operation == 'Invoke' else operation} operation"
            return RequestEntityTooLargeException(text)

        return Body(arrival, receive, limit, too_large, self._parts.body_idle_s)

    def _refusal(self, error: AwsError, arrival: Arrival, request_id: str) -> Answering:
        service = _service_of(arrival)
        return self._parts.wording.refuse(error) if service == "lambda" else dialects.say(error, arrival, service, request_id)


def _service_of(arrival: Arrival) -> str | None:
    """The service that a request means, whether or not it is signed well."""
    credential = (arrival.header("authorization") or arrival.query.replace("%2F", "/")).partition("Credential=")[2].split("/", 4)
    service = credential[3] if len(credential) == 5 else "s3" if "AWSAccessKeyId=" in arrival.query or post_form.is_one(arrival) else None
    return "lambda" if service != "s3" and is_lambda(arrival.path) else service


def application(parts: Parts) -> Router:
    """The ASGI application: Starlette's router for its lifespan, without its routes. Whose path means what is told by the signature, not by the path."""

    @asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        async with parts.elsewhere.open():
            yield

    return Router(default=Requests(parts), redirect_slashes=False, lifespan=lifespan)
