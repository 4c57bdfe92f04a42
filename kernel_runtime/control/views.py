"""How things stand, for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass

from .groups import Group
from .registry import Registry


@dataclass(frozen=True, slots=True)
class FunctionView:
    """How a function stands, all its versions together. limit: the most it may have in use: its reserved concurrency, else the account's unreserved and
    its own provisioned. provisioned: environments that are to be kept initialised."""

    name: str
    in_use: int
    initialising: int
    idle: int
    limit: int
    reserved: int | None
    provisioned: int = 0


@dataclass(frozen=True, slots=True)
class AccountView:
    """How the account stands. unreserved_limit = limit - reserved - provisioned; provisioned: of functions that have nothing reserved."""

    in_use: int
    unreserved_in_use: int
    limit: int
    reserved: int
    environments: int
    provisioned: int = 0

    @property
    def unreserved_limit(self) -> int:
        """AWS: GetAccountSettings, UnreservedConcurrentExecutions."""
        return self.limit - self.reserved - self.provisioned


def function_view(group: Group, registry: Registry) -> FunctionView:
    pools, standbys = [*group.pools.values()], [*group.standbys.values()]
    idle = sum(len(pool.idle) + len(pool.empty) for pool in pools) + sum(len(standby.idle) for standby in standbys)
    limit = registry.unreserved_limit + group.provisioned if group.reserved is None else group.reserved
    return FunctionView(group.name, group.in_use, sum(pool.initialising for pool in pools), idle, limit, group.reserved, group.provisioned)


def account_view(registry: Registry, environments: int) -> AccountView:
    unreserved = registry.unreserved
    return AccountView(registry.in_use, unreserved.on_demand, registry.limit, registry.reserved, environments, unreserved.provisioned)
