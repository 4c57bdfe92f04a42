"""A request body as JSON: what may be wrong with the text itself, before any shape is asked."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import pybase64

from ..model.errors import SerializationException

_NOT_JSON = "Could not parse request body into json: "
_PACKAGE = re.compile(rb'"ZipFile"[ \t\r\n]*:[ \t\r\n]*"')
_PACKAGE_LEAST_BYTES = 65_536
_PACKAGE_PLACES = ("Code", "Content")
"""Where a package stands that is not the request's own member (botocore: FunctionCode, LayerVersionContentInput, UpdateFunctionCodeRequest)."""


def body_members_of(body: bytes) -> dict[str, Any]:
    """The object that ``body`` is; nothing, blank and ``null`` are an empty one. Of two members with one name the last counts.

    A large package is bytes already. Raises SerializationException: not JSON, NaN and Infinity, nested too deep, a number of over 4,300 digits, half a
    surrogate pair, no object.
    """
    if len(body) >= _PACKAGE_LEAST_BYTES and (members := _with_package(body)) is not None:
        return members
    if not body or body.isspace():
        return {}
    return _members_of(body)


def _with_package(body: bytes) -> dict[str, Any] | None:
    """The object with its ZipFile decoded, read without walking through the package as text; None where that is not to be had.

    An unescaped quote begins or ends a string. So after ``"ZipFile":`` a string reaches to the next quote, unless the text is no JSON at all: then what
    is left of it is none either, whatever stands in the string's place.
    """
    key = max(body.find(b'"ZipFile"'), 0)
    found = _PACKAGE.match(body, key)
    if found is None or body[key - 1 : key] == b"\\":
        return None
    begin = found.end()
    end = body.find(b'"', begin)
    if end - begin < _PACKAGE_LEAST_BYTES:
        return None
    mark = secrets.token_hex(16)
    try:
        members = _members_of(b"".join((body[:begin], mark.encode(), body[end:])))
        places = (members, *map(members.get, _PACKAGE_PLACES))
        place = next(place for place in places if isinstance(place, dict) and place.get("ZipFile") == mark)
        place["ZipFile"] = pybase64.b64decode(memoryview(body)[begin:end], validate=True)
    except (SerializationException, StopIteration, ValueError):
        return None
    return members


def _members_of(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        raise SerializationException(f"{_NOT_JSON}Invalid Unicode") from None
    except ValueError as why:
        raise SerializationException(f"{_NOT_JSON}{why}") from None
    except RecursionError:
        raise SerializationException(f"{_NOT_JSON}nested too deep") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SerializationException("Start of list found where not expected" if isinstance(value, list) else "Unexpected value type in payload")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Unrecognized token '{name}'")
