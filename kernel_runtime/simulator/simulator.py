"""The virtual-time driver: the same control, a heap of what is to happen, and no waiting.

What it writes is a journal like any other; its figures are modelled.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from math import ceil

from ..control.controller import Controller
from ..control.facts import EnvironmentReady, Fact, FunctionPut, InvocationFinished, InvokeRequested, TimeReached
from ..control.orders import Order, Provision, Run, Start, Stop, WakeAt
from ..journal.journal import Journal
from ..model import limits
from ..model.function import Function
from ..model.invocation import InvocationRecord
from ..model.invocation import Start as StartKind
from .durations import Durations

Workload = Iterable[tuple[float, str]]
"""Seconds from the start and a function's name, with its qualifier where there is one (``checkout:live``), in order of time."""


class Simulator:
    """Carries a workload through control in virtual time. ``put`` functions first; ``journal`` holds what happened.

    draw: numbers from [0, 1), by which aliases with weights choose; by default the same ones every time.
    """

    def __init__(
        self,
        durations: Durations,
        account_concurrency: int = limits.ACCOUNT_CONCURRENCY,
        keep_alive_s: float = limits.KEEP_ALIVE_S,
        draw: Callable[[], float] | None = None,
    ) -> None:
        self.controller = Controller(account_concurrency, keep_alive_s)
        self.journal = Journal(entries_max=1 << 62)
        self._durations = durations
        self._draw = draw or random.Random(0).random
        self._environments: dict[int, Function] = {}
        self._qualifiers: dict[str, str] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._due: list[tuple[float, int, Fact]] = []
        self._order = count()
        self._now = 0.0

    def put(self, function: Function) -> None:
        """Create or change a function, or publish a version of it, at the present moment. Raises AwsError where Lambda would refuse."""
        self.tell(FunctionPut(function))

    def tell(self, fact: Fact) -> None:
        """Something happens at the present moment: an alias is made, concurrency is provisioned. Raises AwsError where Lambda would refuse."""
        self._step(fact)

    def at(self, time_s: float, fact: Fact) -> None:
        """Something will happen at that time of the run."""
        heapq.heappush(self._due, (time_s, next(self._order), fact))

    def run(self, workload: Workload, until_s: float = float("inf")) -> Journal:
        """Let every call of the workload arrive and come to its end; idle environments are kept up to ``until_s`` or until all is quiet."""
        calls = iter(workload)
        numbers = count()
        self._arrive(calls, numbers)
        while self._due and self._due[0][0] <= until_s:
            self._now, _, fact = heapq.heappop(self._due)
            if isinstance(fact, InvokeRequested):
                self._arrive(calls, numbers)
            self._step(fact)
        return self.journal

    def _arrive(self, calls: Iterator[tuple[float, str]], numbers: Iterator[int]) -> None:
        following = next(calls, None)
        if following is not None:
            name, _, qualifier = following[1].partition(":")
            request_id = f"r{next(numbers)}"
            fact = InvokeRequested(request_id, name, qualifier=qualifier, draw=self._draw()) if qualifier else InvokeRequested(request_id, name)
            self._qualifiers[request_id] = qualifier
            self.at(following[0], fact)

    def _step(self, fact: Fact) -> None:
        orders = self.controller.step(fact, self._now)
        self.journal.append(self._now, fact, orders)
        if isinstance(fact, InvokeRequested) and not isinstance(orders[-1], Start | Run):
            del self._qualifiers[fact.request_id]
        for order in orders:
            self._carry_out(order)

    def _carry_out(self, order: Order) -> None:
        if isinstance(order, Start | Provision):
            function = self._environments[order.environment_id] = self.controller.configuration(order.function, order.version)
            init_s = self._durations.init_s(function.name, self._count("init", function.name))
            self.at(self._now + init_s, EnvironmentReady(order.environment_id, init_s * 1e3))
            if isinstance(order, Start):
                self._finish(order.environment_id, order.request_id, function, init_s, "cold")
        elif isinstance(order, Run):
            self._finish(order.environment_id, order.request_id, self._environments[order.environment_id], 0.0, order.start)
        elif isinstance(order, Stop):
            self._environments.pop(order.environment_id, None)
        elif isinstance(order, WakeAt):
            self.at(order.time_s, TimeReached())

    def _finish(self, environment_id: int, request_id: str, function: Function, init_s: float, start: StartKind) -> None:
        wanted_s = self._durations.invocation_s(function.name, self._count("invocation", function.name))
        late = wanted_s > function.timeout_s
        duration_ms = min(wanted_s, function.timeout_s) * 1e3
        record = InvocationRecord(
            request_id=request_id,
            function=function.name,
            environment_id=environment_id,
            start=start,
            status="timeout" if late else "success",
            began_at=self._now,
            duration_ms=duration_ms,
            billed_ms=ceil(round(init_s * 1e3 + duration_ms, 2)),
            memory_mb=function.memory_mb,
            max_memory_mb=0,
            init_ms=init_s * 1e3 if start == "cold" else None,
            runtime="simulated",
            version=function.version,
            qualifier=self._qualifiers.pop(request_id),
        )
        self.at(self._now + init_s + duration_ms / 1e3, InvocationFinished(environment_id, request_id, not late, record))

    def _count(self, what: str, function: str) -> int:
        number = self._counts.get((what, function), 0)
        self._counts[what, function] = number + 1
        return number
