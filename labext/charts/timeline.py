"""What each environment does: a thin grey line as long as it lives, and over it its init, its work, its process's deaths."""

from __future__ import annotations

from typing import Any

from ..rows import Rows, Span
from .theme import COLOURS
from .theme import template as themed

TRACES = ("alive", "init", "busy", "killed")
SHOWN = {"alive": "idle"}
_WIDTHS = {"alive": 2, "init": 9, "busy": 9}


def template() -> dict[str, Any]:
    traces: list[dict[str, Any]] = []
    for name in TRACES:
        shown = SHOWN.get(name, name)
        if name == "killed":
            look: dict[str, Any] = {"mode": "markers", "marker": {"symbol": "x", "size": 9, "color": COLOURS[name]}}
        else:
            look = {"mode": "lines", "line": {"width": _WIDTHS[name], "color": COLOURS[shown]}, "connectgaps": False}
        traces.append({"type": "scatter", "name": shown, "hovertemplate": f"row %{{y}}: {shown}<br>%{{x:.2f}} s<extra></extra>", **look})
    figure = themed("Environments: each row is one, from its init to its end", "row", traces, 250, tickformat="d", rangemode="nonnegative")
    figure["layout"]["yaxis"]["nticks"] = 6
    return figure


def gains(rows: Rows) -> dict[int, dict[str, list[Any]]]:
    """Points by trace; a gap (None) ends each span."""
    return _points(rows.spans, rows.base)


def standing(rows: Rows) -> dict[int, dict[str, list[Any]]]:
    """The same of the spans that are not over yet: drawn after the others, and in place of those of the last update."""
    return _points(rows.standing, rows.base)


def _points(spans: list[Span], base: float) -> dict[int, dict[str, list[Any]]]:
    points: dict[int, dict[str, list[Any]]] = {}
    for state, number, begin, end in spans:
        trace = points.setdefault(TRACES.index(state), {"x": [], "y": []})
        if state == "killed":
            trace["x"].append(round(begin - base, 2))
            trace["y"].append(number)
        else:
            trace["x"] += [round(begin - base, 2), round(end - base, 2), None]
            trace["y"] += [number, number, None]
    return points
