"""The timetable, told the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kernel_runtime.sources.schedules.entry import Entry, rule_entry, schedule_entry
from kernel_runtime.sources.schedules.expressions import of_schedule
from kernel_runtime.sources.schedules.timetable import Timetable

NOW = 1_800_000_000.0
SCHEDULE = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/"


def rule(expression: str, **more: Any) -> Entry:
    told = {"Arn": "arn:aws:events:us-east-1:000000000000:rule/r", "ScheduleExpression": expression, "State": "ENABLED", **more}
    return rule_entry("000000000000", "us-east-1", told, [])


def schedule(expression: str, name: str = "s", **more: Any) -> Entry:
    return Entry(SCHEDULE + name, "000000000000", "us-east-1", expression, of_schedule(expression, None), ({},), starts_at_once=True, **more)


def table(*entries: Entry, **more: Any) -> Timetable:
    made = Timetable(**more)
    made.replace(lambda entry: True, entries, NOW)
    return made


def times(made: Timetable, now: float) -> list[float]:
    return [firing.scheduled - NOW for firing in made.take(now)]


def test_a_rules_rate_begins_one_period_after_it_was_made() -> None:
    made = table(rule("rate(1 minute)"))
    assert made.next_due() == NOW + 60
    assert times(made, NOW + 59.9) == []
    assert times(made, NOW + 60) == [60]
    assert times(made, NOW + 60) == []
    assert made.next_due() == NOW + 120


def test_a_schedules_rate_begins_at_once() -> None:
    made = table(schedule("rate(1 minute)"))
    assert times(made, NOW) == [0]
    assert made.next_due() == NOW + 60


def test_dates_bound_a_schedule() -> None:
    made = table(schedule("rate(1 minute)", start_s=NOW + 30, end_s=NOW + 150))
    assert [firing.is_last for firing in made.take(NOW + 30)] == [False]
    assert [(firing.scheduled - NOW, firing.is_last) for firing in made.take(NOW + 90)] == [(90, False)]
    assert [(firing.scheduled - NOW, firing.is_last) for firing in made.take(NOW + 150)] == [(150, True)]
    assert made.next_due() is None
    assert table(schedule("rate(1 minute)", start_s=NOW - 90)).next_due() == NOW + 30, "it goes on from a start that has passed"


def test_a_single_time() -> None:
    made = table(schedule("at(2027-01-15T08:00:10)"))
    assert [(firing.scheduled - NOW, firing.is_last) for firing in made.take(NOW + 20)] == [(10, True)]
    assert table(schedule("at(2027-01-15T07:00:00)")).next_due() is None, "it has passed"


def test_after_a_sleep_the_last_that_was_missed_is_made_up_for() -> None:
    made = table(rule("rate(1 minute)"))
    assert times(made, NOW + 3_601) == [3_600]
    assert made.next_due() == NOW + 3_660


def test_after_days_of_sleep_too() -> None:
    made = table(rule("rate(1 minute)"))
    assert times(made, NOW + 30 * 86_400 + 1) == [30 * 86_400]


def test_what_is_older_than_a_day_is_not_made_up_for() -> None:
    made = table(schedule("at(2027-01-15T08:00:10)"))
    assert times(made, NOW + 90_000) == []


def test_a_lab_that_is_late_itself_leaves_none_out() -> None:
    made = table(rule("rate(1 minute)"), catch_up_s=300)
    assert times(made, NOW + 200) == [60, 120, 180]


def test_a_lab_that_is_very_late_makes_up_for_the_last_hundred() -> None:
    assert times(table(rule("rate(1 minute)"), catch_up_s=1e6), NOW + 60 * 500) == [60 * minute for minute in range(401, 501)]


def test_a_clock_that_is_set_back_brings_nothing_twice() -> None:
    made = table(rule("rate(1 minute)"))
    assert times(made, NOW + 60) == [60]
    assert times(made, NOW) == []
    assert times(made, NOW + 60) == []


def test_a_disabled_one_is_not_due_and_begins_anew() -> None:
    one = schedule("rate(1 minute)")
    made = table(one)
    made.take(NOW)
    made.replace(lambda entry: True, [replace(one, enabled=False)], NOW + 10)
    assert made.next_due() is None
    made.replace(lambda entry: True, [one], NOW + 30)
    assert made.next_due() == NOW + 30


def test_another_target_changes_no_time() -> None:
    made = table(rule("rate(1 minute)"))
    made.replace(lambda entry: True, [replace(rule("rate(1 minute)"), targets=({"Arn": "x"},))], NOW + 30)
    (firing,) = made.take(NOW + 60)
    assert firing.entry.targets == ({"Arn": "x"},)


def test_what_is_gone_is_not_due_and_others_stay() -> None:
    made = table(rule("rate(1 minute)"), schedule("rate(1 hour)"))
    made.replace(lambda entry: entry.is_rule, [], NOW)
    assert [entry.name for entry, _ in made.planned()] == ["s"]
    made.clear()
    assert made.planned() == []


def test_a_flexible_window_moves_when_it_is_called_and_not_what_it_was_meant_for() -> None:
    made = table(schedule("at(2027-01-15T08:00:10)", window_s=600.0), chance=lambda: 0.5)
    assert made.next_due() == NOW + 310
    assert times(made, NOW + 310) == [10]


def test_what_the_scheduler_tells_of_a_schedule() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    told = {
        "Arn": f"{SCHEDULE}n", "ScheduleExpression": "cron(0 9 * * ? *)", "ScheduleExpressionTimezone": "Europe/Berlin", "State": "DISABLED",
        "Target": {"Arn": "x"}, "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
        "StartDate": moment, "EndDate": None, "ActionAfterCompletion": "DELETE",
    }  # fmt: skip
    entry = schedule_entry("000000000000", "us-east-1", told)
    assert (entry.name, entry.group, entry.enabled, entry.window_s, entry.start_s, entry.end_s) == ("n", "default", False, 300.0, moment.timestamp(), None)
    assert entry.deletes_itself and entry.starts_at_once and not entry.is_rule
    once = schedule_entry("000000000000", "us-east-1", {**told, "ScheduleExpression": "at(2029-01-01T00:00:00)"})
    assert once.start_s is None, "a single time knows no start"
