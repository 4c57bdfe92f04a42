"""What next: the whole way of an event, tried with whatever may happen to it and a clock that only the test moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.sources.asynchronous.timetable import Again, GivenUp, Rules, after_error, after_refusal, back_off_s, before_running


def test_a_failing_event_is_retried_after_one_minute_and_two() -> None:
    rules = Rules()
    assert after_error(1, 0.0, 3.0, rules) == Again(63.0)
    assert after_error(2, 0.0, 66.0, rules) == Again(186.0)
    assert after_error(3, 0.0, 189.0, rules) == GivenUp("RetriesExhausted")


@pytest.mark.parametrize(("retries", "runs"), [(0, 1), (1, 2), (2, 3)])
def test_maximum_retry_attempts(retries: int, runs: int) -> None:
    assert after_error(runs, 0.0, 0.0, Rules(retries)) == GivenUp("RetriesExhausted")


def test_a_retry_that_would_come_too_late_is_not_waited_for() -> None:
    assert after_error(1, 0.0, 1.0, Rules(age_s=60)) == GivenUp("EventAgeExceeded")
    assert after_error(1, 0.0, 0.0, Rules(age_s=60)) == Again(60.0)


def test_a_refusal_backs_off_from_a_second_to_five_minutes() -> None:
    assert [back_off_s(n) for n in (1, 2, 3, 9, 10, 11, 10_000)] == [1, 2, 4, 256, 300, 300, 300]


def test_an_event_that_waited_too_long_for_its_turn_does_not_run() -> None:
    assert before_running(0.0, 60.0, Rules(age_s=60)) is None
    assert before_running(0.0, 60.1, Rules(age_s=60)) == GivenUp("EventAgeExceeded")


rules_given = st.builds(Rules, st.integers(0, 2), st.integers(60, 21_600).map(float))
happenings = st.lists(st.tuples(st.sampled_from(["error", "refusal"]), st.floats(0, 900)), max_size=120)


@given(rules_given, happenings)
def test_no_event_runs_too_often_or_too_late(rules: Rules, happened: list[tuple[str, float]]) -> None:
    """Each takes some time; the queue follows the timetable until the event is given up."""
    now, runs, refusals = 0.0, 0, 0
    for what, lasted_s in happened:
        assert now <= rules.age_s
        now += lasted_s
        if what == "error":
            runs, refusals = runs + 1, 0
            after = after_error(runs, 0.0, now, rules)
        else:
            refusals += 1
            after = after_refusal(refusals, 0.0, now, rules)
        if isinstance(after, GivenUp):
            assert after.condition in ("RetriesExhausted", "EventAgeExceeded")
            assert (after.condition == "RetriesExhausted") == (runs > rules.retries)
            return
        assert after.due_at > now
        assert runs <= rules.retries
        now = after.due_at
