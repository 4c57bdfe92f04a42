"""A request on its way to a function, and the pieces of it that every payload format is made of."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, unquote_plus

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TEXT_TYPES = ("application/json", "application/javascript", "application/xml")
_TEXT_SUFFIXES = ("+json", "+xml")
FRONT_HEADERS = ("x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto")
"""What AWS's front sets anew, whatever the client sent."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """``path`` (below the site's own base) and ``query`` are percent-encoded as sent; ``headers`` are (lower-case name, value), repeated ones too.

    spelling: names of headers as they were sent, by their lower-case form, where that is known.
    at_s: when it came, seconds of the epoch. trace: the X-Ray header of the call, which the function sees too.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str
    at_s: float
    trace: str = ""
    port: int = 443
    scheme: str = "https"
    spelling: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """By its lower-case name; repeated ones joined by a comma."""
        values = [value for held, value in self.headers if held == name]
        return ",".join(values) if values else None

    @property
    def user_agent(self) -> str:
        return self.header("user-agent") or ""

    @property
    def decoded_path(self) -> str:
        return unquote(self.path)


def seen_headers(request: HttpRequest) -> list[tuple[str, str]]:
    """What a function sees: the client's own without those of one connection, and what AWS's front adds."""
    kept = [pair for pair in request.headers if pair[0] not in {"connection", "transfer-encoding", "keep-alive", *FRONT_HEADERS}]
    forwarded = request.header("x-forwarded-for")
    added = (
        ("x-amzn-trace-id", request.trace.partition(";")[0]),
        ("x-forwarded-for", f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip),
        ("x-forwarded-port", str(request.port)),
        ("x-forwarded-proto", request.scheme),
    )
    return [*kept, *(pair for pair in added if pair[1])]


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each name once; values of repeated ones joined by a comma, in the order sent."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Each name once, with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Decoded names and values, in order; a name without ``=`` has an empty value."""
    pairs = (piece.partition("=") for piece in query.split("&") if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def cookies(request: HttpRequest) -> list[str]:
    """Each ``name=value`` by itself."""
    return [piece.strip() for name, value in request.headers if name == "cookie" for piece in value.split(";") if piece.strip()]


def is_text(content_type: str | None, *, otherwise: bool) -> bool:
    """Whether a body of this type is handed over as text (API Gateway: text, JSON, XML, JavaScript); ``otherwise``: without a type."""
    if not content_type:
        return otherwise
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(_TEXT_SUFFIXES)


def body_members(body: bytes, text: bool) -> tuple[str, bool]:
    """(``body``, ``isBase64Encoded``). Text that is not UTF-8 goes as base64 all the same."""
    if text:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def clf_time(at_s: float) -> str:
    """``12/Mar/2020:19:03:58 +0000``, whatever the process's language."""
    return _clf_time(int(at_s))


@lru_cache(maxsize=4)
def _clf_time(second: int) -> str:
    at = datetime.fromtimestamp(second, UTC)
    return f"{at.day:02}/{_MONTHS[at.month - 1]}/{at.year}:{at:%H:%M:%S} +0000"


def epoch_ms(at_s: float) -> int:
    return int(at_s * 1_000)


def without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
