"""When calls arrive: times in seconds from the start, in order, bounded in number and time. Chance is a function that is passed in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

ARRIVALS_MAX = 1_000_000


def constant(rps: float, for_s: float) -> Iterator[float]:
    """``rps`` calls a second, evenly."""
    _check(rps, for_s, rps * for_s)
    return (n / rps for n in range(math.ceil(rps * for_s - 1e-9)))


def poisson(rps: float, for_s: float, draw: Callable[[], float]) -> Iterator[float]:
    """``rps`` calls a second on average, independent of each other. ``draw`` gives numbers from [0, 1)."""
    _check(rps, for_s, rps * for_s)

    def times() -> Iterator[float]:
        at = -math.log(1.0 - draw()) / rps
        count = 0
        while at < for_s and count < ARRIVALS_MAX:
            yield at
            count += 1
            at -= math.log(1.0 - draw()) / rps

    return times()


def ramp(from_rps: float, to_rps: float, for_s: float) -> Iterator[float]:
    """The rate goes from one to the other in a straight line."""
    _check(max(from_rps, to_rps), for_s, (from_rps + to_rps) / 2 * for_s)
    if from_rps < 0 or to_rps < 0:
        raise ValueError("a rate is 0 or more calls a second")
    slope = (to_rps - from_rps) / for_s

    def at(n: int) -> float:
        # the n-th call comes when the area under the rate is n
        return n / from_rps if not slope else (math.sqrt(max(from_rps**2 + 2 * slope * n, 0.0)) - from_rps) / slope

    return (at(n) for n in range(math.floor((from_rps + to_rps) / 2 * for_s + 1e-9)))


def burst(count: int, every_s: float | None = None, times: int = 1) -> Iterator[float]:
    """``count`` calls at once; with ``every_s``, ``times`` bursts that many seconds apart."""
    if count < 1 or times < 1 or (times > 1 and not every_s):
        raise ValueError("a burst has 1 call or more; several bursts need every_s, the seconds between them")
    if count * times > ARRIVALS_MAX:
        raise ValueError(f"{count * times:,} calls; {ARRIVALS_MAX:,} are the most")
    return ((every_s or 0.0) * n for n in range(times) for _ in range(count))


def from_list(times: Iterable[float]) -> Iterator[float]:
    """The very times given, sorted."""
    given = sorted(float(t) for t in times)
    if len(given) > ARRIVALS_MAX or (given and (given[0] < 0 or not math.isfinite(given[-1]))):
        raise ValueError(f"times are seconds, 0 or more, at most {ARRIVALS_MAX:,} of them")
    return iter(given)


def _check(rps: float, for_s: float, count: float) -> None:
    if not (rps > 0 and math.isfinite(rps)):
        raise ValueError(f"a rate is more than 0 calls a second, not {rps}")
    if not (for_s > 0 and math.isfinite(for_s)):
        raise ValueError(f"traffic lasts more than 0 seconds, not {for_s}")
    if count > ARRIVALS_MAX:
        raise ValueError(f"{count:,.0f} calls; {ARRIVALS_MAX:,} are the most: lower the rate or the time")
