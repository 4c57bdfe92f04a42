"""A request of any members at all on its way to an operation: what a serialiser that checks nothing would send."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from botocore.model import OperationModel

from kernel_runtime.endpoint.service import body_members, placed_members, wire_name

Sent = tuple[str, str, str, dict[str, str], bytes]


def unchecked(operation: OperationModel, request: Mapping[str, Any]) -> Sent:
    """(method, path, query, headers, body). Members by botocore's names, whatever their types; those of the body may be anything that JSON can say."""
    shape = operation.input_shape
    path, _, asked = operation.http["requestUri"].partition("?")
    for name, member in placed_members(shape, "uri").items():
        path = path.replace(f"{{{wire_name(name, member)}}}", quote(_text(request.get(name, "")), safe=""))
    fields = [(wire_name(name, member), request[name]) for name, member in placed_members(shape, "querystring").items() if name in request]
    pairs = [(name, _text(one)) for name, value in fields for one in (value if isinstance(value, list) else [value])]
    query = "&".join(filter(None, (asked, urlencode(pairs))))
    headers = {wire_name(name, member): _line(_text(request[name])) for name, member in placed_members(shape, "header").items() if name in request}
    return operation.http["method"], path, query, headers, _body(operation, request)


def _body(operation: OperationModel, request: Mapping[str, Any]) -> bytes:
    shape = operation.input_shape
    payload = shape.serialization.get("payload") if shape else None
    if payload is not None:
        value = request.get(payload, b"")
        return value if isinstance(value, bytes) else _json(value)
    members = {wire_name(name, member): request[name] for name, member in body_members(shape).items() if name in request}
    return _json(members) if members else b""


def _json(value: Any) -> bytes:
    return json.dumps(value, default=lambda told: base64.b64encode(told).decode() if isinstance(told, bytes) else str(told)).encode("utf-8", "replace")


def _line(text: str) -> str:
    """A header cannot hold more than one."""
    return "".join(character if character.isprintable() else " " for character in text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
