"""How long things take in a simulation: given, or drawn from what AWS's own cold starts took.

The published figures are init durations of trivial functions on real Lambda, aggregated from the daily figures of maxday/lambda-perf (Apache-2.0),
2026-04-25 to 2026-08-22: log-normal mu and sigma of ms, zip package, x86_64. A simulated figure is a modelled figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

INIT_LOGNORMAL = {
    "dotnet10": (5.6780, 0.3053),
    "dotnet8": (5.5988, 0.2087),
    "provided.al2023": (3.9390, 0.0994),
    "java11": (5.6854, 0.1661),
    "java17": (5.3616, 0.1262),
    "java21": (5.5256, 0.1549),
    "java25": (5.3580, 0.2534),
    "nodejs20.x": (5.0052, 0.1325),
    "nodejs22.x": (5.0030, 0.1293),
    "nodejs24.x": (4.9838, 0.1481),
    "python3.10": (4.3949, 0.1326),
    "python3.11": (4.4231, 0.1462),
    "python3.12": (4.5013, 0.1505),
    "python3.13": (4.5684, 0.1862),
    "python3.14": (4.8133, 0.2221),
    "ruby3.2": (5.5550, 0.2599),
    "ruby3.3": (5.5676, 0.2506),
    "ruby3.4": (5.5304, 0.2817),
}
"""runtime to (mu, sigma) of the natural logarithm of the init's ms at 128 MB; memory hardly matters, since init runs at full CPU."""


class Durations(Protocol):
    """Seconds of the n-th init and of the n-th invocation of a function."""

    def init_s(self, function: str, count: int) -> float: ...

    def invocation_s(self, function: str, count: int) -> float: ...


@dataclass(frozen=True, slots=True)
class Given:
    """The same every time."""

    init: float = 0.0
    invocation: float = 0.0

    def init_s(self, function: str, count: int) -> float:
        return self.init

    def invocation_s(self, function: str, count: int) -> float:
        return self.invocation


@dataclass(frozen=True, slots=True)
class Published:
    """Inits as AWS's own were, by runtime; invocations as given. ``draw`` gives numbers from [0, 1)."""

    runtime: str
    draw: Callable[[], float]
    invocation: float = 0.0

    def init_s(self, function: str, count: int) -> float:
        mu, sigma = INIT_LOGNORMAL[self.runtime]
        return math.exp(NormalDist(mu, sigma).inv_cdf(min(max(self.draw(), 1e-9), 1 - 1e-9))) / 1_000

    def invocation_s(self, function: str, count: int) -> float:
        return self.invocation
