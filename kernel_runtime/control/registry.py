"""Functions and the concurrency that is theirs: the account's limit, what is reserved of it, what the others share."""

from __future__ import annotations

from dataclasses import replace

from ..model import limits
from ..model.errors import InvalidParameterValueException
from ..model.function import Function
from .capacity import Pool, requests_bucket, scaling_bucket


class Registry:
    """Pools by function name, with the account's sums kept as they change."""

    def __init__(self, account_concurrency: int) -> None:
        self.limit = account_concurrency
        self.reserved = 0
        self.unreserved_in_use = 0
        self.in_use = 0
        self.pools: dict[str, Pool] = {}
        self.account_requests = requests_bucket(account_concurrency, 0.0)

    @property
    def unreserved_limit(self) -> int:
        return self.limit - self.reserved

    def check(self, function: Function) -> None:
        """Raise InvalidParameterValueException where the function's reserved concurrency would leave the others too little (AWS: PutFunctionConcurrency)."""
        old = self.pools.get(function.name)
        before = (old.function.reserved_concurrency or 0) if old else 0
        wanted = function.reserved_concurrency or 0
        least = min(limits.UNRESERVED_CONCURRENCY_MIN, self.limit)
        if wanted > before and self.limit - self.reserved + before - wanted < least:
            raise InvalidParameterValueException(
                f"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{least}]."
            )

    def put(self, function: Function, now: float) -> Pool:
        """Take the configuration in; counts move between the reserved and the shared side with it."""
        pool = self.pools.get(function.name)
        if pool is None:
            pool = self.pools[function.name] = Pool(function, scaling_bucket(now), None)
        else:
            self._take_out(pool)
            if pool.function.revision != function.revision:
                pool.peak_mb = 0
        changed = pool.function.reserved_concurrency != function.reserved_concurrency
        pool.function = function
        reserved = function.reserved_concurrency
        if reserved is None:
            pool.requests = None
        elif pool.requests is None or changed:
            pool.requests = requests_bucket(reserved, now)
        self._put_in(pool)
        return pool

    def drop(self, name: str) -> Pool:
        """Forget the function. What it has in flight goes on, counted with the unreserved."""
        pool = self.pools.pop(name)
        self._take_out(pool)
        pool.function = replace(pool.function, reserved_concurrency=None)
        self._put_in(pool)
        return pool

    def used(self, pool: Pool, change: int) -> None:
        """``change`` more (or fewer) invocations in flight."""
        self.in_use += change
        if pool.function.reserved_concurrency is None:
            self.unreserved_in_use += change

    def resize(self, limit: int, now: float) -> None:
        self.limit = limit
        rate = limits.REQUESTS_PER_S_PER_CONCURRENCY * limit
        self.account_requests.resize(rate, rate, now)

    def _take_out(self, pool: Pool) -> None:
        if pool.function.reserved_concurrency is None:
            self.unreserved_in_use -= pool.in_use
        else:
            self.reserved -= pool.function.reserved_concurrency

    def _put_in(self, pool: Pool) -> None:
        if pool.function.reserved_concurrency is None:
            self.unreserved_in_use += pool.in_use
        else:
            self.reserved += pool.function.reserved_concurrency
