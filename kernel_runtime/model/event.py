"""An event on its way in: from what the caller holds to the JSON bytes that a handler's runtime parses."""

from __future__ import annotations

import json
from typing import Any

from .errors import InvalidRequestContentException, RequestTooLargeException
from .json_faults import fault_text
from .limits import ASYNC_REQUEST_MAX_BYTES, REQUEST_MAX_BYTES

_NOT_JSON = "Could not parse request body into json: Could not parse payload into json: "
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def event_bytes(event: Any) -> bytes:
    """``event`` as JSON text. bytes are JSON text already and are checked; None is the empty body, which Lambda takes as ``{}``.

    Raises InvalidRequestContentException where JSON cannot say it, RequestTooLargeException over 6,291,456 bytes (AWS: "Lambda quotas").
    """
    if event is None:
        return b"{}"
    if isinstance(event, bytes | bytearray | memoryview):
        raw = bytes(event)
        if raw.strip():
            _check_json(raw)
        else:
            raw = b"{}"
    else:
        try:
            raw = _encode(event).encode()
        except (TypeError, ValueError, RecursionError) as why:
            raise InvalidRequestContentException(f"{_NOT_JSON}{why}") from None
    if len(raw) > REQUEST_MAX_BYTES:
        raise RequestTooLargeException(f"Request must be smaller than {REQUEST_MAX_BYTES} bytes for the InvokeFunction operation")
    return raw


def asynchronous_event_bytes(event: Any) -> bytes:
    """``event_bytes`` for an asynchronous invocation. Raises RequestTooLargeException over 1 MB (AWS: "Lambda quotas")."""
    raw = event_bytes(event)
    if len(raw) > ASYNC_REQUEST_MAX_BYTES:
        raise RequestTooLargeException(f"{len(raw)} byte payload is too large for the Event invocation type (limit {ASYNC_REQUEST_MAX_BYTES} bytes)")
    return raw


def _check_json(raw: bytes) -> None:
    try:
        json.loads(raw, parse_constant=_refuse_constant)
    except ValueError as why:
        raise InvalidRequestContentException(f"{_NOT_JSON}{fault_text(raw, why)}") from None
    except RecursionError as why:
        raise InvalidRequestContentException(f"{_NOT_JSON}{why}") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Non-standard token '{name}': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow")
