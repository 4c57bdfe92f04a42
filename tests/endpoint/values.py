"""Random values of botocore's shapes that AWS would take, and requests as botocore's own serialiser puts them on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import prepare_request_dict
from botocore.model import OperationModel, Shape
from botocore.serialize import create_serializer
from hypothesis import strategies as st

from kernel_runtime.endpoint.constraints import bounds_of
from kernel_runtime.endpoint.patterns import python_pattern

_ITEMS = 3
_PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)
_MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def values(shape: Shape, allowed: bool = True) -> st.SearchStrategy[Any]:
    """Values of ``shape``, within its constraints if ``allowed``; an answer has none."""
    least, most = bounds_of(shape) if allowed else (None, None)
    match shape.type_name:
        case "structure":
            return _structures(shape, allowed)
        case "list":
            return st.lists(values(shape.member, allowed), min_size=int(least or 0), max_size=max(int(least or 0), min(_ITEMS, int(most or _ITEMS))))
        case "map":
            return st.dictionaries(values(shape.key, allowed), values(shape.value, allowed), min_size=int(least or 0), max_size=2)
        case "string":
            return _strings(shape, allowed)
        case "integer" | "long":
            return st.integers(-(2**31) if least is None else int(least), 2**31 - 1 if most is None else int(most))
        case "double" | "float":
            return st.floats(least, most, allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "blob":
            return st.binary(max_size=40)
        case "timestamp":
            return _MOMENTS.map(lambda moment: moment.replace(microsecond=0 if allowed else moment.microsecond // 1000 * 1000))
    raise AssertionError(shape.type_name)


def _structures(shape: Shape, allowed: bool) -> st.SearchStrategy[dict[str, Any]]:
    required = set(shape.required_members) if allowed else set()
    members = {name: _member(member, allowed) for name, member in shape.members.items()}
    return st.fixed_dictionaries(
        {name: each for name, each in members.items() if name in required}, optional={name: each for name, each in members.items() if name not in required}
    )


def _member(member: Shape, allowed: bool) -> st.SearchStrategy[Any]:
    location = member.serialization.get("location")
    if member.type_name == "string" and location == "header" and not member.enum:
        return st.text(_PRINTABLE, min_size=1, max_size=20) if "pattern" not in member.metadata or not allowed else values(member, allowed)
    if location == "statusCode":
        return st.just(200)
    return values(member, allowed).filter(lambda value: location not in ("uri", "querystring") or value not in ("", []))


def _strings(shape: Shape, allowed: bool) -> st.SearchStrategy[str]:
    if not allowed:
        return st.text(max_size=20)
    if shape.enum:
        return st.sampled_from(shape.enum)
    least, most = bounds_of(shape)
    low, high = int(least or 0), int(most or 100)
    if "pattern" not in shape.metadata:
        return st.text(min_size=low, max_size=max(low, min(high, 40)))
    return st.from_regex(python_pattern(shape.metadata["pattern"]), fullmatch=True).filter(lambda text: low <= len(text) <= high)


def on_the_wire(operation: OperationModel, request: dict[str, Any]) -> tuple[str, str, str, dict[str, str], bytes]:
    """(method, path, query, headers, body) as botocore sends ``request``: what ``Protocol.read`` takes."""
    sent = create_serializer("rest-json", include_validation=False).serialize_to_request(request, operation)
    prepare_request_dict(sent, "http://localhost:4566")
    url = urlsplit(sent["url"])
    body = sent["body"].encode() if isinstance(sent["body"], str) else bytes(sent["body"] or b"")
    return sent["method"], url.path, url.query, {name.lower(): value for name, value in sent["headers"].items()}, body
