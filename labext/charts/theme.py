"""One look for every chart: Okabe and Ito's colours, which colour-blind readers tell apart, and no frame that a dark notebook would not like."""

from __future__ import annotations

from typing import Any

COLOURS = {
    "init": "#56B4E9",
    "busy": "#009E73",
    "idle": "rgba(140,140,140,0.55)",
    "killed": "#D55E00",
    "cold": "#0072B2",
    "warm": "#009E73",
    "suppressed": "#CC79A7",
    "provisioned": "#B8A800",  # their yellow, darker: it must be seen on white
    "restored": "#56B4E9",
    "error": "#D55E00",
    "throttle": "#E69F00",
    "limit": "#D55E00",
}
BESIDE_PX = 64
"""Room on both sides, the same for every chart, so that their time axes lie under each other."""
GRID = "rgba(128,128,128,0.22)"
INK = "#7f7f7f"


def template(title: str, y_title: str, traces: list[dict[str, Any]], height: int, **y_axis: Any) -> dict[str, Any]:
    """A figure as plotly's JSON, its traces empty."""
    axis = {"gridcolor": GRID, "zeroline": False}
    return {
        "data": [{"x": [], "y": [], **trace} for trace in traces],
        "layout": {
            "title": {"text": title, "font": {"size": 13}, "x": 0, "xref": "paper", "xanchor": "left", "y": 0.97},
            "height": height,
            "margin": {"l": BESIDE_PX, "r": BESIDE_PX, "t": 52, "b": 34},
            **see_through(),
            "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom", "font": {"size": 11}},
            "xaxis": {**axis, "ticksuffix": " s"},
            "yaxis": {**axis, "title": {"text": y_title}, **y_axis},
            "hovermode": "closest",
            "uirevision": "kept",
        },
    }


def see_through() -> dict[str, Any]:
    """What makes a figure's layout readable on a light notebook and on a dark one."""
    return {"font": {"color": INK, "size": 11}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
