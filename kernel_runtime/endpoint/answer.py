"""An answer on its way out, and how it is told to an ASGI server: AWS's order and spelling of headers, one request id, kept-alive connections."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Protocol

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = Mapping[str, str] | Iterable[tuple[str, str]]


class Answering(Protocol):
    """What an operation's result becomes: ``body`` is bytes, or chunks that are sent as they come."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def body(self) -> bytes | AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The plain form of it."""

    status: int
    headers: Headers = ()
    body: bytes | AsyncIterator[bytes] = b""


async def tell(answer: Answering, send: Send, request_id: str, *, close: bool) -> None:
    """``Date``, ``Content-Type``, ``Content-Length``, ``Connection`` and ``x-amzn-RequestId`` come first, as Lambda sends them; the rest as given.
    An empty x-amzn-RequestId is left out."""
    body = answer.body
    given = list(answer.headers.items() if isinstance(answer.headers, Mapping) else answer.headers)
    names = {name.lower(): value for name, value in given}
    head = [("Date", names.get("date") or _date(int(time.time())))]
    if content_type := names.get("content-type"):
        head.append(("Content-Type", content_type))
    length = names.get("content-length") or (str(len(body)) if isinstance(body, bytes) and answer.status != 204 else None)
    if length is not None:
        head.append(("Content-Length", length))
    head.append(("Connection", "close" if close else "keep-alive"))
    if told := names.get("x-amzn-requestid", request_id):
        head.append(("x-amzn-RequestId", told))
    first = {"date", "content-type", "content-length", "connection", "x-amzn-requestid"}
    head += [pair for pair in given if pair[0].lower() not in first]
    await send({"type": "http.response.start", "status": answer.status, "headers": [(name.encode("latin-1"), _bytes(value)) for name, value in head]})
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
        return
    async for chunk in body:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


def _bytes(value: str) -> bytes:
    """A header's value on the wire: what breaks a line or was never a character cannot be sent."""
    return value.replace("\r", " ").replace("\n", " ").replace("\0", " ").encode("utf-8", "replace").strip()
