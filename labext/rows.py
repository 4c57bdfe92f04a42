"""What charts are drawn from: plain tuples, times in seconds from an origin. Charts, board and picture know these and nothing of a journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

WINDOW_S = 120.0
"""History that a page which is opened again, or a saved picture, is shown."""
SPANS_HELD = 6_000
BINS_HELD = 1_300
POINTS_HELD = 3_000

Lane = Literal["alive", "init", "busy", "killed"]
Span = tuple[Lane, int, float, float]
"""state, row of the timeline, from, to. alive lies under the others: where it is alone, the environment is idle."""
Bin = tuple[float, int, int, int, float]
"""at, most in use, limit, throttles, and of how many seconds"""
Point = tuple[str, float, float]
"""kind (cold, warm, suppressed, provisioned, restored, error), at, latency in ms"""


@dataclass(slots=True)
class Rows:
    """What is new. standing: spans that are not over yet, whole, in place of those told before. base: what charts take off their times, so that a
    message stays short."""

    now: float = 0.0
    base: float = 0.0
    spans: list[Span] = field(default_factory=list)
    standing: list[Span] = field(default_factory=list)
    bins: list[Bin] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    def extend(self, newer: Rows) -> None:
        """Take in what came after."""
        self.now = newer.now
        self.standing = newer.standing
        self.spans += newer.spans
        self.bins += newer.bins
        self.points += newer.points

    def bound(self, window_s: float = WINDOW_S) -> None:
        """Let go of what is too old, or too much."""
        since = self.now - window_s
        self.spans = [span for span in self.spans[-SPANS_HELD:] if span[3] >= since]
        self.bins = [bin_ for bin_ in self.bins[-BINS_HELD:] if bin_[0] >= since]
        self.points = [point for point in self.points[-POINTS_HELD:] if point[1] >= since]

    def copy(self) -> Rows:
        """With lists of its own."""
        return Rows(self.now, self.base, [*self.spans], [*self.standing], [*self.bins], [*self.points])
