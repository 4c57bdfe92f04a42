"""What becomes of a batch of stream records: each rule by itself, and what holds for any function."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.sources.polling.stream_course import Piece, Policy, StreamRecord, Verdict, back_off_s


def records(count: int, first: int = 0) -> tuple[StreamRecord, ...]:
    return tuple(StreamRecord(str(number), "key", float(number), float(number), b"{}") for number in range(first, first + count))


def naming(*sequences: int) -> bytes:
    return json.dumps({"batchItemFailures": [{"itemIdentifier": str(one)} for one in sequences]}).encode()


def test_success_is_the_end_of_it_whatever_is_answered() -> None:
    assert Policy().judge(Piece(records(3)), True, naming(1)) == Verdict(3)
    assert Policy(reports=True).judge(Piece(records(3)), True, b"") == Verdict(3)


def test_a_failure_is_tried_again_without_end_or_until_attempts_are_used_up() -> None:
    piece = Piece(records(3))
    assert Policy().judge(piece, False, b"") == Verdict(0, (Piece(records(3), 1, 1),), pause=True)
    once = Policy(attempts=1)
    again = once.judge(piece, False, b"").left[0]
    assert once.judge(again, False, b"") == Verdict(0, given_up=Piece(records(3), 2, 2))
    assert Policy(attempts=0).judge(piece, False, b"").given_up == Piece(records(3), 1, 1)


def test_halving_uses_no_attempt_until_one_record_is_left() -> None:
    policy = Policy(attempts=0, bisects=True)
    verdict = policy.judge(Piece(records(5)), False, b"")
    assert verdict == Verdict(0, (Piece(records(2), 0, 1), Piece(records(3, 2), 0, 1)))
    assert policy.judge(Piece(records(1)), False, b"").given_up == Piece(records(1), 1, 1)


def test_what_precedes_the_lowest_identifier_is_done() -> None:
    policy = Policy(reports=True)
    assert policy.judge(Piece(records(5), 3, 3), True, naming(4, 2)) == Verdict(2, (Piece(records(3, 2), 1, 4),), pause=True)
    assert policy.judge(Piece(records(5), 3, 3), True, naming(0)) == Verdict(0, (Piece(records(5), 4, 4),), pause=True)
    assert policy.judge(Piece(records(5)), True, naming(7)) == Verdict(0, (Piece(records(5), 1, 1),), pause=True), "an unknown one fails all"
    halving = Policy(reports=True, bisects=True)
    assert halving.judge(Piece(records(5)), True, naming(2)) == Verdict(2, (Piece(records(3, 2), 0, 1),))


def test_age() -> None:
    assert Policy().expired(records(5), 1e9) == 0
    assert [Policy(age_s=60).expired(records(5), now) for now in (60.0, 61.0, 63.5, 1e9)] == [0, 1, 4, 5]


def test_rests_grow_to_a_minute() -> None:
    assert [back_off_s(times) for times in (1, 2, 3, 7, 10_000)] == [1.0, 2.0, 4.0, 60.0, 60.0]


@given(st.sets(st.integers(0, 19)), st.integers(1, 20), st.booleans(), st.booleans(), st.integers(0, 3))
def test_each_record_ends_once_in_order_and_only_bad_ones_are_given_up_alone(bad: set[int], count: int, bisects: bool, reports: bool, attempts: int) -> None:
    """A function that fails exactly the bad records."""
    policy, left, ended, given_up = Policy(attempts=attempts, bisects=bisects, reports=reports), [Piece(records(count))], [], []
    for _ in range(10_000):
        if not left:
            break
        piece = left.pop(0)
        failing = [int(record.sequence) for record in piece.records if int(record.sequence) in bad]
        verdict = policy.judge(piece, reports or not failing, naming(*failing))
        ended += [int(record.sequence) for record in piece.records[: verdict.done]]
        if verdict.given_up is not None:
            given_up += [int(record.sequence) for record in verdict.given_up.records]
            ended += [int(record.sequence) for record in verdict.given_up.records]
        left[:0] = verdict.left
    assert ended == list(range(count))
    if bisects:
        assert set(given_up) == {number for number in bad if number < count}
