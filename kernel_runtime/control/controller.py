"""Every decision, by one door: ``step(fact, now) -> orders``. No clock, no chance, no I/O; the same facts give the same orders.

A call is decided in this order, and takes something from a bucket only once nothing more can refuse it:
is the function known; is there concurrency left (reserved, else the account's unreserved); do its requests come too fast; is an environment idle;
may it grow (1,000 in 10 s); has this machine the memory, if need be after evicting what has been idle longest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..model import limits
from ..model.function import Function
from . import facts
from .capacity import Ending, Environment, Idle, Machine, Pool
from .lifecycle import ImpossibleFact
from .orders import Order, Refuse, Run, Start, Stop, Throttle, WakeAt
from .registry import Registry

MACHINE_FULL = (
    "this machine has no memory left for another environment, and none is idle: stop traffic, lower the memory that functions use, or use a larger machine"
)


@dataclass(frozen=True, slots=True)
class FunctionView:
    """How a function stands. limit: the most it may have in use: its reserved concurrency, else the account's unreserved."""

    name: str
    in_use: int
    initialising: int
    idle: int
    limit: int
    reserved: int | None


@dataclass(frozen=True, slots=True)
class AccountView:
    """How the account stands. unreserved_limit = limit - reserved."""

    in_use: int
    unreserved_in_use: int
    limit: int
    reserved: int
    environments: int


