"""How much concurrency is in use, told fact by fact: what CloudWatch's metrics of concurrency sample (AWS: "Types of metrics for Lambda functions").

A sample is taken as each invocation begins.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from ..control import facts
from ..model.names import LATEST


class Sample(NamedTuple):
    """``function``: empty where the account's is meant; ``qualifier``: empty where the function's is."""

    metric: str
    function: str
    qualifier: str
    value: float
    unit: str = "Count"


class InUse:
    """What is reserved, provisioned and busy."""

    def __init__(self) -> None:
        self._reserved: dict[str, int] = {}
        self._provisioned: dict[tuple[str, str], int] = {}
        self._whose: dict[str, tuple[str, str]] = {}
        self._busy: Counter[str] = Counter()
        self._on_demand: Counter[str] = Counter()
        self._on_demand_all = 0
        self._busy_provisioned: Counter[tuple[str, str]] = Counter()

    def told(self, fact: facts.Fact) -> None:
        match fact:
            case facts.FunctionPut(function) if function.version == LATEST:
                self._reserve(function.name, function.reserved_concurrency)
            case facts.FunctionDeleted(name):
                self._reserve(name, None)
                self._provisioned = {key: count for key, count in self._provisioned.items() if key[0] != name}
            case facts.ProvisionedPut(function, qualifier, count):
                self._provisioned[function, qualifier] = count
            case facts.ProvisionedDeleted(function, qualifier):
                self._provisioned.pop((function, qualifier), None)
            case facts.InvocationFinished() | facts.InvocationBroken():
                self._ended(fact.request_id)

    def provisioned_as(self, function: str, qualifier: str, version: str) -> str:
        """The alias or version whose provisioned concurrency such a call may use; empty where it has none."""
        return next((named for named in (qualifier, version) if (function, named) in self._provisioned), "")

    def began(self, request: facts.InvokeRequested, version: str, provisioned: bool) -> list[Sample]:
        """What is in use now that this invocation has begun. ``provisioned``: whether it is in an environment of that kind."""
        function = request.function
        key = (function, self.provisioned_as(function, request.qualifier, version) if provisioned else "")
        self._whose[request.request_id] = key
        self._count(key, 1)
        samples = [
            Sample("ConcurrentExecutions", function, "", self._busy[function]),
            Sample("ConcurrentExecutions", "", "", len(self._whose)),
            Sample("ClaimedAccountConcurrency", "", "", self._unreserved() + self._allocated()),
        ]
        if function not in self._reserved:
            samples.append(Sample("UnreservedConcurrentExecutions", "", "", self._unreserved()))
        if key[1]:
            busy = self._busy_provisioned[key]
            samples.append(Sample("ProvisionedConcurrentExecutions", *key, busy))
            samples.append(Sample("ProvisionedConcurrencyUtilization", *key, busy / self._provisioned[key], "None"))
        return samples

    def _ended(self, request_id: str) -> None:
        key = self._whose.pop(request_id, None)
        if key is not None:
            self._count(key, -1)

    def _count(self, key: tuple[str, str], by: int) -> None:
        self._busy[key[0]] += by
        if key[1]:
            self._busy_provisioned[key] += by
        else:
            self._on_demand[key[0]] += by
            self._on_demand_all += by

    def _reserve(self, function: str, count: int | None) -> None:
        if count is None:
            self._reserved.pop(function, None)
        else:
            self._reserved[function] = count

    def _unreserved(self) -> int:
        """In use of what nothing is set aside for."""
        return self._on_demand_all - sum(self._on_demand[function] for function in self._reserved)

    def _allocated(self) -> int:
        """Set aside: what is reserved, and what is provisioned of functions that have nothing reserved."""
        return sum(self._reserved.values()) + sum(count for (function, _), count in self._provisioned.items() if function not in self._reserved)
