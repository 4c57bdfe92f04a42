"""Keeps as many environments initialised as were asked for: begins what is missing, takes back what dies, lets go of what is too much.

AWS: "Configuring provisioned concurrency for a function". A provisioned environment is never evicted nor ended for being idle.
"""

from __future__ import annotations

from . import facts
from .alarm import Alarm
from .capacity import Ending, Environment, Pool
from .groups import Group
from .orders import Order, Provision, Stop
from .places import MACHINE_FULL, Places
from .rates import requests_bucket
from .registry import Registry
from .standby import Standby

PACE_S = 0.1
"""How long at least the rest waits where 6,000 a minute are used up: ten at a time in place of one every 10 ms."""


class Provisioning:
    """``short``: what lacks environments and will get them when time has passed or this machine has been measured."""

    def __init__(self, registry: Registry, places: Places, alarm: Alarm) -> None:
        self._registry = registry
        self._places = places
        self._alarm = alarm
        self.short: dict[Standby, None] = {}

    # What is asked for

    def put(self, group: Group, pool: Pool, qualifier: str, count: int, now: float) -> list[Order]:
        """``count`` environments of ``pool`` for ``qualifier``; more or fewer than before."""
        standby = group.standbys.get(qualifier)
        if standby is None:
            standby = group.standbys[qualifier] = Standby(qualifier, pool, 0, requests_bucket(count, now))
        self._registry.provision(standby, count, now)
        standby.changed()
        return [*self._release(standby, count, "released"), *self._fill(standby, now)]

    def drop(self, group: Group, qualifier: str, why: Ending, now: float) -> list[Order]:
        """No more of it; calls in flight go on."""
        standby = group.standbys.pop(qualifier)
        self._registry.provision(standby, 0, now)
        self.short.pop(standby, None)
        return [*self._release(standby, 0, why)]

    def drop_version(self, pool: Pool, why: Ending, now: float) -> list[Order]:
        """What is provisioned of this version, by whatever name."""
        group = pool.group
        return [order for name in [n for n, s in group.standbys.items() if s.pool is pool] for order in self.drop(group, name, why, now)]

    def renew(self, standby: Standby, pool: Pool, now: float) -> list[Order]:
        """Other environments in place of all it has: another version, or another revision of the same."""
        orders: list[Order] = [*self._release(standby, 0, "replaced")]
        standby.pool = pool
        standby.changed()
        return orders + self._fill(standby, now)

    def renew_version(self, pool: Pool, now: float) -> list[Order]:
        return [order for standby in pool.group.standbys.values() if standby.pool is pool for order in self.renew(standby, pool, now)]

    # What becomes of it

    def ready(self, environment: Environment, fact: facts.EnvironmentReady, now: float) -> list[Order]:
        """An init that no call waited for is over."""
        environment.step("provisioned" if fact.ok else "init_failed", fact)
        self._places.initialised(environment)
        standby = environment.standby
        if standby is None:  # nobody wants it any more
            return [self._places.stop(environment, environment.retiring or "released")]
        if fact.ok:
            standby.seat(environment)
            return self._fill(standby, now) if standby in self.short else []
        standby.failed = True
        self.short.pop(standby, None)
        return [*self._part(environment, "replaced")]

    def refused(self, environment: Environment, why: str) -> None:
        """This machine could not start it."""
        standby = environment.standby
        if standby is not None:
            standby.part(environment)
            standby.stalled = why
            self._note(standby)

    def lost(self, environment: Environment, now: float) -> list[Order]:
        """The process of one that has a seat is dead: another is begun."""
        standby = environment.standby
        assert standby is not None
        return [*self._part(environment, "replaced"), *self._fill(standby, now)]

    def host_lost(self, environments: list[Environment], now: float) -> list[Order]:
        """All processes are dead, and places with them: those that were idle are gone already."""
        orders: list[Order] = []
        losing = dict.fromkeys([*(e.standby for e in environments if e.standby is not None), *self.short])
        for environment in environments:
            if environment.standby is not None:
                self._part(environment, "replaced")
        for standby in losing:
            standby.stalled = ""
            orders += self._fill(standby, now)
        return orders

    def resume(self, now: float, measured: bool) -> list[Order]:
        """Time has passed, or this machine has been ``measured``: go on with what is short."""
        orders: list[Order] = []
        for standby in [*self.short]:
            if not standby.stalled or (measured and not standby.initialising):
                orders += self._fill(standby, now)
        return orders

    # Pieces

    def _fill(self, standby: Standby, now: float) -> list[Order]:
        """Begin what is missing, as far as pace and memory allow. Where the machine could not the last time, one is a trial for the others."""
        group, orders = standby.pool.group, list[Order]()
        while standby.missing > 0 and not standby.failed:
            if not group.allocation.has_one(now):
                orders += self._alarm.ask(now + max(group.allocation.wait_s(now), PACE_S))
                break
            evicted = self._places.make_room(standby.pool.need_mb)
            if evicted is None:
                standby.stalled = MACHINE_FULL
                break
            group.allocation.take(now)
            environment = self._places.begin(standby.pool, standby=standby)
            orders += [*evicted, Provision(environment.id, group.name, standby.pool.function.version)]
            if standby.stalled:
                break
        self._note(standby)
        return orders

    def _note(self, standby: Standby) -> None:
        if standby.missing > 0 and not standby.failed:
            self.short[standby] = None
        else:
            self.short.pop(standby, None)

    def _release(self, standby: Standby, keep: int, why: Ending) -> list[Stop]:
        """Down to ``keep``: what is not ready yet goes first, what serves a call last."""
        surplus = standby.requested - standby.missing - keep
        held = [*standby.initialising.values(), *standby.idle.values(), *standby.busy.values()]
        return [order for environment in held[: max(surplus, 0)] for order in self._part(environment, why)]

    def _part(self, environment: Environment, why: Ending) -> list[Stop]:
        """It loses its seat, and ends now or when what it does has ended."""
        standby, state = environment.standby, environment.state
        assert standby is not None
        standby.part(environment)
        if state in ("idle", "empty"):
            return [self._places.stop(environment, why)]
        if state == "gone":
            return []
        environment.retiring = why
        if environment.request_id:
            self._registry.unseated(standby.pool.group)
        return []
