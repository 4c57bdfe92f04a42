"""Concurrency in use against its limit, and what was throttled above it."""

from __future__ import annotations

from typing import Any

from ..rows import Rows
from .theme import COLOURS
from .theme import template as themed


def template() -> dict[str, Any]:
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": "throttled",
            "marker": {"color": COLOURS["throttle"], "opacity": 0.6},
            "yaxis": "y2",
            "width": 0.1,
            "hovertemplate": "%{y:.0f} throttled a second<extra></extra>",
        },
        {"type": "scatter", "name": "in use", "mode": "lines", "line": {"color": COLOURS["busy"], "shape": "hv", "width": 2}, "fill": "tozeroy"},
        {"type": "scatter", "name": "limit", "mode": "lines", "line": {"color": COLOURS["limit"], "dash": "dash", "width": 1.5, "shape": "hv"}},
    ]
    traces[1]["fillcolor"] = "rgba(0,158,115,0.18)"
    figure = themed("Concurrency in use, its limit, and throttles", "invocations in flight", traces, 220, rangemode="tozero")
    figure["layout"]["yaxis2"] = {
        "overlaying": "y",
        "side": "right",
        "rangemode": "tozero",
        "showgrid": False,
        "title": {"text": "throttles / s"},
    }
    return figure


def gains(rows: Rows) -> dict[int, dict[str, list[Any]]]:
    gained: dict[int, dict[str, list[Any]]] = {}
    busy = max((in_use for _, in_use, _, _, _ in rows.bins), default=0)
    for at, in_use, limit, throttles, width_s in rows.bins:
        when = round(at - rows.base, 2)
        for trace, value in ((1, in_use), (2, limit if limit <= max(4 * busy, 50) else None)):
            points = gained.setdefault(trace, {"x": [], "y": []})
            points["x"].append(when)
            points["y"].append(value)
        if throttles:
            points = gained.setdefault(0, {"x": [], "y": []})
            points["x"].append(when)
            points["y"].append(round(throttles / width_s, 2))
    return gained
