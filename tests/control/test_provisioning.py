"""What a transcript would be too long for: the pace of provisioning, and the account while it is in progress."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel_runtime.control import facts
from kernel_runtime.control.controller import Controller
from kernel_runtime.control.invariants import broken
from kernel_runtime.control.orders import Order, Provision, Run, Start, Throttle, WakeAt
from kernel_runtime.model.function import Function

F = Function("f", "0")


def controller_with(account_concurrency: int, count: int) -> tuple[Controller, list[Order]]:
    controller = Controller(account_concurrency)
    controller.step(facts.FunctionPut(F), 0.0)
    controller.step(facts.FunctionPut(replace(F, version="1")), 0.0)
    return controller, controller.step(facts.ProvisionedPut("f", "1", count), 0.0)


def test_six_thousand_a_minute_and_the_rest_later() -> None:
    controller, orders = controller_with(10_000, 6_025)
    assert sum(isinstance(order, Provision) for order in orders) == 6_000
    now, begun = 0.0, 6_000
    while begun < 6_025:
        (wake,) = (order for order in orders if isinstance(order, WakeAt))
        assert wake.time_s == pytest.approx(now + 0.1)
        now = wake.time_s
        orders = controller.step(facts.TimeReached(), now)
        begun += sum(isinstance(order, Provision) for order in orders)
    assert begun == 6_025 and now == pytest.approx(0.3) and not broken(controller)
    assert controller.provisioned("f", "1").status == "IN_PROGRESS"


def test_in_progress_calls_by_the_version_find_room_that_others_do_not() -> None:
    controller, _ = controller_with(101, 1)
    others = [controller.step(facts.InvokeRequested(f"o{n}", "f"), 0.0)[-1] for n in range(101)]
    assert [type(order) for order in others] == [Start] * 100 + [Throttle]
    assert isinstance(controller.step(facts.InvokeRequested("v", "f", qualifier="1"), 0.0)[-1], Start)
    controller.step(facts.EnvironmentReady(1, 5.0), 0.1)
    full = controller.step(facts.InvokeRequested("w", "f", qualifier="1"), 0.2)[-1]
    assert full == Throttle("w", "ConcurrentInvocationLimitExceeded"), "its seat is free, and the account has 101 in flight"


def test_views_tell_what_is_provisioned() -> None:
    controller, _ = controller_with(1_000, 20)
    view, account = controller.function("f"), controller.account()
    assert (view.provisioned, view.limit, view.initialising, view.in_use) == (20, 1_000, 20, 0)
    assert (account.provisioned, account.unreserved_limit) == (20, 980)
    with pytest.raises(KeyError):
        controller.provisioned("f", "2")


def test_one_seat_serves_one_call() -> None:
    controller, _ = controller_with(1_000, 1)
    controller.step(facts.EnvironmentReady(1, 5.0), 0.1)
    first, second = [controller.step(facts.InvokeRequested(r, "f", qualifier="1"), 0.2)[-1] for r in ("a", "b")]
    assert first == Run("a", 1, "provisioned", "1") and second == Start("b", 2, "f", "1")
