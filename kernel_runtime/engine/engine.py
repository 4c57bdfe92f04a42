"""The live driver: a lock, not a loop.

Whoever calls takes the lock for the microseconds of ``step``, is told which environment is its own, and then owns it until the answer is there.
A small thread of the fleet carries the facts that nobody waits for; another, the timers. What is decided is decided in ``control``.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

from ..control.controller import Controller
from ..control.facts import (
    EnvironmentReady,
    EnvironmentRefused,
    Fact,
    FunctionDeleted,
    FunctionPut,
    InvocationBroken,
    InvocationFinished,
    InvokeRequested,
    TimeReached,
)
from ..control.orders import Refuse, Run, Start, Stop, Throttle, WakeAt
from ..fleet.base import Fleet, Waiting
from ..journal.journal import Journal
from ..model.errors import LabClosed, MachineFull, ResourceNotFoundException, TooManyRequestsException
from ..model.function import Function
from ..model.invocation import Answer, Invocation, InvocationRecord
from ..model.invocation import Start as StartKind
from . import course, records
from .timers import Timers

Place = Run | Start


class Engine:
    """Turns calls into facts, and orders into work on a fleet. Every method may be called from any thread.

    clock: seconds, monotonic. wall: seconds of the Unix epoch. new_id: makes request ids. describe_runtime: a function's INIT_START text.
    """

    def __init__(
        self,
        fleet: Fleet,
        controller: Controller,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        describe_runtime: Callable[[Function], str] = lambda function: function.runtime,
    ) -> None:
        self.controller = controller
        self.journal = journal
        self.clock = clock
        self._fleet = fleet
        self._wall = wall
        self._new_id = new_id
        self._describe_runtime = describe_runtime
        self._lock = threading.Lock()
        self._functions: dict[str, Function] = {}
        self._environments: dict[int, Function] = {}
        self._timers = Timers(clock, lambda: self.tell(TimeReached()))
        self._closed = False

    def open(self) -> None:
        self._fleet.open(self.tell)

    def close(self) -> None:
        """Nothing runs any more when it returns. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._timers.close()
        self._fleet.close()

    def put(self, function: Function) -> None:
        """Create or change a function. Raises AwsError where its reserved concurrency cannot be had; then nothing has changed."""
        self.tell(FunctionPut(function))

    def delete(self, name: str) -> None:
        self.tell(FunctionDeleted(name))

    def tell(self, fact: Fact) -> None:
        """A fact that no caller waits on."""
        if not self._closed:
            self._step(fact)

    def invoke(self, name: str, payload: bytes, *, synchronous: bool = True) -> Waiting[tuple[InvocationRecord, bytes]]:
        """One invocation, as a body of waits: see ``fleet.base.block`` and ``awaiting``.

        Raises TooManyRequestsException, ResourceNotFoundException, MachineFull, WorkerHostLost, LabClosed. Broken off (Ctrl-C, a cancelled task),
        it kills the environment's process and leaves the place.
        """
        if self._closed:
            raise LabClosed("the lab is closed: make another with Lab()")
        request_id = self._new_id()
        place, function = self._ask(InvokeRequested(request_id, name, synchronous))
        environment_id = place.environment_id
        kind: StartKind = "cold" if isinstance(place, Start) else place.start
        began_at = self._wall()

        def ready(init: Answer) -> None:
            self._step(EnvironmentReady(environment_id, init.duration_ms, init.cause == "answered", init.max_memory_mb))

        invocation = Invocation(request_id, function.arn, payload)
        try:
            through = yield from course.run(self._fleet, environment_id, function, invocation, kind, ready)
            record, body = records.conclude(request_id, environment_id, function, through, began_at, self._describe_runtime(function))
        except MachineFull as full:
            self._refused(environment_id, request_id, kind, str(full))
            raise
        except BaseException as why:
            self._fleet.interrupt(environment_id)
            self._step(InvocationBroken(environment_id, request_id, type(why).__name__))
            if self._closed:
                raise LabClosed("the lab was closed while this invocation was in flight") from None
            raise
        assert through.answer is not None
        self._step(InvocationFinished(environment_id, request_id, through.answer.alive, record))
        return record, body

    def _ask(self, fact: InvokeRequested) -> tuple[Place, Function]:
        """Have a call decided: the place that it got and the function as it is there; else the error that its caller is due."""
        own = self._step(fact)
        if isinstance(own, Throttle):
            raise TooManyRequestsException(own.reason, own.retry_after_s)
        if isinstance(own, Refuse):
            if own.why == "machine_full":
                raise MachineFull(own.message or "this machine is full: stop traffic, lower the memory of functions or use a larger machine")
            raise ResourceNotFoundException(f"Function not found: {fact.function}")
        assert own is not None
        return own, self._environments[own.environment_id]

    def _refused(self, environment_id: int, request_id: str, kind: StartKind, why: str) -> None:
        if kind == "cold":
            self._step(EnvironmentRefused(environment_id, why))
        else:
            self._step(InvocationBroken(environment_id, request_id, why))

    def _step(self, fact: Fact) -> Place | Throttle | Refuse | None:
        """Decide under the lock, do afterwards. Gives the order that answers this very fact's caller, if there is one."""
        own: Place | Throttle | Refuse | None = None
        others: list[Stop | WakeAt] = []
        with self._lock:
            now = self.clock()
            orders = self.controller.step(fact, now)
            self.journal.append(now, fact, orders)
            if isinstance(fact, FunctionPut):
                self._functions[fact.function.name] = fact.function
            for order in orders:
                if isinstance(order, Stop):
                    self._environments.pop(order.environment_id, None)
                    others.append(order)
                elif isinstance(order, WakeAt):
                    others.append(order)
                else:
                    if isinstance(order, Start):
                        self._environments[order.environment_id] = self._functions[order.function]
                    own = order
        for order in others:
            if isinstance(order, Stop):
                self._fleet.stop(order.environment_id)
            else:
                self._timers.wake_at(order.time_s)
        return own
