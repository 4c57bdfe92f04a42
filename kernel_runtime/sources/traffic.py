"""Open-loop traffic: calls are sent when they are due, however slow the answers are (a closed loop would hide throttling and cold starts).

One thread with an event loop of its own; a task a call. Bounded by its arrivals, stoppable at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..model.errors import LabError, TooManyRequestsException

LATE_S = 0.010
LATENCIES_HELD = 10_000
GRACE_S = 5.0
_LOOK_AGAIN_S = 0.05
IN_FLIGHT_MAX = 5_000
"""Calls that are sent and not answered; what is due beyond that cannot be sent, and is counted so."""


@dataclass(slots=True)
class Summary:
    """What became of the calls. late: sent more than 10 ms after they were due, worst_late_s at most. unsent: due, but the machine or a stop did not
    let them be sent. broken: sent, and broken off by a stop.

    throttled: by Reason. starts: by kind of those that ran. Latencies in ms, of the newest 10,000. cost_usd by the published prices.
    """

    sent: int = 0
    succeeded: int = 0
    failed: int = 0
    refused: int = 0
    late: int = 0
    worst_late_s: float = 0.0
    unsent: int = 0
    in_flight: int = 0
    lasted_s: float = 0.0
    cost_usd: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    throttled: Counter[str] = field(default_factory=Counter)
    starts: Counter[str] = field(default_factory=Counter)
    first_fault: str = ""
    broken: int = 0

    @property
    def throttles(self) -> int:
        return sum(self.throttled.values())

    @property
    def cold(self) -> int:
        return self.starts["cold"]


class Traffic:
    """Calls of one function. invoke: an awaitable call. arrivals: seconds from the start, in order. event: what is sent, or a function of the call's number."""

    def __init__(self, invoke: Callable[[Any], Awaitable[Any]], arrivals: Iterator[float], event: Any = None) -> None:
        self._invoke = invoke
        self._arrivals = arrivals
        self._event = event
        self._summary = Summary()
        self._latencies_ms: deque[float] = deque(maxlen=LATENCIES_HELD)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._began = 0.0
        self._grace_s = GRACE_S
        self._thread: threading.Thread | None = None

    def start(self) -> Traffic:
        """Begin. A traffic runs once."""
        if self._thread is not None:
            raise LabError("this traffic has run: make another")
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="serverless-lab-traffic", daemon=True)
        self._thread.start()
        return self

    def stop(self, grace_s: float = GRACE_S, wait: bool = True) -> Summary:
        """Send no more. What is in flight may end within ``grace_s`` seconds and is broken off then; ``wait``: until all is over."""
        self._grace_s = grace_s
        self._stop.set()
        loop, stopped = self._loop, self._stopped
        if loop is not None and stopped is not None:
            try:
                loop.call_soon_threadsafe(stopped.set)
            except RuntimeError:
                pass  # it has just ended by itself
        if wait:
            self._ended.wait(grace_s + 10)
        return self.summary()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until all is sent and answered; whether it is."""
        return self._ended.wait(timeout_s)

    def __repr__(self) -> str:
        return f"<traffic {'running' if self.running else 'ended'}: {self.summary()}>"

    @property
    def running(self) -> bool:
        return self._thread is not None and not self._ended.is_set()

    def summary(self) -> Summary:
        """As it stands now; from any thread."""
        with self._lock:
            s = self._summary
            held = sorted(self._latencies_ms)
            lasted_s = s.lasted_s if self._ended.is_set() else (time.monotonic() - self._began if self._began else 0.0)
            return Summary(
                s.sent, s.succeeded, s.failed, s.refused, s.late, s.worst_late_s, s.unsent, s.in_flight, lasted_s, s.cost_usd,
                _percentile(held, 0.5), _percentile(held, 0.95), _percentile(held, 0.99), Counter(s.throttled), Counter(s.starts), s.first_fault, s.broken,
            )  # fmt: skip

    def _run(self) -> None:
        try:
            asyncio.run(self._send_all())
        finally:
            with self._lock:
                self._summary.lasted_s = time.monotonic() - self._began
            self._ended.set()

    async def _send_all(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        if self._stop.is_set():
            self._stopped.set()
        calls: set[asyncio.Task[None]] = set()
        for number, due in enumerate(self._arrivals):
            await self._until(self._began + due)
            if self._stopped.is_set():
                self._summary.unsent += 1 + sum(1 for _ in self._arrivals)
                break
            self._note_lateness(time.monotonic() - self._began - due)
            if len(calls) >= IN_FLIGHT_MAX:
                self._summary.unsent += 1
                continue
            call = asyncio.create_task(self._call(number))
            calls.add(call)
            call.add_done_callback(calls.discard)
        await self._until_answered(calls)

    async def _until(self, moment: float) -> None:
        assert self._stopped is not None
        left = moment - time.monotonic()
        if left <= 0:
            await asyncio.sleep(0)
            return
        try:
            await asyncio.wait_for(self._stopped.wait(), left)
        except TimeoutError:
            pass

    async def _until_answered(self, calls: set[asyncio.Task[None]]) -> None:
        assert self._stopped is not None
        stopped = asyncio.create_task(self._stopped.wait())
        while calls and not stopped.done():
            await asyncio.wait([*calls, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        ending = time.monotonic()
        while calls and (left_s := ending + self._grace_s - time.monotonic()) > 0:  # a second stop may shorten the grace meanwhile
            await asyncio.wait(calls, timeout=min(left_s, _LOOK_AGAIN_S))
        for call in calls:
            call.cancel()
        await asyncio.gather(stopped, *calls, return_exceptions=True)

    async def _call(self, number: int) -> None:
        event = self._event(number) if callable(self._event) else self._event
        began = time.perf_counter()
        with self._lock:
            self._summary.sent += 1
            self._summary.in_flight += 1
        try:
            outcome = await self._invoke(event)
        except TooManyRequestsException as throttle:
            with self._lock:
                self._summary.throttled[throttle.reason] += 1
        except asyncio.CancelledError:
            with self._lock:
                self._summary.broken += 1
            raise
        except Exception as fault:
            with self._lock:
                self._summary.refused += 1
                self._summary.first_fault = self._summary.first_fault or f"{type(fault).__name__}: {fault}"
        else:
            self._note_outcome(outcome, (time.perf_counter() - began) * 1e3)
        finally:
            with self._lock:
                self._summary.in_flight -= 1

    def _note_outcome(self, outcome: Any, latency_ms: float) -> None:
        with self._lock:
            s = self._summary
            s.succeeded += outcome.ok
            s.failed += not outcome.ok
            s.starts[outcome.start] += 1
            s.cost_usd += outcome.cost_usd
            self._latencies_ms.append(latency_ms)

    def _note_lateness(self, late_s: float) -> None:
        with self._lock:
            self._summary.late += late_s > LATE_S
            self._summary.worst_late_s = max(self._summary.worst_late_s, late_s)


def _percentile(ordered: list[float], part: float) -> float:
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0
