"""What AWS counts by function, whatever the version: reserved concurrency, growth, calls in flight. A group has a pool for each version.

AWS: "Understanding Lambda function scaling", "Configuring reserved concurrency for a function".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model.names import LATEST
from .capacity import Pool
from .orders import ThrottleReason
from .rates import Bucket
from .standby import Standby


@dataclass(slots=True, eq=False)
class Share:
    """Concurrency that some have between them: the account's unreserved, or one function's reserved.

    in_use: calls in flight. on_demand: those of them that have no seat of provisioned concurrency. provisioned: seats taken out of ``limit``.
    ``full``, ``too_fast``: why a call is throttled here.
    """

    limit: int
    requests: Bucket
    full: ThrottleReason
    too_fast: ThrottleReason
    in_use: int = 0
    on_demand: int = 0
    provisioned: int = 0

    def has_one(self, seated: bool, standby: Standby | None) -> bool:
        """Whether one more call may run: on a seat, or on demand beside all seats. Those that ``standby``, which serves it, does not have yet are free."""
        if self.in_use >= self.limit:
            return False
        lacking = standby.requested - standby.available if standby is not None else 0
        return seated or self.on_demand < self.limit - self.provisioned + lacking


@dataclass(frozen=True, slots=True)
class Alias:
    """A name for a version; ``weights``: others, each with its part of the calls (AWS: "Configure Lambda function aliases")."""

    version: str
    weights: tuple[tuple[str, float], ...] = ()

    def choose(self, draw: float) -> str:
        """The version of one call. ``draw``: from [0, 1)."""
        below = 0.0
        for version, weight in self.weights:
            below += weight
            if draw < below:
                return version
        return self.version

    @property
    def versions(self) -> set[str]:
        return {self.version, *(version for version, _ in self.weights)}


@dataclass(slots=True, eq=False)
class Group:
    """One function: its versions, aliases and provisioned concurrency by name, and its sums. ``share``: its own where it has reserved, else the account's."""

    name: str
    share: Share
    scaling: Bucket
    allocation: Bucket
    reserved: int | None = None
    pools: dict[str, Pool] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    standbys: dict[str, Standby] = field(default_factory=dict)
    in_use: int = 0
    on_demand: int = 0
    provisioned: int = 0

    @property
    def latest(self) -> Pool:
        return self.pools[LATEST]

    def resolve(self, qualifier: str, draw: float) -> Pool | None:
        """The version that a call by ``qualifier`` comes to; None where there is no such version or alias."""
        pool = self.pools.get(qualifier)
        if pool is None and qualifier in self.aliases:
            return self.pools[self.aliases[qualifier].choose(draw)]
        return pool

    def standby_for(self, qualifier: str, pool: Pool) -> Standby | None:
        """The provisioned concurrency that serves a call by ``qualifier`` that came to ``pool``: the qualifier's own, else the version's."""
        standby = self.standbys.get(qualifier)
        return standby if standby is not None and standby.pool is pool else self.standbys.get(pool.function.version)
