"""Request -> a dict with botocore's member names. Each shape becomes a closure once; a call walks no model.

Texts of SerializationException are AWS's own (its service framework, recorded on DynamoDB, Bedrock and Athena; Lambda's are not recorded).
Members that the shape does not have are ignored, and null is the same as absent, as AWS does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pybase64
from botocore.model import OperationModel, Shape, StructureShape

from ..model.errors import SerializationException
from .json_text import body_members_of
from .routes import Query
from .service import body_members, placed_members, wire_name

Parser = Callable[[Any], Any]
Reader = Callable[[dict[str, str], Query, Mapping[str, str], bytes], dict[str, Any]]

_WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
_INTEGERS = {"integer": ("Integer", 2**31), "long": ("Long", 2**63)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reader_of(operation: OperationModel) -> Reader:
    """(labels, query, headers with lower-case names, body) -> request. The reader raises SerializationException."""
    shape = operation.input_shape
    labels = [(name, wire_name(name, member), _TEXTS[member.type_name]) for name, member in placed_members(shape, "uri").items()]
    queries = [(name, wire_name(name, member), _query_parser(member)) for name, member in placed_members(shape, "querystring").items()]
    headers = [(name, wire_name(name, member).lower(), _TEXTS[member.type_name]) for name, member in placed_members(shape, "header").items()]
    read_body = _body_reader(shape)

    def read(sent_labels: dict[str, str], sent_query: Query, sent_headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        request: dict[str, Any] = {name: parse(sent_labels[wire]) for name, wire, parse in labels}
        if sent_query:
            for name, wire, parse_all in queries:
                if wire in sent_query:
                    request[name] = parse_all(sent_query[wire])
        for name, wire, parse in headers:
            text = sent_headers.get(wire)
            if text is not None:
                request[name] = parse(text)
        read_body(body, request)
        return request

    return read


def _body_reader(shape: StructureShape | None) -> Callable[[bytes, dict[str, Any]], None]:
    payload = shape.serialization.get("payload") if shape else None
    if shape is None or (payload is None and not body_members(shape)):
        return lambda body, request: None
    if payload is not None and shape.members[payload].type_name == "blob":
        always = payload in shape.required_members

        def read_blob(body: bytes, request: dict[str, Any]) -> None:
            if body or always:
                request[payload] = body

        return read_blob
    if payload is not None:
        parse = _parser_of(shape.members[payload])

        def read_structure(body: bytes, request: dict[str, Any]) -> None:
            if body:
                request[payload] = parse(body_members_of(body))

        return read_structure
    members = [(name, wire_name(name, member), _parser_of(member)) for name, member in body_members(shape).items()]

    def read_members(body: bytes, request: dict[str, Any]) -> None:
        sent = body_members_of(body)
        for name, wire, parse in members:
            value = sent.get(wire)
            if value is not None:
                request[name] = parse(value)

    return read_members


def _query_parser(member: Shape) -> Callable[[list[str]], Any]:
    if member.type_name == "list":
        item = _TEXTS[member.member.type_name]
        return lambda texts: [item(text) for text in texts]
    one = _TEXTS[member.type_name]
    return lambda texts: one(texts[0])


def _whole_text(kind: str) -> Callable[[str], int]:
    name, bound = _INTEGERS[kind]

    def parse(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not -bound <= int(text) < bound:
            raise SerializationException(f"STRING_VALUE cannot be converted to {name}")
        return int(text)

    return parse


def _boolean_text(text: str) -> bool:
    if text not in ("true", "false"):
        raise SerializationException("STRING_VALUE cannot be converted to Boolean")
    return text == "true"


def _timestamp_text(text: str) -> datetime:
    """RFC 3339 text (botocore: iso8601 is a query string's format)."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise SerializationException("STRING_VALUE cannot be converted to Timestamp") from None


def _as_sent(text: str) -> str:
    return text


_TEXTS: dict[str, Callable[[str], Any]] = {
    "string": _as_sent,
    "boolean": _boolean_text,
    "timestamp": _timestamp_text,
    "integer": _whole_text("integer"),
    "long": _whole_text("long"),
}
"""What stands in a path, a query string or a header."""


def _parser_of(shape: Shape) -> Parser:
    match shape.type_name:
        case "structure":
            return _structure(shape)
        case "list":
            return _list(_parser_of(shape.member))
        case "map":
            return _map(_parser_of(shape.value))
        case "integer" | "long":
            return _whole(shape.type_name)
        case kind:
            return _SCALARS[kind]


def _structure(shape: StructureShape) -> Parser:
    members: list[tuple[str, str, Parser]] | None = None

    def parse(value: Any) -> dict[str, Any]:
        nonlocal members
        if type(value) is not dict:
            raise _refused(value, None)
        if members is None:  # at first use, so that a shape may hold itself
            members = [(name, wire_name(name, member), _parser_of(member)) for name, member in shape.members.items()]
        return {name: inner(value[wire]) for name, wire, inner in members if value.get(wire) is not None}

    return parse


def _list(inner: Parser) -> Parser:
    def parse(value: Any) -> list[Any]:
        if type(value) is not list:
            raise _refused(value, None)
        return [None if item is None else inner(item) for item in value]

    return parse


def _map(inner: Parser) -> Parser:
    def parse(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise _refused(value, None)
        return {key: None if item is None else inner(item) for key, item in value.items()}

    return parse


def _string(value: Any) -> str:
    if type(value) is not str:
        raise _refused(value, "String")
    return value


def _whole(kind: str) -> Parser:
    name, bound = _INTEGERS[kind]

    def parse(value: Any) -> int:
        """A fraction is cut off, as AWS's framework does."""
        if type(value) is float and -bound <= value < bound:
            return int(value)
        if type(value) is not int or not -bound <= value < bound:
            raise _refused(value, name)
        return value

    return parse


def _double(value: Any) -> float:
    if type(value) not in (int, float) or not -1e308 <= value <= 1e308:
        raise _refused(value, "Double")
    return float(value)


def _boolean(value: Any) -> bool:
    if type(value) is str:
        raise SerializationException("Unexpected token received from parser")
    if type(value) is not bool:
        raise _refused(value, "Boolean")
    return value


def _blob(value: Any) -> bytes:
    if type(value) is bytes:  # a large package, decoded while the body was read
        return value
    if isinstance(value, dict | list):
        raise _refused(value, None)
    if type(value) is not str:
        raise SerializationException("only base-64-encoded strings are convertible to bytes")
    if len(value) % 4:
        raise SerializationException(f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(value)}")
    try:
        return pybase64.b64decode(value, validate=True)
    except ValueError:  # binascii.Error, or a character outside ASCII
        raise SerializationException("Invalid last non-pad Base64 character dectected") from None


def _timestamp(value: Any) -> datetime:
    """Seconds since 1970 (botocore: unixTimestamp is JSON's format)."""
    if type(value) not in (int, float):
        raise _refused(value, "Timestamp")
    try:
        return _EPOCH + timedelta(seconds=value)
    except (OverflowError, ValueError):
        raise _refused(value, "Timestamp") from None


_SCALARS: dict[str, Parser] = {"string": _string, "double": _double, "float": _double, "boolean": _boolean, "blob": _blob, "timestamp": _timestamp}


def _refused(value: Any, wanted: str | None) -> SerializationException:
    """``wanted`` is Java's name of the scalar that was expected, None for a list, a map or a structure."""
    if isinstance(value, dict):
        return SerializationException("Start of structure or map found where not expected")
    if isinstance(value, list):
        return SerializationException("Start of list found where not expected")
    if wanted is None:
        return SerializationException("Unexpected field type")
    return SerializationException(f"{_TOKENS[type(value)] if type(value) is not bool else str(value).upper() + '_VALUE'} cannot be converted to {wanted}")


_TOKENS = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}
