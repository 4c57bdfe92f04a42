"""Whatever a journal holds comes back from its lines."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.control import facts, orders
from kernel_runtime.journal.entry_text import from_line, to_line
from kernel_runtime.journal.journal import Entry
from kernel_runtime.model.function import Function
from kernel_runtime.model.invocation import InitFailure, InvocationRecord, Restore, SnapshotRecord

FUNCTION = Function("f", "0" * 64, memory_mb=256, variables=MappingProxyType({"COLOUR": "blau ü"}), layers=("arn:aws:lambda:us-east-1:000000000000:layer:l:1",))
FAILURE = InitFailure("init", "error", 1.5, "Runtime.ExitError", b"\xff\x00printed")
RECORD = InvocationRecord(
    "id",
    "f",
    7,
    "cold",
    "error",
    1.7e9,
    2.5,
    3,
    128,
    40,
    init_ms=9.25,
    error_type="E",
    init_failures=(FAILURE, FAILURE),
    log=b"\xfe\n",
    qualifier="live",
    restore=Restore(2.5, 2, "error", "Runtime.AfterRestoreError", b"\xfe"),
)
SNAPSHOT = SnapshotRecord("f", "3", 1.7e9, 2.5, 3, 128, "timeout", log=b"\xfe\n")
GIVEN: dict[str, Any] = {
    "function": "f", "name": "f", "version": "3", "alias": "live", "qualifier": "live", "count": 5, "concurrency": 100, "available_mb": 1, "request_id": "id",
    "environment_id": 7, "init_ms": 1.25, "why": "idle", "alive": True, "record": RECORD, "start": "warm", "reason": "ConcurrentInvocationLimitExceeded",
    "time_s": 1.5, "weights": (("2", 0.25), ("3", 0.5)), "failure": FAILURE,
}  # fmt: skip


def examples() -> list[Any]:
    """One of each fact and order, with more than its defaults."""
    made = []
    for kind in (*get_args(facts.Fact), *get_args(orders.Order)):
        names = kind.__dataclass_fields__
        values = {name: GIVEN[name] for name in names if name in GIVEN}
        if kind is facts.FunctionPut:
            values["function"] = FUNCTION
        if kind is facts.SnapshotTaken:
            values["record"] = SNAPSHOT
        made.append(kind(**values))
    return made


@pytest.mark.parametrize("thing", examples(), ids=lambda thing: type(thing).__name__)
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
