"""What holds after every step, whatever has been told. Checked in tests; walks over everything, so never on the way of a call."""

from __future__ import annotations

from .controller import Controller


def broken(controller: Controller) -> list[str]:
    """The invariants that do not hold, in words; empty where all is well."""
    return [*_concurrency(controller), *_environments(controller), *_idle(controller)]


def _concurrency(controller: Controller) -> list[str]:
    registry, environments = controller.registry, controller.environments.values()
    serving = sum(1 for e in environments if e.request_id)
    unreserved = sum(1 for e in environments if e.request_id and e.pool.function.reserved_concurrency is None)
    reserved = sum(pool.function.reserved_concurrency or 0 for pool in registry.pools.values())
    wrong = []
    if registry.in_use != serving:
        wrong.append(f"concurrency in use is {registry.in_use}, and {serving} environments serve a request")
    if registry.unreserved_in_use != unreserved:
        wrong.append(f"unreserved in use is {registry.unreserved_in_use}, and {unreserved} unreserved environments serve a request")
    if registry.reserved != reserved or registry.reserved + registry.unreserved_limit != registry.limit:
        wrong.append(f"reserved {registry.reserved} + unreserved {registry.unreserved_limit} is not the limit {registry.limit}")
    for pool in registry.pools.values():
        own = [e for e in environments if e.pool is pool]
        if pool.busy != sum(e.state == "busy" for e in own) or pool.initialising != sum(e.state == "initialising" for e in own):
            wrong.append(f"{pool.function.name} counts {pool.busy} busy and {pool.initialising} initialising, which is not what its environments are")
        for bucket in (pool.scaling, pool.requests):
            if bucket is not None and not -1e-6 <= bucket.level(float("-inf")) <= bucket.capacity + 1e-6:
                wrong.append(f"a bucket of {pool.function.name} holds {bucket.level(float('-inf'))} of {bucket.capacity}")
    return wrong


def _environments(controller: Controller) -> list[str]:
    wrong = []
    requests = [e.request_id for e in controller.environments.values() if e.request_id]
    if len(requests) != len(set(requests)):
        wrong.append("a request is served twice")
    for environment in controller.environments.values():
        serves = bool(environment.request_id)
        if environment.state == "gone" or serves != (environment.state in ("busy", "initialising")):
            wrong.append(f"environment {environment.id} is {environment.state} and serves {environment.request_id or 'nobody'}")
        if not serves and environment.revision != environment.pool.function.revision:
            wrong.append(f"environment {environment.id} waits for calls with an old revision")
    promised = sum(e.need_mb for e in controller.environments.values() if e.state == "initialising")
    if promised != controller.initialising_mb:
        wrong.append(f"{controller.initialising_mb} MB are promised to what is initialising, which needs {promised}")
    return wrong


def _idle(controller: Controller) -> list[str]:
    waiting = [e for e in controller.environments.values() if e.state in ("idle", "empty")]
    listed = list(controller.idle)
    wrong = []
    if {e.id for e in waiting} != {e.id for e in listed}:
        wrong.append("the list of idle environments is not what is idle")
    if [e.idle_since for e in listed] != sorted(e.idle_since for e in listed):
        wrong.append("idle environments are not in the order of their last use")
    for environment in waiting:
        held = environment.pool.idle if environment.state == "idle" else environment.pool.empty
        if held.get(environment.id) is not environment:
            wrong.append(f"{environment.pool.function.name} does not know that environment {environment.id} is {environment.state}")
    return wrong
