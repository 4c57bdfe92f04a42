"""The token bucket."""

from __future__ import annotations

import pytest

from kernel_runtime.control.rates import Bucket


def test_it_is_full_at_first_and_refills_no_further_than_that() -> None:
    bucket = Bucket(2, 1, now=0.0)
    bucket.take(0.0)
    bucket.take(0.0)
    assert not bucket.has_one(0.5)
    assert bucket.wait_s(0.5) == pytest.approx(0.5)
    assert bucket.has_one(1.0)
    assert bucket.level(1_000.0) == 2


def test_a_smaller_one_keeps_what_fits() -> None:
    bucket = Bucket(10, 10, now=0.0)
    bucket.resize(3, 3, 0.0)
    assert bucket.level(0.0) == 3


def test_one_without_a_rate_names_no_wait() -> None:
    assert Bucket(0, 0, now=0.0).wait_s(1.0) == 0.0
