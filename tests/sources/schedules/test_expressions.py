"""Rates, single times and cron on the clocks of a place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.sources.schedules.expressions import of_rule, of_schedule


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def following(expression: str, timezone: str, moment: str, count: int) -> list[str]:
    when, now, found = of_schedule(expression, timezone), at(moment), []
    for _ in range(count):
        due = when.after(now, now)
        assert due is not None
        now = due
        found.append(datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    return found


@pytest.mark.parametrize(("expression", "seconds"), [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3600), ("rate(2 days)", 172800)])
def test_rates(expression: str, seconds: int) -> None:
    when = of_rule(expression)
    assert when.after(1000.0, 1000.0) == 1000.0 + seconds
    assert when.after(1000.0 + 2.5 * seconds, 1000.0) == 1000.0 + 3 * seconds
    assert when.after(999.0, 1000.0) == 1000.0, "the anchor is the first time"


@given(st.integers(1, 100_000), st.floats(1.6e9, 2.2e9), st.integers(0, 10_000))
def test_a_rate_goes_on_from_each_of_its_times(minutes: int, anchor: float, count: int) -> None:
    when = of_rule(f"rate({minutes} minute{'s' if minutes > 1 else ''})")
    due = anchor + count * minutes * 60
    following = when.after(due, anchor)
    assert following is not None and following - due == pytest.approx(minutes * 60, abs=1e-3)


@pytest.mark.parametrize(
    "expression",
    ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(10 seconds)", "rate(5)", "rate(-5 minutes)", "rate(5 minutes) ", "rate (5 minutes)",
     "Rate(5 minutes)", "rate(1.5 hours)", "cron(* * * * *)", "at(2030-01-01T00:00:00)", "", "5 minutes", "rate(99999999999 days)"],
)  # fmt: skip
def test_what_a_rule_refuses(expression: str) -> None:
    with pytest.raises(ValueError):
        of_rule(expression)


def test_the_scheduler_takes_either_number() -> None:
    assert of_schedule("rate(1 minutes)", None) == of_schedule("rate(1 minute)", "UTC")


@pytest.mark.parametrize("expression", ["at(2030-01-01)", "at(2030-13-01T00:00:00)", "at(2030-01-01T00:00:00Z)", "at()", "rate(0 hours)", "cron(0 0 * * * *)"])
def test_what_the_scheduler_refuses(expression: str) -> None:
    with pytest.raises(ValueError):
        of_schedule(expression, None)


def test_a_time_zone_that_is_none() -> None:
    with pytest.raises(KeyError):
        of_schedule("rate(1 hour)", "Europe/Nowhere")


def test_a_single_time_is_due_once_on_the_clocks_of_its_place() -> None:
    when = of_schedule("at(2030-07-01T09:00:00)", "Europe/Berlin")
    assert when.after(at("2030-07-01T06:00:00"), 0) == at("2030-07-01T07:00:00")
    assert when.after(at("2030-07-01T07:00:00"), 0) is None


def test_cron_follows_the_clocks() -> None:
    assert following("cron(0 9 * * ? *)", "Europe/Berlin", "2026-10-23T12:00:00", 3) == ["2026-10-24T07:00:00", "2026-10-25T08:00:00", "2026-10-26T08:00:00"]
    assert following("cron(0 9 * * ? *)", "America/New_York", "2026-07-01T00:00:00", 1) == ["2026-07-01T13:00:00"]


def test_a_time_that_the_clocks_leave_out_is_skipped() -> None:
    """Scheduler User Guide, "Daylight saving time": in Berlin 2027-03-28 has no 02:30."""
    assert following("cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-26T12:00:00", 3) == ["2027-03-27T01:30:00", "2027-03-29T00:30:00", "2027-03-30T00:30:00"]


def test_a_time_that_comes_twice_counts_once() -> None:
    """In Berlin 2026-10-25 has 02:30 twice, at 00:30 and at 01:30 UTC."""
    assert following("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00", 2) == ["2026-10-25T00:30:00", "2026-10-26T01:30:00"]


@given(st.one_of(st.text(), st.builds("{}({})".format, st.sampled_from(["rate", "cron", "at"]), st.text("0123456789 */?LW#,-:T.adehimnorsuy", max_size=30))))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    for read in (of_rule, lambda given: of_schedule(given, "Europe/Berlin")):
        try:
            due = read(text).after(1_800_000_000.0, 1_800_000_000.0)
        except ValueError:
            continue
        assert due is None or 1_800_000_000.0 < due < 2.6e11


@pytest.mark.parametrize("expression", ["at(9999-12-31T23:59:59)", "at(1969-12-31T00:00:00)", "at(0001-01-01T00:00:00)"])
def test_times_that_cannot_be_written(expression: str) -> None:
    with pytest.raises(ValueError):
        of_schedule(expression, "America/New_York")
