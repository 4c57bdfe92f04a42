"""What each environment does: being initialised, busy, idle, killed."""

from __future__ import annotations

from typing import Any

from ..frames import Rows
from .theme import COLOURS
from .theme import template as themed

TRACES = ("idle", "init", "busy", "killed")
_WIDTHS = {"idle": 2, "init": 9, "busy": 9}


def template() -> dict[str, Any]:
    traces: list[dict[str, Any]] = []
    for name in TRACES:
        if name == "killed":
            look: dict[str, Any] = {"mode": "markers", "marker": {"symbol": "x", "size": 9, "color": COLOURS[name]}}
        else:
            look = {"mode": "lines", "line": {"width": _WIDTHS[name], "color": COLOURS[name]}, "connectgaps": False}
        traces.append({"type": "scatter", "name": name, "hovertemplate": f"row %{{y}}: {name}<br>%{{x:.2f}} s<extra></extra>", **look})
    return themed("Environments: a row each, used again when its environment has ended", "row", traces, 250, tickformat="d", rangemode="nonnegative")


def gains(rows: Rows) -> dict[int, dict[str, list[Any]]]:
    """Points by trace; a gap (None) ends each span."""
    gained: dict[int, dict[str, list[Any]]] = {}
    for state, number, begin, end in rows.spans:
        trace = gained.setdefault(TRACES.index(state), {"x": [], "y": []})
        if state == "killed":
            trace["x"].append(round(begin - rows.base, 3))
            trace["y"].append(number)
        else:
            trace["x"] += [round(begin - rows.base, 3), round(end - rows.base, 3), None]
            trace["y"] += [number, number, None]
    return gained
