"""Functions and the concurrency that is theirs: the account's limit, what is reserved or provisioned of it, what the others share."""

from __future__ import annotations

from ..model import limits
from ..model.function import Function
from ..model.names import LATEST
from .capacity import Environment, Pool
from .groups import Group, Share
from .lifecycle import ImpossibleFact
from .rates import allocation_bucket, requests_bucket, requests_rate, scaling_bucket
from .standby import Standby


class Registry:
    """Groups by function name, with the account's sums kept as they change."""

    def __init__(self, account_concurrency: int) -> None:
        self.limit = account_concurrency
        self.reserved = 0
        self.in_use = 0
        self.groups: dict[str, Group] = {}
        self.unreserved = Share(
            account_concurrency, requests_bucket(account_concurrency, 0.0), "ConcurrentInvocationLimitExceeded", "FunctionInvocationRateLimitExceeded"
        )

    @property
    def unreserved_limit(self) -> int:
        """What functions without reserved concurrency may have in use on demand."""
        return self.unreserved.limit - self.unreserved.provisioned

    @property
    def unreserved_least(self) -> int:
        """What has to be left to them, whatever is reserved or provisioned."""
        return min(limits.UNRESERVED_CONCURRENCY_MIN, self.limit)

    def group(self, name: str) -> Group:
        """Raises ImpossibleFact where there is no such function."""
        try:
            return self.groups[name]
        except KeyError:
            raise ImpossibleFact(f"there is no function {name}") from None

    def version(self, name: str, version: str) -> Pool:
        """Raises ImpossibleFact where there is no such version."""
        try:
            return self.group(name).pools[version]
        except KeyError:
            raise ImpossibleFact(f"function {name} has no version {version}") from None

    # Functions and their versions

    def put(self, function: Function, now: float) -> Pool:
        """Take the configuration in; with ``$LATEST``'s, counts move between the reserved and the shared side."""
        group = self.groups.get(function.name)
        if group is None:
            group = self.groups[function.name] = Group(function.name, self.unreserved, scaling_bucket(now), allocation_bucket(now))
        pool = group.pools.get(function.version)
        if pool is None:
            pool = group.pools[function.version] = Pool(function, group)
        elif pool.function.revision != function.revision:
            pool.peak_mb = 0
        pool.function = function
        if function.version == LATEST and function.reserved_concurrency != group.reserved:
            self._reserve(group, function.reserved_concurrency, now)
        return pool

    def drop(self, name: str) -> Group:
        """Forget the function. What it has in flight goes on, counted with the unreserved."""
        group = self.groups.pop(name)
        self._reserve(group, None, 0.0)
        return group

    # Concurrency

    def taken(self, environment: Environment) -> None:
        """A call is in flight."""
        group = environment.pool.group
        share = group.share
        self.in_use += 1
        group.in_use += 1
        share.in_use += 1
        if environment.standby is None:
            group.on_demand += 1
            share.on_demand += 1

    def given(self, environment: Environment) -> None:
        """It is no more."""
        group = environment.pool.group
        share = group.share
        self.in_use -= 1
        group.in_use -= 1
        share.in_use -= 1
        if environment.standby is None:
            group.on_demand -= 1
            share.on_demand -= 1

    def unseated(self, group: Group) -> None:
        """A call in flight lost its seat: it goes on as one on demand."""
        group.on_demand += 1
        group.share.on_demand += 1

    def provision(self, standby: Standby, count: int, now: float) -> None:
        """``count`` seats from now on; 0 gives all of them back."""
        group, change = standby.pool.group, count - standby.requested
        group.provisioned += change
        group.share.provisioned += change
        standby.requested = count
        standby.requests.resize(requests_rate(count), requests_rate(count), now)

    def resize(self, limit: int, now: float) -> None:
        self.limit = limit
        self.unreserved.limit = limit - self.reserved
        self.unreserved.requests.resize(requests_rate(limit), requests_rate(limit), now)

    def _reserve(self, group: Group, reserved: int | None, now: float) -> None:
        old = group.share
        self.reserved += (reserved or 0) - (group.reserved or 0)
        self.unreserved.limit = self.limit - self.reserved
        group.reserved = reserved
        group.share = self.unreserved if reserved is None else _reserved_share(reserved, now)
        for share, sign in ((old, -1), (group.share, 1)):
            share.in_use += sign * group.in_use
            share.on_demand += sign * group.on_demand
            share.provisioned += sign * group.provisioned


def _reserved_share(reserved: int, now: float) -> Share:
    bucket = requests_bucket(reserved, now)
    return Share(reserved, bucket, "ReservedFunctionConcurrentInvocationLimitExceeded", "ReservedFunctionInvocationRateLimitExceeded")
