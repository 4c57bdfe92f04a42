"""The timeline's rows: which environment has which, and what it has done since the last look. Pauses too short to be seen are drawn as busy, so that the
number of spans is that of what can be seen, not that of invocations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .rows import Span

LANES_MAX = 48
"""Rows of the timeline; an environment has one as long as it lives, and those that find none free are counted."""
SPANS_AN_UPDATE_MAX = 2 * LANES_MAX
PAUSE_MIN_S, PAUSE_MAX_S = 0.04, 0.5
SPANS_AN_UPDATE_WANTED = 8.0
"""More than that in the long run, and pauses are drawn more coarsely: a page keeps a minute of them."""

State = Literal["init", "busy", "idle"]


@dataclass(slots=True)
class _Environment:
    lane: int
    born: float
    state: State
    since: float
    paused_at: float | None = None
    """Busy before, idle since, and not long enough for the pause to be drawn."""
    dead: bool = False


class Lanes:
    """Told what becomes of each environment; ``drawn`` gives what is new."""

    def __init__(self) -> None:
        self.pause_s = PAUSE_MIN_S
        self._environments: dict[int, _Environment] = {}
        self._free = list(range(LANES_MAX, 0, -1))
        self._ended: list[Span] = []
        self._usual = 0.0

    def __contains__(self, number: int) -> bool:
        return number in self._environments

    @property
    def hidden(self) -> int:
        """Environments without a row."""
        return len(self._environments) - (LANES_MAX - len(self._free))

    def begin(self, number: int, state: State, at: float) -> None:
        """An environment that was not known."""
        self._environments[number] = _Environment(self._free.pop() if self._free else 0, at, state, at)

    def change(self, number: int, state: State, at: float) -> None:
        """It is something else now."""
        environment = self._environments.get(number)
        if environment is None:
            return
        environment.dead = environment.dead and state == "idle"
        if state == "idle":
            if environment.state == "busy":
                environment.state, environment.paused_at = "idle", at
            if environment.paused_at is not None:
                return
            self._close(environment, at)
        elif environment.paused_at is not None:
            if state == "busy" and at - environment.paused_at < self.pause_s:
                environment.state, environment.paused_at = "busy", None
                return
            self._end_busy(environment)
        else:
            self._close(environment, at)
        environment.state, environment.since = state, at

    def killed(self, number: int, at: float) -> None:
        """Its process died; its place is there still."""
        environment = self._environments.get(number)
        if environment is None or environment.dead:  # its caller tells, and so does the host
            return
        self.change(number, "idle", at)
        environment.dead = True
        if environment.lane:
            self._ended.append(("killed", environment.lane, at, at))

    def end(self, number: int, at: float) -> None:
        """It is no more."""
        environment = self._environments.pop(number, None)
        if environment is None or not environment.lane:
            return
        if environment.paused_at is not None:
            self._end_busy(environment)
        self._close(environment, at)
        self._ended.append(("alive", environment.lane, environment.born, at))
        self._free.append(environment.lane)
        self._free.sort(reverse=True)  # the lowest free row is the next one to be used

    def end_all(self, at: float) -> None:
        """The worker host died."""
        for number in list(self._environments):
            self.killed(number, at)
            self.end(number, at)

    def drawn(self, now: float) -> tuple[list[Span], list[Span]]:
        """Spans that have ended since the last time, and those that stand."""
        standing: list[Span] = []
        for environment in self._environments.values():
            if environment.paused_at is not None and now - environment.paused_at >= self.pause_s:
                self._end_busy(environment)
            if environment.lane:
                standing.append(("alive", environment.lane, environment.born, now))
                if environment.paused_at is not None:
                    standing.append(("busy", environment.lane, environment.since, environment.paused_at))
                elif environment.state != "idle":
                    standing.append((environment.state, environment.lane, environment.since, now))
        ended, self._ended = self._ended, []
        self._usual += 0.1 * (len(ended) - self._usual)
        factor = 1.1 if self._usual > SPANS_AN_UPDATE_WANTED else 0.98
        self.pause_s = min(max(self.pause_s * factor, PAUSE_MIN_S), PAUSE_MAX_S)
        return ended[-SPANS_AN_UPDATE_MAX:], standing

    def _end_busy(self, environment: _Environment) -> None:
        assert environment.paused_at is not None
        if environment.lane:
            self._ended.append(("busy", environment.lane, environment.since, environment.paused_at))
        environment.since, environment.paused_at = environment.paused_at, None

    def _close(self, environment: _Environment, at: float) -> None:
        if environment.lane and environment.state != "idle":
            self._ended.append((environment.state, environment.lane, environment.since, at))
