"""What holds after every step, whatever has been told. Checked in tests; walks over everything, so never on the way of a call."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.names import LATEST
from .capacity import Environment
from .controller import Controller
from .groups import Group, Share
from .rates import Bucket
from .standby import Standby


def broken(controller: Controller) -> list[str]:
    """The invariants that do not hold, in words; empty where all is well."""
    return [*_account(controller), *_groups(controller), *_environments(controller), *_idle(controller), *_standbys(controller)]


def _account(controller: Controller) -> list[str]:
    registry = controller.registry
    serving = [e for e in controller.environments.values() if e.request_id]
    unreserved = [e for e in serving if e.pool.group.share is registry.unreserved]
    reserved = sum(group.reserved or 0 for group in registry.groups.values())
    provisioned = sum(group.provisioned for group in registry.groups.values() if group.reserved is None)
    wrong = _sums("the account's unreserved", registry.unreserved, unreserved, provisioned)
    if registry.in_use != len(serving):
        wrong.append(f"concurrency in use is {registry.in_use}, and {len(serving)} environments serve a request")
    if registry.reserved != reserved or registry.reserved + provisioned + registry.unreserved_limit != registry.limit:
        wrong.append(f"reserved {registry.reserved} + provisioned {provisioned} + unreserved {registry.unreserved_limit} is not the limit {registry.limit}")
    return wrong


def _groups(controller: Controller) -> list[str]:
    wrong = []
    for group in controller.registry.groups.values():
        own = [e for e in controller.environments.values() if e.pool.group is group]
        wrong += _sums(group.name, group, [e for e in own if e.request_id], sum(s.requested for s in group.standbys.values()))
        if group.reserved is not None:
            wrong += _sums(f"what {group.name} has reserved", group.share, [e for e in own if e.request_id], group.provisioned)
            if group.share.limit != group.reserved or group.provisioned > group.reserved:
                wrong.append(f"{group.name} has reserved {group.reserved} and shares {group.share.limit}, {group.provisioned} of them provisioned")
        elif group.share is not controller.registry.unreserved:
            wrong.append(f"{group.name} reserves nothing, and has a share of its own")
        wrong += _pools(group, own)
        buckets = [group.scaling, group.allocation, group.share.requests, *(s.requests for s in group.standbys.values())]
        wrong += [f"a bucket of {group.name} holds {_level(b)} of {b.capacity}" for b in buckets if not -1e-6 <= _level(b) <= b.capacity + 1e-6]
    return wrong


def _sums(whose: str, counts: Share | Group, serving: list[Environment], provisioned: int) -> list[str]:
    on_demand = sum(e.standby is None for e in serving)
    if (counts.in_use, counts.on_demand, counts.provisioned) == (len(serving), on_demand, provisioned):
        return []
    told = f"{counts.in_use} in use, {counts.on_demand} on demand, {counts.provisioned} provisioned"
    return [f"{whose} counts {told}, and it is {len(serving)}, {on_demand}, {provisioned}"]


def _pools(group: Group, own: list[Environment]) -> list[str]:
    wrong = []
    for version, pool in group.pools.items():
        states = [e.state for e in own if e.pool is pool]
        if pool.busy != states.count("busy") or pool.initialising != states.count("initialising"):
            wrong.append(f"{group.name}:{version} counts {pool.busy} busy and {pool.initialising} initialising, which is not what its environments are")
        if pool.function.version != version or pool.group is not group:
            wrong.append(f"{group.name}:{version} holds {pool.function.name}:{pool.function.version}")
    missing = {v for alias in group.aliases.values() for v in alias.versions} - set(group.pools)
    if missing or LATEST not in group.pools:
        wrong.append(f"{group.name} has no version {', '.join(missing) or LATEST}")
    return wrong


def _environments(controller: Controller) -> list[str]:
    wrong = []
    requests = [e.request_id for e in controller.environments.values() if e.request_id]
    if len(requests) != len(set(requests)):
        wrong.append("a request is served twice")
    for environment in controller.environments.values():
        serves = bool(environment.request_id)
        expected = ("busy", "initialising") if serves else ("idle", "empty", "initialising")
        if environment.state not in expected:
            wrong.append(f"environment {environment.id} is {environment.state} and serves {environment.request_id or 'nobody'}")
        if not serves and environment.retiring is None and environment.revision != environment.pool.function.revision:
            wrong.append(f"environment {environment.id} waits for calls with an old revision")
    promised = sum(e.need_mb for e in controller.environments.values() if e.state == "initialising")
    if promised != controller.places.initialising_mb:
        wrong.append(f"{controller.places.initialising_mb} MB are promised to what is initialising, which needs {promised}")
    return wrong


def _idle(controller: Controller) -> list[str]:
    waiting = [e for e in controller.environments.values() if e.state in ("idle", "empty") and e.standby is None]
    listed = list(controller.places.idle)
    wrong = []
    if {e.id for e in waiting} != {e.id for e in listed}:
        wrong.append("the list of idle environments is not what is idle and not on standby")
    if [e.idle_since for e in listed] != sorted(e.idle_since for e in listed):
        wrong.append("idle environments are not in the order of their last use")
    for environment in waiting:
        held = environment.pool.idle if environment.state == "idle" else environment.pool.empty
        if held.get(environment.id) is not environment:
            wrong.append(f"{environment.pool.function.name} does not know that environment {environment.id} is {environment.state}")
    return wrong


def _standbys(controller: Controller) -> list[str]:
    wrong = []
    standbys = [standby for group in controller.registry.groups.values() for standby in group.standbys.values()]
    seated = {e.id for e in controller.environments.values() if e.standby is not None}
    if seated != {number for standby in standbys for number in (*standby.initialising, *standby.idle, *standby.busy)}:
        wrong.append("the environments that have seats are not those that provisioned concurrency knows")
    for standby in standbys:
        name = f"{standby.pool.function.name}:{standby.qualifier}"
        states = [("initialising", standby.initialising), ("idle", standby.idle), ("busy", standby.busy)]
        if any(e.state != state or e.standby is not standby or e.pool is not standby.pool or e.retiring for state, held in states for e in held.values()):
            wrong.append(f"{name} has environments that are not what it takes them for")
        if standby.missing < 0 or standby.requested < 1:
            wrong.append(f"{name} has {standby.requested} seats and {-standby.missing} environments too many")
        if (standby in controller.provisioning.short) != (standby.missing > 0 and not standby.failed):
            wrong.append(f"{name} lacks {standby.missing} environments, and that is not known")
        if standby.status == "READY" and standby.available != standby.requested:
            wrong.append(f"{name} is ready with {standby.available} of {standby.requested} environments")
        wrong += _points(controller, standby, name)
    return wrong + [f"{s.qualifier} is short and no more" for s in _unknown(controller.provisioning.short, standbys)]


def _points(controller: Controller, standby: Standby, name: str) -> list[str]:
    group = standby.pool.group
    alias = group.aliases.get(standby.qualifier)
    version = alias.version if alias is not None else standby.qualifier
    fits = group.pools.get(version) is standby.pool and controller.registry.groups.get(group.name) is group and version != LATEST
    return [] if fits else [f"{name} is provisioned for another version than {version}"]


def _unknown(short: Iterable[Standby], standbys: list[Standby]) -> list[Standby]:
    return [standby for standby in short if standby not in standbys]


def _level(bucket: Bucket) -> float:
    return bucket.level(float("-inf"))
