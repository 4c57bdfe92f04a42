"""The live driver: a lock, not a loop.

Whoever calls takes the lock for the microseconds of ``step``, is told which environment is its own, and then owns it until the answer is there.
A small thread of the fleet carries the facts that nobody waits for; another, the timers; a third, the inits of provisioned concurrency. What is decided is
decided in ``control``.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable

from ..control.controller import Controller, ProvisionedView
from ..control.facts import (
    AliasDeleted,
    AliasPut,
    EnvironmentDied,
    EnvironmentReady,
    EnvironmentRefused,
    Fact,
    FunctionDeleted,
    FunctionPut,
    HostLost,
    InvocationBroken,
    InvocationFinished,
    InvokeRequested,
    ProvisionedDeleted,
    ProvisionedPut,
    SnapshotTaken,
    TimeReached,
    VersionDeleted,
)
from ..control.lifecycle import ImpossibleFact
from ..control.orders import Provision, Refuse, Run, Start, Stop, Throttle, WakeAt
from ..fleet.base import Fleet, Waiting
from ..fleet.waits import Settled
from ..journal.journal import Journal
from ..model.errors import LabClosed, MachineFull, ResourceNotFoundException, TooManyRequestsException
from ..model.function import Function
from ..model.invocation import Answer, Invocation, InvocationRecord
from ..model.invocation import Start as StartKind
from ..model.names import ACCOUNT, REGION, qualified_arn
from ..model.tracing import trace_header
from . import course, records
from .background import Background
from .snapshots import Snapshots, Told
from .timers import Timers
from .watchers import Condition, Watchers

Place = Run | Start


class Engine:
    """Turns calls into facts, and orders into work on a fleet. Every method may be called from any thread.

    clock: seconds, monotonic. wall: seconds of the Unix epoch. new_id: makes request ids. describe_runtime: a function's INIT_START text.
    draw: numbers from [0, 1), by which aliases with weights choose. carry: carries bodies that no caller waits for; None is a thread of the engine's own.
    account, region: whose functions these are.
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
        draw: Callable[[], float] = random.random,
        carry: Callable[[Waiting[None]], None] | None = None,
        account: str = ACCOUNT,
        region: str = REGION,
    ) -> None:
        self.controller = controller
        self.journal = journal
        self.clock = clock
        self._fleet = fleet
        self._wall = wall
        self._new_id = new_id
        self._describe_runtime = describe_runtime
        self._lock = threading.Lock()
        self._environments: dict[int, Function] = {}
        self._inits: dict[int, Answer] = {}
        self._draw = draw
        self._background = Background()
        self._carry = carry or self._background.carry
        self._snapshots = Snapshots(fleet, self._carry, self._is_current, self._snapshot_initialised)
        self._watchers = Watchers()
        self._account, self._region = account, region
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
            waiting = self._watchers.all()
        self._timers.close()
        self._background.close()
        self._fleet.close()
        for future in waiting:
            future.set_result(None)

    def put(self, function: Function) -> None:
        """Create or change a function, or publish a version of one. Raises AwsError where its reserved concurrency cannot be had; then nothing has changed."""
        self.tell(FunctionPut(function))

    def delete(self, name: str) -> None:
        """With all its versions and aliases."""
        self.tell(FunctionDeleted(name))
        self._snapshots.drop(name)

    def delete_version(self, name: str, version: str) -> None:
        self.tell(VersionDeleted(name, version))
        self._snapshots.drop(name, version)

    def put_alias(self, name: str, alias: str, version: str, weights: tuple[tuple[str, float], ...] = ()) -> None:
        """Make or move an alias. ``weights``: other versions and their part of the calls, 0.0 to 1.0."""
        self.tell(AliasPut(name, alias, version, weights))

    def delete_alias(self, name: str, alias: str) -> None:
        self.tell(AliasDeleted(name, alias))

    def put_provisioned(self, name: str, qualifier: str, count: int) -> None:
        """Keep ``count`` environments initialised for a version or alias. Raises AwsError where Lambda would refuse; then nothing has changed."""
        self.tell(ProvisionedPut(name, qualifier, count))

    def delete_provisioned(self, name: str, qualifier: str) -> None:
        self.tell(ProvisionedDeleted(name, qualifier))

    def provisioned(self, name: str, qualifier: str) -> ProvisionedView | None:
        """How it stands; None where nothing is provisioned."""
        with self._lock:
            return self._provisioned(name, qualifier)

    def provisioned_settled(self, name: str, qualifier: str) -> Waiting[ProvisionedView | None]:
        """Wait until it is no longer in progress."""
        yield from self.until(lambda controller: (view := self._provisioned(name, qualifier)) is None or view.status != "IN_PROGRESS")
        return self.provisioned(name, qualifier)

    def snapshot(self, function: Function, told: Told) -> None:
        """Run a version's init in an environment that serves nobody and counts for nothing, and have the version's environments restored from it from then
        on; ``told`` how it ended, in a thread of the engine's own."""
        self._snapshots.take(function, told)

    def has_snapshot(self, name: str, version: str) -> bool:
        """Whether environments of this version are restored now."""
        with self._lock:
            try:
                return self._fleet.has_snapshot(self.controller.configuration(name, version))
            except KeyError:
                return False

    def until(self, condition: Condition) -> Waiting[None]:
        """Wait until ``condition(controller)`` holds after some fact, or does already. Raises LabClosed."""
        with self._lock:
            if not self._closed and condition(self.controller):
                return
            future = self._watchers.add(condition) if not self._closed else None
        if future is not None:
            yield Settled(future)
        if self._closed:
            raise LabClosed("the lab is closed: make another with Lab()")

    def tell(self, fact: Fact) -> None:
        """A fact that no caller waits on. Of snapshots, whose numbers are below zero, control knows nothing."""
        if self._closed:
            return
        if isinstance(fact, EnvironmentDied) and fact.environment_id < 0:
            self._snapshots.died(fact.environment_id)
            return
        try:
            self._step(fact)
        except ImpossibleFact:
            if not isinstance(fact, EnvironmentDied):
                raise  # else it was ended at the same moment
        if isinstance(fact, HostLost):
            self._snapshots.lost()

    def invoke(
        self,
        name: str,
        payload: bytes,
        qualifier: str | None = None,
        *,
        synchronous: bool = True,
        request_id: str = "",
        client_context: str = "",
        trace_id: str = "",
    ) -> Waiting[tuple[InvocationRecord, bytes]]:
        """One invocation, as a body of waits: see ``fleet.base.block`` and ``awaiting``. ``qualifier``: a version or an alias; None is ``$LATEST``.
        ``request_id``: the caller's own where it has one; never one that was used before. ``client_context``: JSON text.
        ``trace_id``: X-Ray's header, made where there is none.

        Raises TooManyRequestsException, ResourceNotFoundException, SnapStartException and SnapStartTimeoutException (a restore that failed: no handler ran),
        MachineFull, WorkerHostLost, LabClosed. Broken off (Ctrl-C, a cancelled task),
        it kills the environment's process and leaves the place.
        """
        if self._closed:
            raise LabClosed("the lab is closed: make another with Lab()")
        request_id = request_id or self._new_id()
        if qualifier is None:
            place, function = self._ask(InvokeRequested(request_id, name, synchronous))
            arn = function.arn
        else:
            place, function = self._ask(InvokeRequested(request_id, name, synchronous, qualifier, self._draw()))
            arn = qualified_arn(name, qualifier, function.account, function.region)
        environment_id = place.environment_id
        kind: StartKind = "cold" if isinstance(place, Start) else place.start
        began_at = self._wall()

        def ready(init: Answer) -> None:
            self._step(EnvironmentReady(environment_id, init.duration_ms, init.cause == "answered", init.max_memory_mb))

        invocation = Invocation(request_id, arn, payload, trace_id or trace_header(request_id, began_at), client_context)
        try:
            through = yield from course.run(self._fleet, environment_id, function, invocation, kind, ready)
            if kind == "provisioned":
                through.before(self._inits.pop(environment_id, None))
            record, body = records.conclude(request_id, environment_id, function, through, began_at, self._describe_runtime(function), qualifier or "")
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
        if record.restore is not None and record.restore.status != "success":
            raise records.restore_refusal(record.restore)
        return record, body

    def _ask(self, fact: InvokeRequested) -> tuple[Place, Function]:
        """Have a call decided: the place that it got and the function as it is there; else the error that its caller is due."""
        own = self._step(fact)
        if isinstance(own, Throttle):
            raise TooManyRequestsException(own.reason, own.retry_after_s)
        if isinstance(own, Refuse):
            if own.why == "machine_full":
                raise MachineFull(own.message or "this machine is full: stop traffic, lower the memory of functions or use a larger machine")
            raise ResourceNotFoundException(f"Function not found: {qualified_arn(fact.function, fact.qualifier, self._account, self._region)}")
        assert own is not None
        return own, self._environments[own.environment_id]

    def _refused(self, environment_id: int, request_id: str, kind: StartKind, why: str) -> None:
        if kind == "cold":
            self._fleet.stop(environment_id)
            self._environments.pop(environment_id, None)
            self._step(EnvironmentRefused(environment_id, why))
        else:
            self._step(InvocationBroken(environment_id, request_id, why))

    def _provision(self, environment_id: int, function: Function) -> Waiting[None]:
        """See the init of a provisioned environment through; its first invocation's log begins with it."""
        try:
            init = yield from course.ahead(self._fleet, environment_id, function, "provisioned")
        except Exception as why:  # this machine's fault or the lab's: no call is there to be told of it
            self._fleet.stop(environment_id)
            self._environments.pop(environment_id, None)
            self.tell(EnvironmentRefused(environment_id, str(why) or type(why).__name__))
            return
        ok = init.cause == "answered"
        if ok:
            self._inits[environment_id] = init
        failure = None if ok else course.init_failure("init", init)
        self.tell(EnvironmentReady(environment_id, init.duration_ms, ok, init.max_memory_mb, failure))

    def _snapshot_initialised(self, function: Function, init: Answer) -> None:
        began_at = self._wall() - init.duration_ms / 1e3
        self.tell(SnapshotTaken(records.snapshot_record(function, init, began_at, self._describe_runtime(function))))

    def _is_current(self, function: Function) -> bool:
        """Whether this is still what the version is."""
        with self._lock:
            try:
                return self.controller.configuration(function.name, function.version).revision == function.revision
            except KeyError:
                return False

    def _provisioned(self, name: str, qualifier: str) -> ProvisionedView | None:
        try:
            return self.controller.provisioned(name, qualifier)
        except KeyError:
            return None

    def _step(self, fact: Fact) -> Place | Throttle | Refuse | None:
        """Decide under the lock, do afterwards. Gives the order that answers this very fact's caller, if there is one."""
        own: Place | Throttle | Refuse | None = None
        others: list[Stop | WakeAt | Provision] = []
        with self._lock:
            now = self.clock()
            orders = self.controller.step(fact, now)
            self.journal.append(now, fact, orders)
            for order in orders:
                if isinstance(order, Stop):
                    self._environments.pop(order.environment_id, None)
                    self._inits.pop(order.environment_id, None)
                    others.append(order)
                elif isinstance(order, WakeAt):
                    others.append(order)
                else:
                    if isinstance(order, Start | Provision):
                        self._environments[order.environment_id] = self.controller.configuration(order.function, order.version)
                    if isinstance(order, Provision):
                        others.append(order)
                    else:
                        own = order
            met = self._watchers.met(self.controller) if self._watchers else ()
        for future in met:
            future.set_result(None)
        for order in others:
            self._do(order)
        return own

    def _do(self, order: Stop | WakeAt | Provision) -> None:
        if isinstance(order, Stop):
            self._fleet.stop(order.environment_id)
        elif isinstance(order, Provision):
            self._carry(self._provision(order.environment_id, self._environments[order.environment_id]))
        else:
            self._timers.wake_at(order.time_s)
