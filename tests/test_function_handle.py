"""Versions and aliases in the notebook's words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from kernel_runtime import FunctionHandle, Lab
from kernel_runtime.model.errors import ResourceNotFoundException, SnapshotFailed

VERSION = "def handler(event, context):\n    return context.function_version\n"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def fn(lab: Lab) -> FunctionHandle:
    """A function with versions 1 and 2."""
    if "versions" in lab.functions:
        lab.delete("versions")
    fn = lab.function("versions", source=VERSION)
    assert fn.publish() == "1"
    fn.configure(timeout_s=9)
    assert fn.publish("second") == "2"
    return fn


def test_publishing_again_gives_the_newest(fn: FunctionHandle) -> None:
    assert fn.publish() == "2"


def test_a_version_stays_as_it_was(lab: Lab, fn: FunctionHandle) -> None:
    lab.function("versions", source="def handler(event, context):\n    return 'new'\n")
    assert [fn.invoke({}, qualifier=by).payload for by in (None, "1", "2")] == ["new", "1", "2"]


def test_a_version_with_snap_start_is_there_with_its_snapshot(lab: Lab) -> None:
    fn = lab.function("fast", source=VERSION, runtime="python3.13", snap_start=True)
    outcome = fn.invoke({}, qualifier=fn.publish())
    assert (outcome.start, outcome.payload) == ("restored", "1") and outcome.report.restore_ms
    fn.configure(snap_start=False)
    assert fn.invoke({}, qualifier=fn.publish()).start == "cold"


def test_a_snapshot_that_cannot_be_made(lab: Lab) -> None:
    fn = lab.function("slow", source="raise ValueError('no database')", runtime="python3.13", snap_start=True)
    with pytest.raises(SnapshotFailed, match=r"version 1 of slow cannot be called: .* lab.logs\('slow'\)"):
        fn.publish()
    assert "[ERROR] ValueError: no database" in lab.logs("slow")


def test_an_alias_is_invoked_and_moved(fn: FunctionHandle) -> None:
    live = fn.alias("live", "1")
    assert fn.invoke({}, qualifier=live).payload == "1"
    fn.alias(live, "1", {"2": 1.0})
    assert asyncio.run(fn.ainvoke({}, qualifier=live)).payload == "2"
    assert fn.invoke({}, live).record.qualifier == "live"


def test_a_qualifier_that_is_not_there(fn: FunctionHandle) -> None:
    with pytest.raises(ResourceNotFoundException, match=r"Function not found: .*:versions:9"):
        fn.invoke({}, qualifier="9")
    with pytest.raises(ResourceNotFoundException, match=r"Function not found: .*:versions:9"):
        fn.alias("live", "9")
