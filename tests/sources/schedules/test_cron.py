"""AWS's cron: the guide's examples, and any expression against looking at every minute."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.sources.schedules.cron import parsed

START = datetime(2026, 11, 26, 12, 0)


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ("0 10 * * ? *", ["2026-11-27 10:00", "2026-11-28 10:00"]),
        ("15 12 * * ? *", ["2026-11-26 12:15", "2026-11-27 12:15"]),
        ("0 18 ? * MON-FRI *", ["2026-11-26 18:00", "2026-11-27 18:00", "2026-11-30 18:00"]),
        ("0 8 1 * ? *", ["2026-12-01 08:00", "2027-01-01 08:00"]),
        ("0/15 * * * ? *", ["2026-11-26 12:15", "2026-11-26 12:30", "2026-11-26 12:45", "2026-11-26 13:00"]),
        ("0/5 8-17 ? * MON-FRI *", ["2026-11-26 12:05", "2026-11-26 12:10"]),
        ("0/30 20-2 ? * MON-FRI *", ["2026-11-26 20:00", "2026-11-26 20:30"]),
        ("0 9 ? * 2#1 *", ["2026-12-07 09:00", "2027-01-04 09:00"]),
        ("15 10 ? * 6L 2027-2028", ["2027-01-29 10:15", "2027-02-26 10:15"]),
        ("15 10 ? * FRI#5 *", ["2027-01-29 10:15", "2027-04-30 10:15"]),
        ("0 0 L * ? *", ["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-31 00:00", "2027-02-28 00:00"]),
        ("0 0 ? * L *", ["2026-11-28 00:00", "2026-12-05 00:00"]),
        ("0 0 LW * ? *", ["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-29 00:00"]),
        ("0 0 28W * ? *", ["2026-11-27 00:00", "2026-12-28 00:00", "2027-01-28 00:00", "2027-02-26 00:00"]),
        ("0 0 1W * ? *", ["2026-12-01 00:00", "2027-01-01 00:00", "2027-02-01 00:00", "2027-03-01 00:00", "2027-04-01 00:00", "2027-05-03 00:00"]),
        ("0 0 31W * ? *", ["2026-12-31 00:00", "2027-01-29 00:00", "2027-03-31 00:00"]),
        ("0 0 29 2 ? *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 0 1 1 ? 2030,2040", ["2030-01-01 00:00", "2040-01-01 00:00"]),
        ("0 0 1 JAN/6 ? *", ["2027-01-01 00:00", "2027-07-01 00:00"]),
        ("59 23 31 12 ? 2026", ["2026-12-31 23:59"]),
    ],
)
def test_examples(fields: str, due: list[str]) -> None:
    cron, at, found = parsed(fields), START, []
    for _ in due:
        following = cron.after(at)
        assert following is not None
        at = following
        found.append(at.strftime("%Y-%m-%d %H:%M"))
    assert found == due


@pytest.mark.parametrize("fields", ["0 0 30 2 ? *", "0 0 1 1 ? 2025", "0 0 31 4 ? 2027", "0 0 ? 2 MON#5 2027"])
def test_what_is_never_due(fields: str) -> None:
    assert parsed(fields).after(START) is None


@pytest.mark.parametrize(
    "fields",
    [
        "", "* * * * *", "* * * * * *", "* * ? * ? *", "60 * * * ? *", "* 24 * * ? *", "* * 32 * ? *", "* * 0 * ? *", "* * * 13 ? *", "* * ? * 8 *",
        "* * ? * 0 *", "* * ? * MON#6 *", "* * ? * MON# *", "* * ? * FOO *", "* * * FEV ? *", "* * * * ? 1969", "* * * * ? 2200", "0/0 * * * ? *",
        "a * * * ? *", "1- * * * ? *", ", * * * ? *", "-1 * * * ? *", "* * 32W * ? *", "* * W * ? *", "*-5 * * * ? *", "* * * * ? * *",
        "² * * * ? *", "* * ? * #1 *",
    ],
)  # fmt: skip
def test_what_is_no_cron(fields: str) -> None:
    with pytest.raises(ValueError):
        parsed(fields)


def numbers(low: int, high: int) -> st.SearchStrategy[tuple[str, set[int]]]:
    """A field with what it means."""
    one = st.integers(low, high)
    single = one.map(lambda number: (str(number), {number}))
    span = st.tuples(one, one).map(sorted).map(lambda ends: (f"{ends[0]}-{ends[1]}", set(range(ends[0], ends[1] + 1))))
    step = st.tuples(one, st.integers(1, high)).map(lambda told: (f"{told[0]}/{told[1]}", set(range(told[0], high + 1, told[1]))))
    piece = st.one_of(single, span, step)
    several = st.lists(piece, min_size=1, max_size=3).map(lambda pieces: (",".join(text for text, _ in pieces), set().union(*(held for _, held in pieces))))
    return st.one_of(st.just(("*", set(range(low, high + 1)))), several)


def is_near(day: datetime, wanted: int) -> bool:
    """Whether it is the weekday nearest to a day of its month, by looking at all of them."""
    last = calendar.monthrange(day.year, day.month)[1]
    weekdays = [number for number in range(1, last + 1) if calendar.weekday(day.year, day.month, number) < 5]
    return wanted <= last and day.day == min(weekdays, key=lambda number: (abs(number - wanted), number != wanted, -number if wanted < 3 else number))


day_fields = st.one_of(
    numbers(1, 31).map(lambda told: (told[0], "?", lambda at: at.day in told[1])),
    st.just(("L", "?", lambda at: (at + timedelta(days=1)).day == 1)),
    st.integers(1, 31).map(lambda near: (f"{near}W", "?", lambda at: is_near(at, near))),
    numbers(1, 7).map(lambda told: ("?", told[0], lambda at: at.isoweekday() % 7 + 1 in told[1])),
    st.integers(1, 7).map(lambda day: ("?", f"{day}L", lambda at: at.isoweekday() % 7 + 1 == day and (at + timedelta(days=7)).month != at.month)),
    st.tuples(st.integers(1, 7), st.integers(1, 5)).map(
        lambda told: ("?", f"{told[0]}#{told[1]}", lambda at: at.isoweekday() % 7 + 1 == told[0] and (at.day + 6) // 7 == told[1])
    ),
)


@settings(max_examples=150, deadline=None)
@given(numbers(0, 59), numbers(0, 23), day_fields, numbers(1, 12), st.datetimes(datetime(2023, 12, 1), datetime(2029, 1, 1)))
def test_it_is_due_when_looking_at_every_time_says_so(minute, hour, day, month, moment) -> None:  # type: ignore[no-untyped-def]
    cron = parsed(f"{minute[0]} {hour[0]} {day[0]} {month[0]} {day[1]} *")
    first = datetime(moment.year, moment.month, moment.day)
    expected = None
    for offset in range(400):
        at = first + timedelta(days=offset)
        if at.month in month[1] and day[2](at):
            times = [at.replace(hour=h, minute=m) for h in sorted(hour[1]) for m in sorted(minute[1])]
            expected = next((time for time in times if time > moment), None)
            if expected is not None:
                break
    found = cron.after(moment)
    assert found == expected or (expected is None and (found is None or found > first + timedelta(days=399)))
