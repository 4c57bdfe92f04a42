"""Environments by state: what is idle and which of it goes first, what a version has in use, and what this machine's memory still carries.

Every look-up is by key; no step walks a list.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..model.function import Function
from .lifecycle import State, Step, after

if TYPE_CHECKING:
    from .groups import Group
    from .standby import Standby

Ending = Literal["idle", "replaced", "evicted", "deleted", "released"]

ASSUMED_MB = 12
"""What a new environment is taken to cost the machine before one of its function has been seen: a forked Python with a few imports of its own."""
TEMPLATE_MB = 8
"""What an environment uses and shares with its template: it counts as the function's memory, and costs the machine nothing."""
LEAST_MB = 4
MACHINE_RESERVE_MB = 128
"""What is left to the notebook when environments take the rest."""


@dataclass(slots=True, eq=False)
class Environment:
    """One place and what it does. ``need_mb``: the memory it was promised. ``retiring``: why it ends when what it does has ended.

    ``standby``: the provisioned concurrency whose seat it has; None for one that was started by a call.
    """

    id: int
    pool: Pool
    revision: int
    need_mb: int
    state: State = "initialising"
    request_id: str = ""
    idle_since: float = 0.0
    retiring: Ending | None = None
    standby: Standby | None = None

    def step(self, step: Step, what: object) -> None:
        self.state = after(self.state, step, what)


@dataclass(slots=True, eq=False)
class Pool:
    """One version of a function: its configuration, its environments that serve nobody (those on standby are not here), and its counts.

    ``peak_mb``: the most one environment of this revision has used.
    """

    function: Function
    group: Group
    idle: dict[int, Environment] = field(default_factory=dict)
    empty: dict[int, Environment] = field(default_factory=dict)
    busy: int = 0
    initialising: int = 0
    peak_mb: int = 0

    @property
    def need_mb(self) -> int:
        """What one more environment costs the machine."""
        return max(self.peak_mb - TEMPLATE_MB, LEAST_MB) if self.peak_mb else ASSUMED_MB


class Idle:
    """Every environment that serves nobody, least recently used first."""

    def __init__(self) -> None:
        self._by_age: OrderedDict[int, Environment] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_age)

    def __iter__(self) -> Iterator[Environment]:
        return iter(self._by_age.values())

    def add(self, environment: Environment) -> None:
        self._by_age[environment.id] = environment

    def discard(self, environment: Environment) -> None:
        self._by_age.pop(environment.id, None)

    def oldest(self) -> Environment | None:
        return next(iter(self._by_age.values()), None)

    def __contains__(self, environment: Environment) -> bool:
        return environment.id in self._by_age


class Machine:
    """This machine's memory as last measured, less what has been promised since. Before a measurement nothing is refused."""

    def __init__(self) -> None:
        self._available_mb: int | None = None
        self._promised_mb = 0

    def measured(self, available_mb: int, initialising_mb: int) -> None:
        """``initialising_mb``: promised to environments that have not taken it yet."""
        self._available_mb = available_mb
        self._promised_mb = initialising_mb

    def lacks_mb(self, need_mb: int) -> int:
        """How many MB are missing for ``need_mb``; 0 where it fits."""
        if self._available_mb is None:
            return 0
        return max(0, need_mb + MACHINE_RESERVE_MB - (self._available_mb - self._promised_mb))

    def promise(self, mb: int) -> None:
        """Take ``mb`` (negative: give back)."""
        self._promised_mb += mb
