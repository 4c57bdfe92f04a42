"""Entries of a journal as lines of JSON, and back: so that a journal can be shown where it did not happen.

The forms are read off the dataclasses themselves, so that a new fact or order needs nothing here. A field with its default value is left out.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from ..control import facts, orders
from .journal import Entry

Kind = TypeVar("Kind")
_KINDS = {kind.__name__: kind for kind in (*get_args(facts.Fact), *get_args(orders.Order))}


def to_line(entry: Entry) -> str:
    """One line of JSON, without its end."""
    return json.dumps([entry.seq, entry.now, _named(entry.fact), [_named(order) for order in entry.orders]], separators=(",", ":"))


def from_line(line: str) -> Entry:
    """What ``to_line`` told. Raises ValueError for anything else."""
    try:
        seq, now, fact, told = json.loads(line)
        return Entry(int(seq), float(now), _unnamed(fact), tuple(_unnamed(order) for order in told))
    except (TypeError, KeyError, AttributeError) as why:
        raise ValueError(f"no entry of a journal: {why}") from None


def to_plain(thing: Any) -> Any:
    """A dataclass of the model as what JSON can say."""
    if is_dataclass(thing):
        return {name: to_plain(value) for name, default in _defaults(thing.__class__) if (value := getattr(thing, name)) != default}
    if isinstance(thing, bytes):
        return base64.b64encode(thing).decode()
    if isinstance(thing, tuple | list):
        return [to_plain(item) for item in thing]
    return dict(thing) if isinstance(thing, Mapping) else thing


def from_plain(kind: type[Kind], plain: dict[str, Any]) -> Kind:
    """What ``to_plain`` told of a ``kind``. Raises TypeError, ValueError, and what the kind itself raises."""
    readers = _readers(kind)  # type: ignore[arg-type]
    return kind(**{name: readers[name](value) for name, value in plain.items() if name in readers})


def _named(thing: Any) -> list[Any]:
    return [type(thing).__name__, to_plain(thing)]


def _unnamed(told: list[Any]) -> Any:
    name, plain = told
    return from_plain(_KINDS[name], plain)


@cache
def _defaults(kind: type[Any]) -> list[tuple[str, Any]]:
    return [(field.name, field.default if field.default is not MISSING else _no_default) for field in fields(kind)]


_no_default = object()


@cache
def _readers(kind: type[Any]) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in fields(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        some = _reader(next(one for one in inner if one is not type(None)))
        return lambda value: None if value is None else some(value)
    if origin is tuple and inner[-1] is Ellipsis:
        item = _reader(inner[0])
        return lambda value: tuple(item(one) for one in value)
    if origin is tuple:
        each = [_reader(one) for one in inner]
        return lambda value: tuple(read(one) for read, one in zip(each, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return lambda value: MappingProxyType(dict(value))
    if is_dataclass(hint):
        return lambda value: from_plain(hint, value)  # type: ignore[arg-type]
    return base64.b64decode if hint is bytes else lambda value: value
