"""Whose turn it is, with times that the test passes in."""

from __future__ import annotations

from kernel_runtime.sources.asynchronous.accepted import Accepted
from kernel_runtime.sources.asynchronous.lane import REST_S, Lane


def event(number: int, due_at: float = 0.0) -> Accepted:
    return Accepted(number, "000000000000", "us-east-1", "f", "", b"{}", f"id-{number}", "", 0.0, due_at)


def test_events_run_in_order_as_far_as_the_limit() -> None:
    lane = Lane("f")
    events = [event(number) for number in range(3)]
    for one in events:
        lane.put(one, 0.0)
    assert [lane.next(0.0, 2, 1_000), lane.next(0.0, 2, 1_000), lane.next(0.0, 2, 1_000)] == [events[0], events[1], None]
    lane.ran(events[0])
    assert lane.next(0.0, 2, 1_000) is events[2]
    assert lane.backlog == 0


def test_a_retry_has_its_turn_when_it_is_due() -> None:
    lane = Lane("f")
    lane.put(event(1, 60.0), 0.0)
    assert lane.next(59.9, 10, 1_000) is None
    assert lane.wakes_at(59.9) == 60.0
    assert (lane.backlog, lane.oldest_s(59.0)) == (1, 59.0)
    assert lane.next(60.0, 10, 1_000) is not None


def test_after_a_throttle_it_rests_and_has_fewer_in_flight() -> None:
    lane = Lane("f")
    for number in range(10):
        lane.put(event(number), 0.0)
    running = [lane.next(0.0, 4, 1_000) for _ in range(4)]
    assert running[3] is not None
    lane.refused(running[3], 0.0)
    assert lane.next(0.0, 4, 1_000) is None
    assert lane.wakes_at(0.0) == REST_S
    assert lane.next(REST_S, 4, 1_000) is None, "three in flight are as many as were let through"
    assert running[0] is not None
    lane.ran(running[0])
    assert lane.next(0.0, 4, 1_000) is not None, "an end of one of its own lets it go on, and with more"
    assert lane.next(0.0, 4, 1_000) is not None


def test_a_throttle_with_nothing_in_flight_lets_one_through_a_second() -> None:
    lane = Lane("f")
    for number in range(1_000):
        lane.put(event(number), 0.0)
    tried = 0
    for tenth in range(100):
        now = tenth / 10
        while (one := lane.next(now, 1_000, 1_000)) is not None:
            tried += 1
            lane.refused(one, now)
    assert tried == 10


def test_a_burst_does_not_start_an_environment_for_each_of_its_events() -> None:
    lane = Lane("f")
    for number in range(1_000):
        lane.put(event(number), 0.0)

    def let_through(now: float, idle: int) -> int:
        begun = 0
        while lane.next(now, 1_000, idle) is not None:
            begun += 1
        for _ in range(begun):
            lane.begun()
        return begun

    assert let_through(0.0, 0) == 10
    assert lane.wakes_at(0.0) == 0.01
    assert let_through(0.05, 0) == 5
    assert let_through(0.05, 3) == 3, "idle ones are used at once"
    assert let_through(5.0, 0) == 10, "what was not used is not saved up"
