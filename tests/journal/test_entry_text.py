"""Whatever a journal holds comes back from its lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.control import facts, orders
from kernel_runtime.journal.entry_text import from_line, to_line
from kernel_runtime.journal.journal import Entry
from kernel_runtime.model.function import Function
from kernel_runtime.model.invocation import InvocationRecord

FUNCTION = Function("f", "0" * 64, memory_mb=256, variables=MappingProxyType({"COLOUR": "blau ü"}), layers=("arn:aws:lambda:us-east-1:000000000000:layer:l:1",))
PLAIN: dict[Any, Any] = {str: "text ü", int: 7, float: 1.25, bool: True, bytes: b"\xff\x00printed", Function: FUNCTION}


def sample(hint: Any) -> Any:
    """A value that is no field's default."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if origin is Literal:
        return inner[-1]
    if origin in (Union, UnionType):
        return sample(next(one for one in inner if one is not type(None)))
    if origin is tuple:
        return tuple(sample(one) for one in (inner[:1] * 2 if inner[-1] is Ellipsis else inner))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return MappingProxyType({"key": "value"})
    assert is_dataclass(hint), f"no example of {hint}"
    return made(hint)


def made(kind: Any) -> Any:
    hints = get_type_hints(kind)
    return kind(**{field.name: sample(hints[field.name]) for field in fields(kind)})


THINGS = [made(kind) for kind in (*get_args(facts.Fact), *get_args(orders.Order))]


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
def test_each_comes_back(thing: Any) -> None:
    is_fact = isinstance(thing, get_args(facts.Fact))
    entry = Entry(3, 12.5, thing if is_fact else facts.TimeReached(), () if is_fact else (thing, thing))
    line = to_line(entry)
    assert "\n" not in line and from_line(line) == entry


@settings(max_examples=100)
@given(st.binary(max_size=50), st.floats(0, 1e12), st.text(max_size=20))
def test_bytes_numbers_and_text(log: bytes, duration_ms: float, text: str) -> None:
    record = InvocationRecord("id", text, 7, "warm", "success", 1.7e9, duration_ms, 3, 128, 40, log=log, platform=text)
    entry = Entry(1, 0.5, facts.InvocationFinished(7, "id", True, record), (orders.WakeAt(duration_ms),))
    assert from_line(to_line(entry)) == entry


@pytest.mark.parametrize("line", ["", "{}", "[]", "null", '[1, 2, ["Nothing", {}], []]', '[1, 2, ["TimeReached", {}]]', '[1, 2, ["FunctionPut", 3], []]', "[1"])
def test_what_is_no_entry(line: str) -> None:
    with pytest.raises(ValueError):
        from_line(line)


def test_what_a_later_lab_says_more_is_passed_over() -> None:
    line = json.dumps([1, 0.5, ["FunctionDeleted", {"name": "f", "colour": "blue"}], []])
    assert from_line(line).fact == facts.FunctionDeleted("f")