class Controller:
    """Lambda's rules over one account in one region. account_concurrency: its limit. keep_alive_s: how long an idle environment is kept."""

    def __init__(self, account_concurrency: int = limits.ACCOUNT_CONCURRENCY, keep_alive_s: float = limits.KEEP_ALIVE_S) -> None:
        self.registry = Registry(account_concurrency)
        self.environments: dict[int, Environment] = {}
        self.idle = Idle()
        self.machine = Machine()
        self.initialising_mb = 0
        self._keep_alive_s = keep_alive_s
        self._wake_at: float | None = None
        self._last_id = 0
        self._doors = {
            facts.InvokeRequested: self._invoke_requested,
            facts.InvocationFinished: self._invocation_finished,
            facts.EnvironmentReady: self._environment_ready,
            facts.FunctionPut: self._function_put,
            facts.FunctionDeleted: self._function_deleted,
            facts.AccountLimitChanged: self._account_limit_changed,
            facts.MachineMeasured: self._machine_measured,
            facts.EnvironmentRefused: self._environment_refused,
            facts.InvocationBroken: self._invocation_broken,
            facts.EnvironmentDied: self._environment_died,
            facts.HostLost: self._host_lost,
            facts.TimeReached: self._time_reached,
        }

    def step(self, fact: facts.Fact, now: float) -> list[Order]:
        """What must be done now that ``fact`` has happened. ``now``: seconds, never less than before.

        Raises ImpossibleFact for what cannot be, AwsError for a configuration that Lambda refuses; nothing has changed then.
        """
        door: Callable[[facts.Fact, float], list[Order]] = self._doors[type(fact)]  # type: ignore[assignment]
        return door(fact, now)

    def function(self, name: str) -> FunctionView:
        """Raises KeyError where there is no such function."""
        pool = self.registry.pools[name]
        reserved = pool.function.reserved_concurrency
        limit = self.registry.unreserved_limit if reserved is None else reserved
        return FunctionView(name, pool.in_use, pool.initialising, len(pool.idle) + len(pool.empty), limit, reserved)

    def account(self) -> AccountView:
        r = self.registry
        return AccountView(r.in_use, r.unreserved_in_use, r.limit, r.reserved, len(self.environments))

    # Calls

    def _invoke_requested(self, fact: facts.InvokeRequested, now: float) -> list[Order]:
        pool = self.registry.pools.get(fact.function)
        if pool is None:
            return [Refuse(fact.request_id, "no_such_function")]
        throttle = self._throttle(pool, fact, now)
        if throttle is not None:
            return [throttle]
        environment = _last(pool.idle) or _last(pool.empty)
        if environment is not None:
            self._take_request(pool, fact, now)
            return [self._run(environment, fact)]
        if not pool.scaling.has_one(now):
            return [Throttle(fact.request_id, "FunctionInvocationRateLimitExceeded", pool.scaling.wait_s(now))]
        evicted = self._make_room(pool.need_mb)
        if evicted is None:
            return [Refuse(fact.request_id, "machine_full", MACHINE_FULL)]
        self._take_request(pool, fact, now)
        pool.scaling.take(now)
        return [*evicted, self._start(pool, fact)]

    def _throttle(self, pool: Pool, fact: facts.InvokeRequested, now: float) -> Throttle | None:
        reserved = pool.function.reserved_concurrency
        if reserved is not None:
            if pool.in_use >= reserved:
                return Throttle(fact.request_id, "ReservedFunctionConcurrentInvocationLimitExceeded")
            if fact.synchronous and pool.requests is not None and not pool.requests.has_one(now):
                return Throttle(fact.request_id, "ReservedFunctionInvocationRateLimitExceeded", pool.requests.wait_s(now))
            return None
        if self.registry.unreserved_in_use >= self.registry.unreserved_limit:
            return Throttle(fact.request_id, "ConcurrentInvocationLimitExceeded")
        if fact.synchronous and not self.registry.account_requests.has_one(now):
            return Throttle(fact.request_id, "FunctionInvocationRateLimitExceeded", self.registry.account_requests.wait_s(now))
        return None

    def _take_request(self, pool: Pool, fact: facts.InvokeRequested, now: float) -> None:
        if fact.synchronous:
            (pool.requests or self.registry.account_requests).take(now)

    def _run(self, environment: Environment, fact: facts.InvokeRequested) -> Run:
        alive = environment.state == "idle"
        environment.step("run", fact)
        self._leave_idle(environment)
        environment.request_id = fact.request_id
        environment.pool.busy += 1
        self.registry.used(environment.pool, 1)
        return Run(fact.request_id, environment.id, "warm" if alive else "suppressed")

    def _start(self, pool: Pool, fact: facts.InvokeRequested) -> Start:
        self._last_id += 1
        environment = Environment(self._last_id, pool, pool.function.revision, pool.need_mb, request_id=fact.request_id)
        self.environments[environment.id] = environment
        self.machine.promise(environment.need_mb)
        self.initialising_mb += environment.need_mb
        pool.initialising += 1
        self.registry.used(pool, 1)
        return Start(fact.request_id, environment.id, pool.function.name)

    # What becomes of them

    def _environment_ready(self, fact: facts.EnvironmentReady, now: float) -> list[Order]:
        environment = self._known(fact.environment_id, fact)
        environment.step("ready", fact)
        self._initialised(environment)
        environment.pool.busy += 1
        return []

    def _environment_refused(self, fact: facts.EnvironmentRefused, now: float) -> list[Order]:
        environment = self._known(fact.environment_id, fact)
        environment.step("refused", fact)
        self._initialised(environment)
        self.registry.used(environment.pool, -1)
        del self.environments[environment.id]
        self.machine.promise(-environment.need_mb)
        oldest = self.idle.oldest()
        return [self._stop(oldest, "evicted")] if oldest is not None else []

    def _invocation_finished(self, fact: facts.InvocationFinished, now: float) -> list[Order]:
        environment = self._serving(fact.environment_id, fact.request_id, fact)
        environment.step("finished_alive" if fact.alive else "finished_dead", fact)
        pool = environment.pool
        pool.busy -= 1
        self.registry.used(pool, -1)
        if fact.record.max_memory_mb > pool.peak_mb and environment.revision == pool.function.revision:
            pool.peak_mb = fact.record.max_memory_mb
        return self._rest(environment, now)

    def _invocation_broken(self, fact: facts.InvocationBroken, now: float) -> list[Order]:
        environment = self._serving(fact.environment_id, fact.request_id, fact)
        was_initialising = environment.state == "initialising"
        environment.step("broken", fact)
        if was_initialising:
            self._initialised(environment)
        else:
            environment.pool.busy -= 1
        self.registry.used(environment.pool, -1)
        return self._rest(environment, now)

    def _environment_died(self, fact: facts.EnvironmentDied, now: float) -> list[Order]:
        environment = self._known(fact.environment_id, fact)
        environment.step("died", fact)
        if environment.state == "empty" and environment.id in environment.pool.idle:
            environment.pool.empty[environment.id] = environment.pool.idle.pop(environment.id)
        return []

    def _host_lost(self, fact: facts.HostLost, now: float) -> list[Order]:
        for environment in list(self.environments.values()):
            environment.step("host_lost", fact)
            if environment.state == "gone":
                self._forget(environment)
            else:
                environment.retiring = environment.retiring or "replaced"
        return []

    # Functions, the account, the machine, time

    def _function_put(self, fact: facts.FunctionPut, now: float) -> list[Order]:
        self.registry.check(fact.function)
        old = self.registry.pools.get(fact.function.name)
        replaced = old is not None and old.function.revision != fact.function.revision
        pool = self.registry.put(fact.function, now)
        return self._retire(pool, "replaced") if replaced else []

    def _function_deleted(self, fact: facts.FunctionDeleted, now: float) -> list[Order]:
        if fact.name not in self.registry.pools:
            raise ImpossibleFact(f"there is no function {fact.name} to delete")
        return self._retire(self.registry.drop(fact.name), "deleted")

    def _account_limit_changed(self, fact: facts.AccountLimitChanged, now: float) -> list[Order]:
        if fact.concurrency <= self.registry.reserved:
            raise ImpossibleFact(f"{self.registry.reserved} of the account's concurrency are reserved: {fact.concurrency} would leave the others none")
        self.registry.resize(fact.concurrency, now)
        return []

    def _machine_measured(self, fact: facts.MachineMeasured, now: float) -> list[Order]:
        self.machine.measured(fact.available_mb, self.initialising_mb)
        return []

    def _time_reached(self, fact: facts.TimeReached, now: float) -> list[Order]:
        self._wake_at = None
        orders: list[Order] = []
        oldest = self.idle.oldest()
        while oldest is not None and oldest.idle_since + self._keep_alive_s <= now:
            orders.append(self._stop(oldest, "idle"))
            oldest = self.idle.oldest()
        if oldest is not None:
            orders += self._wake(oldest.idle_since)
        return orders

    # Pieces

    def _known(self, environment_id: int, fact: facts.Fact) -> Environment:
        try:
            return self.environments[environment_id]
        except KeyError:
            raise ImpossibleFact(f"there is no environment {environment_id}, and {type(fact).__name__} was told of it") from None

    def _serving(self, environment_id: int, request_id: str, fact: facts.Fact) -> Environment:
        environment = self._known(environment_id, fact)
        if environment.request_id != request_id:
            raise ImpossibleFact(f"environment {environment_id} is {environment.state} and does not serve {request_id}, and {type(fact).__name__} was told")
        return environment

    def _initialised(self, environment: Environment) -> None:
        environment.pool.initialising -= 1
        self.initialising_mb -= environment.need_mb

    def _rest(self, environment: Environment, now: float) -> list[Order]:
        """An invocation has ended here: wait for the next, or end."""
        environment.request_id = ""
        pool = environment.pool
        (pool.idle if environment.state == "idle" else pool.empty)[environment.id] = environment
        environment.idle_since = now
        self.idle.add(environment)
        if environment.retiring is not None:
            return [self._stop(environment, environment.retiring)]
        return self._wake(now)

    def _wake(self, idle_since: float) -> list[Order]:
        if self._wake_at is not None:
            return []
        self._wake_at = idle_since + self._keep_alive_s
        return [WakeAt(self._wake_at)]

    def _retire(self, pool: Pool, why: Ending) -> list[Order]:
        """Idle environments end now, the others when their invocation does."""
        for environment in [*self.environments.values()] if pool.in_use else []:
            if environment.pool is pool and environment.request_id:
                environment.retiring = why
        return [self._stop(environment, why) for environment in [*pool.idle.values(), *pool.empty.values()]]

    def _make_room(self, need_mb: int) -> list[Stop] | None:
        """Evict what has been idle longest until ``need_mb`` fit; None, and nothing evicted, where even that is not enough."""
        lacking = self.machine.lacks_mb(need_mb)
        victims: list[Environment] = []
        if lacking:
            for environment in self.idle:
                victims.append(environment)
                lacking -= environment.need_mb
                if lacking <= 0:
                    break
            else:
                return None
        for environment in victims:
            self.machine.promise(-environment.need_mb)
        return [self._stop(environment, "evicted") for environment in victims]

    def _stop(self, environment: Environment, why: Ending) -> Stop:
        environment.step("stop", why)
        self._forget(environment)
        return Stop(environment.id, why)

    def _forget(self, environment: Environment) -> None:
        self._leave_idle(environment)
        del self.environments[environment.id]

    def _leave_idle(self, environment: Environment) -> None:
        environment.pool.idle.pop(environment.id, None)
        environment.pool.empty.pop(environment.id, None)
        self.idle.discard(environment)


def check_put(controller: Controller, function: Function) -> None:
    """Raise what FunctionPut would raise."""
    controller.registry.check(function)


def _last(environments: dict[int, Environment]) -> Environment | None:
    """The one that came last: the most recently used."""
    return next(reversed(environments.values()), None)
