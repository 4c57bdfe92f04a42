"""Every environment there is, from its beginning to its end, and the memory that this machine has promised them."""

from __future__ import annotations

from .capacity import Ending, Environment, Idle, Machine, Pool
from .lifecycle import ImpossibleFact
from .orders import Stop
from .standby import Standby

MACHINE_FULL = (
    "this machine has no memory left for another environment, and none is idle: stop traffic, lower the memory that functions use, or use a larger machine"
)


class Places:
    """Environments by number; ``idle`` are those that serve nobody and may be ended for it, ``initialising_mb`` what is promised and not yet taken."""

    def __init__(self) -> None:
        self.environments: dict[int, Environment] = {}
        self.idle = Idle()
        self.machine = Machine()
        self.initialising_mb = 0
        self._last_id = 0

    def known(self, environment_id: int, fact: object) -> Environment:
        """Raises ImpossibleFact where there is no such environment."""
        try:
            return self.environments[environment_id]
        except KeyError:
            raise ImpossibleFact(f"there is no environment {environment_id}, and {type(fact).__name__} was told of it") from None

    def serving(self, environment_id: int, request_id: str, fact: object) -> Environment:
        """Raises ImpossibleFact where it does not serve this request."""
        environment = self.known(environment_id, fact)
        if environment.request_id != request_id or not request_id:
            raise ImpossibleFact(f"environment {environment_id} is {environment.state} and does not serve {request_id}, and {type(fact).__name__} was told")
        return environment

    def begin(self, pool: Pool, request_id: str = "", standby: Standby | None = None) -> Environment:
        """A new environment, for a call or for a seat."""
        self._last_id += 1
        environment = Environment(self._last_id, pool, pool.function.revision, pool.need_mb, request_id=request_id, standby=standby)
        self.environments[environment.id] = environment
        self.machine.promise(environment.need_mb)
        self.initialising_mb += environment.need_mb
        pool.initialising += 1
        if standby is not None:
            standby.initialising[environment.id] = environment
        return environment

    def initialised(self, environment: Environment) -> None:
        """Its init is over, well or not."""
        environment.pool.initialising -= 1
        self.initialising_mb -= environment.need_mb

    def never_was(self, environment: Environment) -> None:
        """It could not be started."""
        self.initialised(environment)
        del self.environments[environment.id]
        self.machine.promise(-environment.need_mb)

    def rest(self, environment: Environment, now: float) -> None:
        """It serves nobody now, and waits for a call."""
        pool = environment.pool
        (pool.idle if environment.state == "idle" else pool.empty)[environment.id] = environment
        environment.idle_since = now
        self.idle.add(environment)

    def leave_idle(self, environment: Environment) -> None:
        environment.pool.idle.pop(environment.id, None)
        environment.pool.empty.pop(environment.id, None)
        self.idle.discard(environment)

    def stop(self, environment: Environment, why: Ending) -> Stop:
        environment.step("stop", why)
        self.forget(environment)
        return Stop(environment.id, why)

    def forget(self, environment: Environment) -> None:
        self.leave_idle(environment)
        del self.environments[environment.id]

    def retire(self, pool: Pool, why: Ending) -> list[Stop]:
        """Idle environments end now, the others when what they do has ended; those on standby are not meant."""
        for environment in self.environments.values() if pool.busy or pool.initialising else ():
            if environment.pool is pool and environment.standby is None and environment.state in ("busy", "initialising"):
                environment.retiring = why
        return [self.stop(environment, why) for environment in [*pool.idle.values(), *pool.empty.values()]]

    def make_room(self, need_mb: int) -> list[Stop] | None:
        """Evict what has been idle longest until ``need_mb`` fit; None, and nothing evicted, where even that is not enough."""
        lacking = self.machine.lacks_mb(need_mb)
        if not lacking:
            return []
        victims: list[Environment] = []
        for environment in self.idle:
            victims.append(environment)
            lacking -= environment.need_mb
            if lacking <= 0:
                break
        else:
            return None
        for environment in victims:
            self.machine.promise(-environment.need_mb)
        return [self.stop(environment, "evicted") for environment in victims]

    def evict_oldest(self) -> list[Stop]:
        """What has been idle longest makes room, if there is any."""
        oldest = self.idle.oldest()
        return [self.stop(oldest, "evicted")] if oldest is not None else []
