"""The lab's own clock."""

from __future__ import annotations

import pytest

from kernel_runtime.model.errors import InvalidParameterValueException
from kernel_runtime.sources.clock import LabClock


def test_a_minute_is_a_second_at_60() -> None:
    passed = [0.0]
    clock = LabClock(60, wall=lambda: 1_000.0, monotonic=lambda: passed[0])
    passed[0] = 2.0
    assert clock.now() == 1_120.0
    assert clock.real_s(90) == 1.5
    assert clock.real_s(-5) == 0.0


def test_at_its_own_pace_it_is_the_walls() -> None:
    wall = [1_000.0]
    clock = LabClock(wall=lambda: wall[0])
    wall[0] = 5_000.0
    assert clock.now() == 5_000.0


@pytest.mark.parametrize("speed", [0, 0.5, -1, "fast", True, float("nan"), 1e9])
def test_a_speed_that_is_none_is_refused(speed: object) -> None:
    with pytest.raises(InvalidParameterValueException, match="how many times as fast"):
        LabClock(speed)  # type: ignore[arg-type]
