"""Every service that is not Lambda: passed on to the companion process, or to the endpoint that the user named. Streams both ways."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from ..account.ties import Tie
from . import handed_out, identity, scheduling, tie_list
from .answer import Answer, Answering
from .arrival import Arrival
from .caller import Caller
from .companion_process import CompanionProcess
from .credentials import Credentials
from .denials import ServiceUnavailableException
from .on_behalf import PREFIX
from .outside import Outside, by_signing_name
from .payload import Payload, nothing

HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
"""Headers that speak of one connection, not of the message (RFC 9110, 7.6.1)."""
_NOT_PASSED_BACK = HOP_BY_HOP | {"server"}
MAKES_APIS = {"apigateway", "cloudformation"}
"""Services whose calls may change what API Gateway has."""
_ASK_TIMEOUT_S = 2.0
_TIMEOUT = httpx.Timeout(connect=10, read=900, write=120, pool=None)
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=30)


class Services:
    """``endpoints`` are the user's own, by boto3's service names. ``door_url`` must be set before ``open``. ``changed``: told of a service, a region and an
    account whose schedules may have changed; of nothing where the companion has begun anew, and holds none."""

    def __init__(
        self, endpoints: Mapping[str, str], credentials: Credentials, changed: Callable[[str, str, str], None] = lambda service, region, account: None
    ) -> None:
        self.door_url = ""
        self._outside = by_signing_name(endpoints)
        self._credentials = credentials
        self._changes = 0
        self.gateway_owners: set[tuple[str, str]] = set()
        """Accounts and regions that may have APIs."""
        self._changed = changed
        self.companion = CompanionProcess(lambda: changed("", "", ""))
        self._near: httpx.AsyncClient | None = None
        self._far: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Connections to what is near (never by a proxy) and far; the companion is started by the first call that needs it."""
        self.companion.tell(self.door_url, self._credentials.owner, self._credentials.companion)
        async with (
            httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT, limits=_LIMITS) as self._near,
            httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS) as self._far,
        ):
            try:
                yield
            finally:
                await self.companion.stop()

    def ties(self) -> list[Tie]:
        """What the companion's services are to call; nothing where it does not run. From any thread."""
        try:
            origin = self.companion.known_origin
            answer = (
                httpx.get(origin, headers={tie_list.HEADER: self._credentials.companion.secret or ""}, timeout=_ASK_TIMEOUT_S, trust_env=False)
                if origin
                else None
            )
            return tie_list.read(answer.content) if answer is not None and answer.status_code == 200 else []
        except (httpx.HTTPError, ValueError):
            return []

    async def forward(self, arrival: Arrival, caller: Caller, payload: Payload) -> Answering:
        """The service's own answer. Raises ServiceUnavailableException, which names the mend, where there is none."""
        if outside := self._outside.get(caller.service):
            return await self._outward(outside, arrival, caller, payload)
        action = identity.action_of(arrival, payload.small or b"") if caller.service in {"sts", "iam"} else None
        if caller.service == "sts" and action == "GetCallerIdentity":
            return identity.caller_identity(caller)
        if caller.service in MAKES_APIS and arrival.method != "GET":
            self.gateway_owners.add((caller.account, caller.region))
        answer = await self._to_companion(arrival, caller, payload)
        self._changes += caller.service in MAKES_APIS and arrival.method != "GET"
        if answer.status_code < 400:
            for service in scheduling.may_change(caller.service, arrival, payload.small or b""):
                self._changed(service, caller.region, caller.account)
        if action in handed_out.ACTIONS:
            whole = b"".join([chunk async for chunk in answer.aiter_bytes()])
            handed_out.learn(self._credentials, caller, whole)
            kept = [pair for pair in _passed_back(answer) if pair[0].lower() not in {"content-encoding", "content-length"}]
            return Answer(answer.status_code, kept, whole)
        return Answer(answer.status_code, _passed_back(answer), _chunks(answer))

    @property
    def gateway_stamp(self) -> tuple[int, int | None]:
        """The same as long as no API can have changed."""
        return self._changes, self.companion.pid

    async def ask(self, service: str, account: str, region: str, path: str, query: str = "") -> tuple[int, Any]:
        """What the companion answers to a GET of ``account``: status and JSON, None where it is none."""
        arrival = Arrival("GET", path, query, (("host", f"{service}.{region}.amazonaws.com"), ("accept", "application/json")))
        answer = await self._to_companion(arrival, Caller(account, account, region, service, ""), nothing())
        whole = await answer.aread()
        try:
            return answer.status_code, json.loads(whole)
        except ValueError:
            return answer.status_code, None

    async def fetch(self, url: str) -> Any:
        """JSON from anywhere, such as an issuer's keys. Raises OSError where there is none."""
        assert self._far is not None
        try:
            answer = await self._far.get(url, timeout=10, follow_redirects=True)
            return answer.raise_for_status().json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise OSError(f"{url}: {error}") from None

    async def _outward(self, outside: Outside, arrival: Arrival, caller: Caller, payload: Payload) -> Answering:
        assert self._far is not None
        headers = outside.headers(arrival, caller, payload.digest)
        try:
            answer = await self._far.send(_request(outside.origin, arrival, headers, payload), stream=True)
        except httpx.HTTPError as error:
            raise ServiceUnavailableException(f"The endpoint {outside.origin}, named for {caller.service}, cannot be reached: {error}.") from error
        return Answer(answer.status_code, _passed_back(answer), _chunks(answer))

    async def _to_companion(self, arrival: Arrival, caller: Caller, payload: Payload) -> httpx.Response:
        """One that died before it took the request is started again, once."""
        assert self._near is not None
        headers = [pair for pair in arrival.headers if pair[0] not in {"x-moto-account-id", "accept-encoding"} and not pair[0].startswith(PREFIX)]
        headers += [("x-moto-account-id", caller.account), *requested_by(caller)]
        if arrival.header("authorization") is None:
            scope = f"{caller.access_key}/20000101/{caller.region}/{caller.service}/aws4_request"
            headers.append(("authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=presigned"))
        for attempt in (1, 2):
            origin = await self.companion.origin()
            try:
                return await self._near.send(_request(origin, arrival, headers, payload), stream=True)
            except httpx.ConnectError as error:
                if attempt == 2:
                    raise ServiceUnavailableException(f"The companion process that answers for {caller.service} cannot be reached: {error}.") from error
                await self.companion.lost()
            except httpx.HTTPError as error:
                raise ServiceUnavailableException(
                    f"The companion process that answers for {caller.service} broke off ({type(error).__name__}). It is started again by the next call, empty."
                ) from error
        raise AssertionError("unreachable")


