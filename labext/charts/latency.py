"""How long each call took, as its caller saw it; cold starts marked."""

from __future__ import annotations

from typing import Any

from ..rows import Rows
from .theme import COLOURS
from .theme import template as themed

TRACES = ("warm", "cold", "suppressed", "error", "provisioned", "restored")
_SYMBOLS = {"warm": "circle", "cold": "diamond", "suppressed": "square", "error": "x", "provisioned": "triangle-up", "restored": "diamond-open"}
_SIZES = {"warm": 4, "cold": 9, "suppressed": 8, "error": 8, "provisioned": 5, "restored": 9}


def template() -> dict[str, Any]:
    traces = [
        {
            "type": "scatter",
            "name": name,
            "mode": "markers",
            "marker": {"color": COLOURS[name], "symbol": _SYMBOLS[name], "size": _SIZES[name], "opacity": 0.6 if name in ("warm", "provisioned") else 0.95},
            "hovertemplate": f"{name}: %{{y:.1f}} ms<extra></extra>",
        }
        for name in TRACES
    ]
    return themed("Latency of each call, cold starts marked", "ms", traces, 240, type="log", tickformat=",~g", nticks=3)


def gains(rows: Rows) -> dict[int, dict[str, list[Any]]]:
    gained: dict[int, dict[str, list[Any]]] = {}
    for kind, at, latency_ms in rows.points:
        points = gained.setdefault(TRACES.index(kind), {"x": [], "y": []})
        points["x"].append(round(at - rows.base, 3))
        points["y"].append(round(max(latency_ms, 0.01), 3))
    return gained
