"""A request body as JSON: what may be wrong with the text itself, before any shape is asked."""

from __future__ import annotations

import json
from typing import Any

from ..model.errors import SerializationException

_NOT_JSON = "Could not parse request body into json: "


def body_members_of(body: bytes) -> dict[str, Any]:
    """The object that ``body`` is; nothing, blank and ``null`` are an empty one. Of two members with one name the last counts.

    Raises SerializationException: not JSON, NaN and Infinity, nested too deep, a number of over 4,300 digits, half a surrogate pair, no object.
    """
    if not body or body.isspace():
        return {}
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
