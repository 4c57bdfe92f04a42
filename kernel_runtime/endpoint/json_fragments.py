"""Results as JSON text in the model's member order. Each shape becomes a closure once; None is left out.

Written as fragments and not by ``json.dumps`` because numbers must look as Java's: a timestamp is ``1.738324800123E9``.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from botocore.model import Shape

from .java_text import double_text
from .service import wire_name

Fragment = Callable[[Any], str]


def fragment_of(shape: Shape) -> Fragment:
    """value of ``shape`` -> JSON text. bytes become base64, datetimes seconds since 1970 (botocore: unixTimestamp) unless the shape says otherwise."""
    match shape.type_name:
        case "structure":
            return structure_of(shape.members.items())
        case "list":
            inner = fragment_of(shape.member)
            return lambda value: f"[{','.join(['null' if item is None else inner(item) for item in value])}]"
        case "map":
            return _map(fragment_of(shape.value))
        case "timestamp":
            return _TIMESTAMPS[shape.serialization.get("timestampFormat", "unixTimestamp")]
        case kind:
            return _SCALARS[kind]


def structure_of(members: Iterable[tuple[str, Shape]]) -> Fragment:
    """dict -> JSON object of ``members``."""
    named = list(members)
    compiled: list[tuple[str, str, Fragment]] | None = None

    def write(value: dict[str, Any]) -> str:
        nonlocal compiled
        if compiled is None:  # at first use, so that a shape may hold itself
            compiled = [(name, f"{encode_basestring(wire_name(name, member))}:", fragment_of(member)) for name, member in named]
        return f"{{{','.join([key + inner(value[name]) for name, key, inner in compiled if value.get(name) is not None])}}}"

    return write


def _map(inner: Fragment) -> Fragment:
    def write(value: dict[str, Any]) -> str:
        return f"{{{','.join([f'{encode_basestring(key)}:' + ('null' if item is None else inner(item)) for key, item in value.items()])}}}"

    return write


def _double(value: float | Decimal) -> str:
    number = float(value)
    text = double_text(number)
    return f'"{text}"' if number - number != 0 else text  # NaN and Infinity have no JSON number


def _seconds(moment: datetime) -> float:
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), 3)


def _iso8601(moment: datetime) -> str:
    return f'"{(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")}Z"'


def _rfc822(moment: datetime) -> str:
    return f'"{(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")}"'


_TIMESTAMPS: dict[str, Fragment] = {"unixTimestamp": lambda moment: double_text(_seconds(moment)), "iso8601": _iso8601, "rfc822": _rfc822}

_SCALARS: dict[str, Fragment] = {
    "string": encode_basestring,
    "integer": lambda value: str(int(value)),
    "long": lambda value: str(int(value)),
    "double": _double,
    "float": _double,
    "boolean": lambda value: "true" if value else "false",
    "blob": lambda value: f'"{binascii.b2a_base64(value, newline=False).decode()}"',
}
