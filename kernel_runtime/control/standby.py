"""Provisioned concurrency of one version or alias: the environments that are kept initialised for it, and how far that has come.

AWS: "Configuring provisioned concurrency for a function", GetProvisionedConcurrencyConfig.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .capacity import Environment, Pool
from .rates import Bucket

Status = Literal["IN_PROGRESS", "READY", "FAILED"]
INIT_FAILURE = "FUNCTION_ERROR_INIT_FAILURE"


@dataclass(frozen=True, slots=True)
class ProvisionedView:
    """How provisioned concurrency stands (botocore: GetProvisionedConcurrencyConfigResponse). reason: AWS's StatusReason, or this machine's own in words.

    allocated = available: environments that are initialised, those that serve a call among them.
    """

    requested: int
    allocated: int
    available: int
    status: Status
    reason: str | None = None


@dataclass(slots=True, eq=False)
class Standby:
    """``requested`` seats and the environments on them. ``requests``: ten a second for each seat.

    ``failed``: an init failed, and no more are begun before the configuration or the alias changes. ``stalled``: this machine could not; it is tried again
    when the machine has been measured.
    """

    qualifier: str
    pool: Pool
    requested: int
    requests: Bucket
    initialising: dict[int, Environment] = field(default_factory=dict)
    idle: dict[int, Environment] = field(default_factory=dict)
    busy: dict[int, Environment] = field(default_factory=dict)
    failed: bool = False
    stalled: str = ""

    @property
    def available(self) -> int:
        return len(self.idle) + len(self.busy)

    @property
    def missing(self) -> int:
        """Seats that nobody has, or will soon have."""
        return self.requested - self.available - len(self.initialising)

    @property
    def status(self) -> Status:
        if self.failed or self.stalled:
            return "FAILED"
        return "READY" if self.available >= self.requested else "IN_PROGRESS"

    def changed(self) -> None:
        """Another number or another version is wanted: begin anew."""
        self.failed = False
        self.stalled = ""

    def seat(self, environment: Environment) -> None:
        """It is initialised."""
        self.initialising.pop(environment.id, None)
        self.idle[environment.id] = environment
        self.stalled = ""

    def part(self, environment: Environment) -> None:
        """It leaves its seat."""
        environment.standby = None
        self.initialising.pop(environment.id, None)
        self.idle.pop(environment.id, None)
        self.busy.pop(environment.id, None)

    def view(self) -> ProvisionedView:
        reason = INIT_FAILURE if self.failed else self.stalled or None
        return ProvisionedView(self.requested, self.available, self.available, self.status, reason)