def requested_by(caller: Caller) -> list[tuple[str, str]]:
    """What the companion cannot know of a request; S3 tells it in its events."""
    return [
        (f"{PREFIX}requester", identity.user_id(caller)),
        (f"{PREFIX}source-ip", caller.source_ip),
        (f"{PREFIX}request-id", caller.request_id.replace("-", "")),
    ]


def _request(origin: str, arrival: Arrival, headers: list[tuple[str, str]], payload: Payload) -> httpx.Request:
    """Path and query exactly as they arrived: they are part of what was signed, and S3 keys may hold anything."""
    passed = [(name.encode(), value.encode()) for name, value in headers if name not in HOP_BY_HOP | {"content-length"}]
    has_body = bool(payload.length) or (payload.length is None and arrival.header("transfer-encoding") is not None)
    if payload.length is not None and (has_body or arrival.method in {"POST", "PUT", "PATCH"}):
        passed.append((b"content-length", str(payload.length).encode()))
    target = arrival.path + (f"?{arrival.query}" if arrival.query else "")
    content = payload.chunks if has_body else None
    return httpx.Request(arrival.method, origin, headers=passed, content=content, extensions={"target": target.encode(), "timeout": _TIMEOUT.as_dict()})


def _passed_back(answer: httpx.Response) -> list[tuple[str, str]]:
    raw = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw]
    return [pair for pair in raw if pair[0].lower() not in _NOT_PASSED_BACK]


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()
