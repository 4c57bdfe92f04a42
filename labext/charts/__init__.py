"""Rows to plotly figures: one file a chart. A chart is a template with empty traces and a pure function from rows to what each trace gains, so that the live
board, which only gains, and a static picture, which gains all at once, are drawn by the same lines."""

from __future__ import annotations

from ..messages import Points
from ..rows import Rows
from . import concurrency, latency, timeline

CHARTS = {"timeline": timeline, "concurrency": concurrency, "latency": latency}
"""In the order in which a panel shows them. Each has ``template() -> dict`` and ``gains(rows) -> {trace: {"x": […], "y": […]}}``."""

STANDING = {"timeline": timeline.standing}
"""Charts that also show what is not over yet: told whole with every update."""


def whole(name: str, rows: Rows) -> Points:
    """All that a chart shows of ``rows``, what is not over yet included."""
    points: Points = CHARTS[name].gains(rows)
    if name in STANDING:
        for index, more in STANDING[name](rows).items():
            held = points.setdefault(index, {"x": [], "y": []})
            held["x"] += more["x"]
            held["y"] += more["y"]
    return points
