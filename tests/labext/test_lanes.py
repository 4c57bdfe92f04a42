"""The timeline's rows: each environment keeps one as long as it lives, and what cannot be seen is not drawn."""

from __future__ import annotations

from labext.lanes import LANES_MAX, PAUSE_MAX_S, PAUSE_MIN_S, SPANS_AN_UPDATE_MAX, Lanes


def test_a_life_is_drawn_from_init_to_end() -> None:
    lanes = Lanes()
    lanes.begin(7, "init", 1.0)
    lanes.change(7, "busy", 1.2)
    assert lanes.drawn(1.5) == ([("init", 1, 1.0, 1.2)], [("alive", 1, 1.0, 1.5), ("busy", 1, 1.2, 1.5)])
    lanes.change(7, "idle", 2.0)
    assert lanes.drawn(3.0) == ([("busy", 1, 1.2, 2.0)], [("alive", 1, 1.0, 3.0)])
    lanes.end(7, 4.0)
    assert lanes.drawn(5.0) == ([("alive", 1, 1.0, 4.0)], [])
    assert 7 not in lanes


def test_a_pause_too_short_to_be_seen_is_drawn_as_busy() -> None:
    lanes = Lanes()
    lanes.begin(1, "idle", 0.0)
    for n in range(100):
        lanes.change(1, "busy", n * 0.01)
        lanes.change(1, "idle", n * 0.01 + 0.005)
    ended, standing = lanes.drawn(1.0)
    assert ended == [] and standing[-1] == ("busy", 1, 0.0, 0.995)
    assert lanes.drawn(1.0 + PAUSE_MIN_S)[0] == [("busy", 1, 0.0, 0.995)]


def test_a_death_is_marked_once_and_the_place_stays() -> None:
    lanes = Lanes()
    lanes.begin(1, "init", 0.0)
    lanes.change(1, "busy", 0.1)
    lanes.killed(1, 1.0)
    lanes.killed(1, 1.01)
    ended, standing = lanes.drawn(2.0)
    assert [span for span in ended if span[0] == "killed"] == [("killed", 1, 1.0, 1.0)]
    assert standing == [("alive", 1, 0.0, 2.0)]
    lanes.change(1, "busy", 3.0)
    lanes.killed(1, 4.0)
    assert ("killed", 1, 4.0, 4.0) in lanes.drawn(5.0)[0]


def test_a_free_row_is_used_again_lowest_first() -> None:
    lanes = Lanes()
    for number in (1, 2, 3):
        lanes.begin(number, "idle", 0.0)
    lanes.end(2, 1.0)
    lanes.begin(4, "idle", 2.0)
    assert [lane for state, lane, *_ in lanes.drawn(3.0)[1] if state == "alive"] == [1, 3, 2]


def test_a_lost_host_ends_them_all() -> None:
    lanes = Lanes()
    for number in (1, 2):
        lanes.begin(number, "idle", 0.0)
    lanes.end_all(1.0)
    ended, standing = lanes.drawn(2.0)
    assert standing == [] and sorted(state for state, *_ in ended) == ["alive", "alive", "killed", "killed"]


def test_what_is_drawn_is_bounded_and_many_spans_make_it_coarser() -> None:
    lanes = Lanes()
    for number in range(2 * LANES_MAX):
        lanes.begin(number, "idle", 0.0)
    assert lanes.hidden == LANES_MAX
    for update in range(100):
        for number in range(2 * LANES_MAX):
            lanes.change(number, "busy", update)
            lanes.change(number, "idle", update + 0.1)
        ended, standing = lanes.drawn(update + 0.9)
        assert len(ended) <= SPANS_AN_UPDATE_MAX and len(standing) <= 2 * LANES_MAX
    assert lanes.pause_s == PAUSE_MAX_S
