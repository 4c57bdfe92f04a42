"""What happens around invocations, counted for CloudWatch."""

from __future__ import annotations

from kernel_runtime.journal import measures
from kernel_runtime.journal.measures import Measures


def test_values_come_together_by_minute_and_are_taken_once() -> None:
    counted = Measures()
    for at, value in ((60.0, 5.0), (119.0, 7.0), (120.0, 1.0)):
        counted.add("AsyncEventAge", "f", at=at, value=value, unit="Milliseconds")
    taken = counted.take()
    age = taken["AsyncEventAge", (("FunctionName", "f"),), 60]
    assert (age.count, age.total, age.least, age.most, age.unit) == (2, 12.0, 5.0, 7.0, "Milliseconds")
    assert {(dimensions, minute) for _, dimensions, minute in taken} == {
        (dimensions, minute) for minute in (60, 120) for dimensions in ((), (("FunctionName", "f"),), (("FunctionName", "f"), ("Resource", "f")))
    }
    assert counted.take() == {}


def test_only_the_finest_where_that_is_wanted_and_an_alias_is_a_resource() -> None:
    counted = Measures()
    counted.add("AsyncEventsReceived", "f", "live", at=0.0)
    assert list(counted.take(finest_only=True)) == [("AsyncEventsReceived", (("FunctionName", "f"), ("Resource", "f:live")), 0)]


def test_what_nobody_takes_is_bounded() -> None:
    counted = Measures()
    for minute in range(measures.KEYS_MAX + 5):
        counted.add("AsyncEventsReceived", "f", at=minute * 60.0)
    assert min(minute for _, _, minute in counted.take()) == 5 * 60
