"""When calls arrive."""

from __future__ import annotations

import random

import pytest

from kernel_runtime.model.arrivals import burst, constant, from_list, poisson, ramp


def test_constant() -> None:
    assert list(constant(4, 1)) == [0.0, 0.25, 0.5, 0.75]
    assert len(list(constant(40, 10))) == 400


def test_poisson_has_its_rate_and_is_the_same_for_the_same_chance() -> None:
    times = list(poisson(100, 50, random.Random(1).random))
    assert times == list(poisson(100, 50, random.Random(1).random))
    assert 4_700 < len(times) < 5_300
    assert times == sorted(times) and times[-1] < 50


def test_a_ramp_is_denser_at_its_fast_end() -> None:
    times = list(ramp(0, 20, 10))
    assert len(times) == 100
    assert sum(t < 5 for t in times) == 25
    assert len(list(ramp(20, 0, 10))) == 100
    assert list(ramp(5, 5, 1)) == list(constant(5, 1))


def test_bursts() -> None:
    assert list(burst(3)) == [0.0, 0.0, 0.0]
    assert list(burst(2, every_s=1.5, times=2)) == [0.0, 0.0, 1.5, 1.5]


def test_a_list_is_sorted() -> None:
    assert list(from_list([2, 0.5])) == [0.5, 2.0]


@pytest.mark.parametrize(
    "bad",
    [
        lambda: constant(0, 1),
        lambda: constant(1, 0),
        lambda: constant(float("inf"), 1),
        lambda: constant(1e6, 1e6),
        lambda: poisson(-1, 1, random.random),
        lambda: ramp(-1, 5, 1),
        lambda: burst(0),
        lambda: burst(1, times=2),
        lambda: from_list([-1.0]),
        lambda: from_list([float("nan")]),
    ],
)
def test_what_makes_no_sense_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        list(bad())  # type: ignore[operator]
