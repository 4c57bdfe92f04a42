"""Cost by the published prices."""

from __future__ import annotations

import pytest

from kernel_runtime.journal.cost import held_usd, invocation_usd, record_usd, snapshot_init_usd, snapshot_usd
from kernel_runtime.model.invocation import Restore, SnapshotRecord

from .records import record


def test_a_second_at_one_gb_costs_a_gb_second_and_a_request() -> None:
    assert invocation_usd(1_000, 1_024) == pytest.approx(0.0000166667 + 0.0000002)


def test_tmp_over_512_mb_is_paid_for() -> None:
    extra = invocation_usd(1_000, 128, ephemeral_mb=512 + 1_024) - invocation_usd(1_000, 128)
    assert extra == pytest.approx(0.0000000309)


def test_arm_is_cheaper() -> None:
    assert invocation_usd(1_000, 1_024, architecture="arm64") == pytest.approx(0.0000133334 + 0.0000002)


def test_a_record_costs_what_it_was_billed() -> None:
    assert record_usd(record(billed_ms=250, memory_mb=2_048)) == invocation_usd(250, 2_048)


def test_running_on_provisioned_concurrency_is_cheaper_and_holding_it_is_not_free() -> None:
    assert record_usd(record(start="provisioned", billed_ms=1_000, memory_mb=1_024)) == pytest.approx(0.0000097222 + 0.0000002)
    assert record_usd(record(start="provisioned", billed_ms=1_000, memory_mb=1_024, architecture="arm64")) == pytest.approx(0.0000077778 + 0.0000002)
    assert held_usd(10, 512, 3_600) == pytest.approx(10 * 0.5 * 3_600 * 0.0000041667)


def test_a_restore_is_paid_by_memory_and_a_snapshot_by_time() -> None:
    restored = record(start="restored", billed_ms=1_000, memory_mb=512, restore=Restore(20.0, 1))
    assert record_usd(restored) == pytest.approx(invocation_usd(1_000, 512) + 0.5 * 0.0001397998)
    assert snapshot_init_usd(SnapshotRecord("f", "1", 0.0, 2_000.0, 2_000, 512)) == pytest.approx(0.0000166667)
    assert snapshot_usd(2_048, 3_600) == pytest.approx(2 * 3_600 * 0.0000015046)
