"""One wake-up at a time, the earliest."""

from __future__ import annotations

from kernel_runtime.control.alarm import Alarm
from kernel_runtime.control.orders import WakeAt


def test_only_an_earlier_one_is_asked_for() -> None:
    alarm = Alarm()
    assert alarm.ask(10.0) == [WakeAt(10.0)]
    assert alarm.ask(12.0) == []
    assert alarm.ask(5.0) == [WakeAt(5.0)]


def test_an_order_that_was_replaced_rings_for_nobody() -> None:
    alarm = Alarm()
    alarm.ask(5.0)
    assert alarm.rings(5.0)
    alarm.ask(20.0)
    assert not alarm.rings(10.0)
    assert alarm.rings(20.0)
