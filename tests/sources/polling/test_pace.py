"""How many batches are in flight at once."""

from __future__ import annotations

from kernel_runtime.sources.polling.pace import CEILING, FIRST, Pace


def test_five_at_first_and_three_hundred_more_a_minute_while_more_waits() -> None:
    pace = Pace()
    assert pace.places() == FIRST
    assert pace.full(0.0) == 0.2
    pace.full(60.0)
    assert pace.places() == FIRST + 300
    pace.full(3_600.0)
    assert pace.places() == CEILING


def test_it_grows_in_small_steps_as_in_large_ones() -> None:
    pace = Pace()
    for step in range(601):
        assert 0 < pace.full(step / 10) <= 0.2
    assert FIRST + 299 <= pace.places() <= FIRST + 300


def test_nothing_grows_while_there_are_places() -> None:
    pace = Pace()
    pace.full(0.0)
    pace.full(2.0)
    assert pace.places() == 15
    pace.enough()
    pace.full(60.0)
    assert pace.places() == 15
    pace.empty()
    assert pace.places() == FIRST


def test_neither_the_mappings_maximum_nor_the_functions_reserve_is_passed() -> None:
    pace = Pace(ceiling=2)
    pace.full(0.0)
    pace.full(60.0)
    assert (pace.places(), pace.places(reserved=1), pace.places(reserved=100)) == (2, 1, 2)
    assert pace.places(reserved=0) == 1, "something is tried, and throttled"


def test_a_throttle_halves_what_is_in_flight_and_holds_it_for_a_while() -> None:
    pace = Pace()
    pace.full(0.0)
    pace.full(60.0)
    pace.throttled(40, 60.0)
    pace.throttled(40, 60.1)
    assert pace.places() == 20, "one wave of throttles counts once"
    assert pace.full(61.0) > 9
    pace.full(65.0)
    assert pace.places() == 20
    pace.full(74.0)
    assert pace.places() > 20
    for moment in range(100, 200, 20):
        pace.throttled(1, float(moment))
    assert pace.places() == 1
