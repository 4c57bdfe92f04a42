"""Every decision, by one door: ``step(fact, now) -> orders``. No clock, no chance, no I/O; the same facts give the same orders.

A call is decided in this order, and takes something from a bucket only once nothing more can refuse it:
is the function known, and what version does the qualifier come to; is a provisioned environment free; is there concurrency left (reserved, else the
account's unreserved); do its requests come too fast; is an environment idle; may the function grow (1,000 in 10 s); has this machine the memory, if need be
after evicting what has been idle longest.
"""

from __future__ import annotations

from collections.abc import Callable

from ..model import limits
from ..model.function import Function
from ..model.names import LATEST
from . import checks, facts
from .alarm import Alarm
from .capacity import Environment
from .groups import Alias, Group
from .lifecycle import ImpossibleFact
from .orders import Order, Refuse, Run, Start, Throttle
from .places import MACHINE_FULL, Places
from .provisioning import Provisioning
from .registry import Registry
from .standby import ProvisionedView, Standby
from .views import AccountView, FunctionView, account_view, function_view

__all__ = ["AccountView", "Controller", "FunctionView", "ProvisionedView"]


class Controller:
    """Lambda's rules over one account in one region. account_concurrency: its limit. keep_alive_s: how long an idle environment is kept."""

    def __init__(self, account_concurrency: int = limits.ACCOUNT_CONCURRENCY, keep_alive_s: float = limits.KEEP_ALIVE_S) -> None:
        self.registry = Registry(account_concurrency)
        self.places = Places()
        self.environments = self.places.environments
        self._alarm = Alarm()
        self.provisioning = Provisioning(self.registry, self.places, self._alarm)
        self._keep_alive_s = keep_alive_s
        self._doors = {
            facts.InvokeRequested: self._invoke_requested,
            facts.InvocationFinished: self._invocation_finished,
            facts.EnvironmentReady: self._environment_ready,
            facts.FunctionPut: self._function_put,
            facts.FunctionDeleted: self._function_deleted,
            facts.VersionDeleted: self._version_deleted,
            facts.AliasPut: self._alias_put,
            facts.AliasDeleted: self._alias_deleted,
            facts.ProvisionedPut: self._provisioned_put,
            facts.ProvisionedDeleted: self._provisioned_deleted,
            facts.AccountLimitChanged: self._account_limit_changed,
            facts.MachineMeasured: self._machine_measured,
            facts.EnvironmentRefused: self._environment_refused,
            facts.InvocationBroken: self._invocation_broken,
            facts.EnvironmentDied: self._environment_died,
            facts.HostLost: self._host_lost,
            facts.SnapshotTaken: lambda fact, now: [],
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
        return function_view(self.registry.groups[name], self.registry)

    def account(self) -> AccountView:
        return account_view(self.registry, len(self.environments))

    def configuration(self, name: str, version: str = LATEST) -> Function:
        """A version as it is configured now. Raises KeyError where there is none."""
        return self.registry.groups[name].pools[version].function

    def provisioned(self, function: str, qualifier: str) -> ProvisionedView:
        """How the provisioned concurrency of a version or alias stands. Raises KeyError where it has none."""
        return self.registry.groups[function].standbys[qualifier].view()

    # Calls

    def _invoke_requested(self, fact: facts.InvokeRequested, now: float) -> list[Order]:
        group = self.registry.groups.get(fact.function)
        if group is None:
            return [Refuse(fact.request_id, "no_such_function")]
        pool = group.resolve(fact.qualifier, fact.draw)
        if pool is None:
            return [Refuse(fact.request_id, "no_such_qualifier")]
        standby = group.standby_for(fact.qualifier, pool) if group.standbys else None
        seated = _free(standby, fact, now) if standby is not None else None
        throttle = self._throttle(group, seated is not None, standby, fact, now)
        if throttle is not None:
            return [throttle]
        environment = seated or _last(pool.idle) or _last(pool.empty)
        if environment is not None:
            self._take_request(environment, fact, now)
            return [self._run(environment, fact)]
        if not group.scaling.has_one(now):
            return [Throttle(fact.request_id, "FunctionInvocationRateLimitExceeded", group.scaling.wait_s(now))]
        evicted = self.places.make_room(pool.need_mb)
        if evicted is None:
            return [Refuse(fact.request_id, "machine_full", MACHINE_FULL)]
        group.scaling.take(now)
        environment = self.places.begin(pool, fact.request_id)
        self._take_request(environment, fact, now)
        return [*evicted, Start(fact.request_id, environment.id, group.name, pool.function.version)]

    def _throttle(self, group: Group, seated: bool, standby: Standby | None, fact: facts.InvokeRequested, now: float) -> Throttle | None:
        share = group.share
        if not share.has_one(seated, standby):
            return Throttle(fact.request_id, share.full)
        if fact.synchronous and not share.requests.has_one(now):
            return Throttle(fact.request_id, share.too_fast, share.requests.wait_s(now))
        return None

    def _take_request(self, environment: Environment, fact: facts.InvokeRequested, now: float) -> None:
        self.registry.taken(environment)
        if fact.synchronous:
            environment.pool.group.share.requests.take(now)
            if environment.standby is not None:
                environment.standby.requests.take(now)

    def _run(self, environment: Environment, fact: facts.InvokeRequested) -> Run:
        alive = environment.state == "idle"
        environment.step("run", fact)
        environment.request_id = fact.request_id
        pool, standby = environment.pool, environment.standby
        pool.busy += 1
        if standby is not None:
            standby.busy[environment.id] = standby.idle.pop(environment.id)
            return Run(fact.request_id, environment.id, "provisioned", pool.function.version)
        self.places.leave_idle(environment)
        return Run(fact.request_id, environment.id, "warm" if alive else "suppressed", pool.function.version)

    # What becomes of them

    def _environment_ready(self, fact: facts.EnvironmentReady, now: float) -> list[Order]:
        environment = self.places.known(fact.environment_id, fact)
        if not environment.request_id:
            return self.provisioning.ready(environment, fact, now)
        environment.step("ready", fact)
        self.places.initialised(environment)
        environment.pool.busy += 1
        return []

    def _environment_refused(self, fact: facts.EnvironmentRefused, now: float) -> list[Order]:
        environment = self.places.known(fact.environment_id, fact)
        environment.step("refused", fact)
        self.places.never_was(environment)
        if environment.request_id:
            self.registry.given(environment)
        else:
            self.provisioning.refused(environment, fact.why)
        return [*self.places.evict_oldest()]

    def _invocation_finished(self, fact: facts.InvocationFinished, now: float) -> list[Order]:
        environment = self.places.serving(fact.environment_id, fact.request_id, fact)
        environment.step("finished_alive" if fact.alive else "finished_dead", fact)
        pool = environment.pool
        pool.busy -= 1
        self.registry.given(environment)
        if fact.record.max_memory_mb > pool.peak_mb and environment.revision == pool.function.revision:
            pool.peak_mb = fact.record.max_memory_mb
        return self._rest(environment, now)

    def _invocation_broken(self, fact: facts.InvocationBroken, now: float) -> list[Order]:
        environment = self.places.serving(fact.environment_id, fact.request_id, fact)
        was_initialising = environment.state == "initialising"
        environment.step("broken", fact)
        if was_initialising:
            self.places.initialised(environment)
        else:
            environment.pool.busy -= 1
        self.registry.given(environment)
        return self._rest(environment, now)

    def _environment_died(self, fact: facts.EnvironmentDied, now: float) -> list[Order]:
        environment = self.places.known(fact.environment_id, fact)
        environment.step("died", fact)
        if environment.state != "empty":
            return []
        if environment.standby is not None:
            return self.provisioning.lost(environment, now)
        if environment.id in environment.pool.idle:
            environment.pool.empty[environment.id] = environment.pool.idle.pop(environment.id)
        return []

    def _host_lost(self, fact: facts.HostLost, now: float) -> list[Order]:
        held = list(self.environments.values())
        for environment in held:
            environment.step("host_lost", fact)
            if environment.state == "gone":
                self.places.forget(environment)
            else:
                environment.retiring = environment.retiring or "replaced"
        return self.provisioning.host_lost(held, now)

    # Functions, versions, aliases, provisioned concurrency

    def _function_put(self, fact: facts.FunctionPut, now: float) -> list[Order]:
        checks.check_function(self.registry, fact.function)
        group = self.registry.groups.get(fact.function.name)
        old = group.pools.get(fact.function.version) if group is not None else None
        replaced = old is not None and old.function.revision != fact.function.revision
        pool = self.registry.put(fact.function, now)
        return [*self.places.retire(pool, "replaced"), *self.provisioning.renew_version(pool, now)] if replaced else []

    def _function_deleted(self, fact: facts.FunctionDeleted, now: float) -> list[Order]:
        if fact.name not in self.registry.groups:
            raise ImpossibleFact(f"there is no function {fact.name} to delete")
        group = self.registry.groups[fact.name]
        orders: list[Order] = []
        for pool in group.pools.values():
            orders += self.provisioning.drop_version(pool, "deleted", now)
            orders += self.places.retire(pool, "deleted")
        self.registry.drop(fact.name)
        return orders

    def _version_deleted(self, fact: facts.VersionDeleted, now: float) -> list[Order]:
        checks.check_version_unused(self.registry, fact.name, fact.version)
        pool = self.registry.group(fact.name).pools.pop(fact.version)
        return [*self.provisioning.drop_version(pool, "deleted", now), *self.places.retire(pool, "deleted")]

    def _alias_put(self, fact: facts.AliasPut, now: float) -> list[Order]:
        checks.check_alias(self.registry, fact)
        group = self.registry.group(fact.function)
        group.aliases[fact.alias] = Alias(fact.version, fact.weights)
        standby, pool = group.standbys.get(fact.alias), group.pools[fact.version]
        return self.provisioning.renew(standby, pool, now) if standby is not None and standby.pool is not pool else []

    def _alias_deleted(self, fact: facts.AliasDeleted, now: float) -> list[Order]:
        group = self.registry.group(fact.function)
        checks.check_alias_known(group, fact.alias)
        del group.aliases[fact.alias]
        return self.provisioning.drop(group, fact.alias, "released", now) if fact.alias in group.standbys else []

    def _provisioned_put(self, fact: facts.ProvisionedPut, now: float) -> list[Order]:
        checks.check_provisioned(self.registry, fact)
        group = self.registry.group(fact.function)
        alias = group.aliases.get(fact.qualifier)
        pool = group.pools[alias.version if alias is not None else fact.qualifier]
        return self.provisioning.put(group, pool, fact.qualifier, fact.count, now)

    def _provisioned_deleted(self, fact: facts.ProvisionedDeleted, now: float) -> list[Order]:
        group = self.registry.group(fact.function)
        checks.check_provisioned_known(group, fact.qualifier)
        return self.provisioning.drop(group, fact.qualifier, "released", now)

    # The account, the machine, time

    def _account_limit_changed(self, fact: facts.AccountLimitChanged, now: float) -> list[Order]:
        checks.check_limit(self.registry, fact.concurrency)
        self.registry.resize(fact.concurrency, now)
        return []

    def _machine_measured(self, fact: facts.MachineMeasured, now: float) -> list[Order]:
        self.places.machine.measured(fact.available_mb, self.places.initialising_mb)
        return self.provisioning.resume(now, measured=True) if self.provisioning.short else []

    def _time_reached(self, fact: facts.TimeReached, now: float) -> list[Order]:
        if not self._alarm.rings(now):
            return []
        orders: list[Order] = []
        oldest = self.places.idle.oldest()
        while oldest is not None and oldest.idle_since + self._keep_alive_s <= now:
            orders.append(self.places.stop(oldest, "idle"))
            oldest = self.places.idle.oldest()
        orders += self.provisioning.resume(now, measured=False)
        if oldest is not None:
            orders += self._alarm.ask(oldest.idle_since + self._keep_alive_s)
        return orders

    # Pieces

    def _rest(self, environment: Environment, now: float) -> list[Order]:
        """An invocation has ended here: wait for the next, or end."""
        environment.request_id = ""
        standby = environment.standby
        if standby is not None:
            if environment.state == "empty":
                return self.provisioning.lost(environment, now)
            standby.idle[environment.id] = standby.busy.pop(environment.id)
            return []
        self.places.rest(environment, now)
        if environment.retiring is not None:
            return [self.places.stop(environment, environment.retiring)]
        return [*self._alarm.ask(now + self._keep_alive_s)]


def _free(standby: Standby, fact: facts.InvokeRequested, now: float) -> Environment | None:
    """The provisioned environment that takes this call. A synchronous one beyond ten a second for each seat spills over although one may be free."""
    if fact.synchronous and not standby.requests.has_one(now):
        return None
    return _last(standby.idle)


def _last(environments: dict[int, Environment]) -> Environment | None:
    """The one that came last: the most recently used."""
    return next(reversed(environments.values()), None)
