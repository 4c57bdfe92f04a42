"""What a function's result becomes as an HTTP answer (AWS: "Invoking Lambda function URLs"; "Lambda function response for format 2.0"; "… format 1.0").

Format 2.0 infers: what names no ``statusCode`` is the body itself. Format 1.0 does not. What cannot be an answer is ``Malformed``; each front has its own
status for that.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
STREAM_SEPARATOR = b"\0" * 8
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
REMAPPED = frozenset({"connection", "content-length", "date", "server", "www-authenticate"})
"""Headers that are AWS's own to say: a function's come out as ``x-amzn-Remapped-…`` (API Gateway: "known issues"; recorded for function URLs)."""
_DROPPED = frozenset({"transfer-encoding", "keep-alive", "upgrade", "te", "trailer", "proxy-connection"})
_BODILESS = frozenset({204, 304})
_BETWEEN_TOKENS = re.compile(rb'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')


class Malformed(Exception):
    """A result that is no answer; the text says why, for the lab's own view of it."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """``headers`` in order, repeated names too."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def inferred(result: bytes, content_type: str, *, remap: bool) -> HttpAnswer:
    """Format 2.0. ``content_type``: of an answer with a ``statusCode`` that names none. ``remap``: whether AWS's own headers are remapped or dropped."""
    try:
        held = json.loads(result)
    except (ValueError, RecursionError):
        return HttpAnswer(200, (("Content-Type", JSON),), result)
    if not isinstance(held, dict) or "statusCode" not in held:
        return HttpAnswer(200, (("Content-Type", JSON),), held.encode("utf-8", "replace") if isinstance(held, str) else _compact(result))
    headers = _single(held.get("headers"), remap)
    cookies = held.get("cookies") or []
    if not isinstance(cookies, list) or not all(isinstance(cookie, str) for cookie in cookies):
        raise Malformed("cookies is a list of strings")
    return _answer(held, [*headers, *(("Set-Cookie", cookie) for cookie in cookies)], content_type)


def explicit(result: bytes, content_type: str, *, remap: bool, decode: bool = True) -> HttpAnswer:
    """Format 1.0: ``{statusCode, headers?, multiValueHeaders?, body?, isBase64Encoded?}`` and nothing else. ``decode``: whether base64 is decoded."""
    try:
        held = json.loads(result)
    except (ValueError, RecursionError):
        raise Malformed("the result is not JSON") from None
    if not isinstance(held, dict) or "statusCode" not in held:
        raise Malformed("the result is an object with a statusCode")
    many = _many(held.get("multiValueHeaders"), remap)
    named = {(name.lower(), value) for name, value in many}
    alone = [pair for pair in _single(held.get("headers"), remap) if (pair[0].lower(), pair[1]) not in named]
    return _answer(held, [*alone, *many], content_type, decode=decode)


def streamed(result: bytes) -> HttpAnswer:
    """A function URL's InvokeMode RESPONSE_STREAM: bytes as they come, unless a prelude of JSON and eight NULs says status, headers and cookies.

    A result that was not streamed is not inferred from: its JSON is the body (recorded).
    """
    prelude, found, rest = result.partition(STREAM_SEPARATOR)
    if found and prelude.startswith(b"{"):
        try:
            held = json.loads(prelude)
        except ValueError:
            raise Malformed("what stands before the eight NULs is no JSON") from None
        text = json.dumps({"statusCode": 200, **held, "body": None})
        answer = inferred(text.encode(), "application/octet-stream", remap=True)
        return HttpAnswer(answer.status, answer.headers, b"" if answer.status in _BODILESS else rest)
    return HttpAnswer(200, (("Content-Type", "application/octet-stream"),), result)


def _compact(text: bytes) -> bytes:
    """Recorded: JSON that is the body itself is sent without the spaces that the runtime wrote between its tokens."""
    return _BETWEEN_TOKENS.sub(rb"\1", text)


def _answer(held: dict[str, Any], headers: list[tuple[str, str]], content_type: str, *, decode: bool = True) -> HttpAnswer:
    status = _status(held["statusCode"])
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = [("Content-Type", content_type), *headers]
    body = _body(held.get("body"), held.get("isBase64Encoded"), decode)
    return HttpAnswer(status, tuple(headers), b"" if status in _BODILESS else body)


def _status(given: Any) -> int:
    """A number, or a string of one (recorded: ``"418"``)."""
    try:
        status = int(given) if isinstance(given, int | str) and not isinstance(given, bool) else 0
    except ValueError:
        status = 0
    if not 200 <= status <= 599:
        raise Malformed(f"statusCode is {given!r}")
    return status


def _body(given: Any, encoded: Any, decode: bool) -> bytes:
    if given is None:
        return b""
    if not isinstance(given, str):
        raise Malformed("body is no string")
    if encoded is True and decode:
        try:
            return base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("body is not base64") from None
    return given.encode("utf-8", "replace")


def _single(given: Any, remap: bool) -> list[tuple[str, str]]:
    if given is None:
        return []
    if not isinstance(given, dict):
        raise Malformed("headers is no object")
    return [pair for name, value in given.items() for pair in _header(name, value, remap)]


def _many(given: Any, remap: bool) -> list[tuple[str, str]]:
    if given is None:
        return []
    if not isinstance(given, dict) or not all(isinstance(values, list) for values in given.values()):
        raise Malformed("multiValueHeaders is no object of lists")
    return [pair for name, values in given.items() for value in values for pair in _header(name, value, remap)]


def _header(name: str, value: Any, remap: bool) -> list[tuple[str, str]]:
    if value is None or name.lower() in _DROPPED:
        return []
    if not _TOKEN.match(name) or isinstance(value, dict | list):
        raise Malformed(f"the header {name!r} cannot be sent")
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if name.lower() in REMAPPED:
        return [(f"x-amzn-Remapped-{name}", text)] if remap else [] if name.lower() != "www-authenticate" else [(name, text)]
    return [(name, text)]
