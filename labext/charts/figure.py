"""All charts of a stretch of the journal as one bundle that every front end shows something of."""

from __future__ import annotations

from typing import Any

from ..rows import Rows
from . import CHARTS, whole
from .picture import svg
from .theme import GRID, see_through

_GAP = 0.09


def figure(rows: Rows, title: str) -> Any:
    """A ``plotly.graph_objects.Figure`` with the charts one under the other, sharing their time axis."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    plots = make_subplots(
        rows=len(CHARTS), cols=1, shared_xaxes=True, vertical_spacing=_GAP, specs=[[{"secondary_y": name == "concurrency"}] for name in CHARTS],
        subplot_titles=[chart.template()["layout"]["title"]["text"] for chart in CHARTS.values()],
    )  # fmt: skip
    for row, (name, chart) in enumerate(CHARTS.items(), 1):
        template = chart.template()
        for index, points in whole(name, rows).items():
            template["data"][index].update(points)
        for trace in template["data"]:
            if trace["type"] == "bar":
                widths = [width_s for *_, throttles, width_s in rows.bins if throttles]
                trace.update(width=widths, offset=[-width_s for width_s in widths])  # a bin is told at its end
            second = trace.pop("yaxis", "") == "y2"
            plots.add_trace(go.Scatter(**trace) if trace["type"] == "scatter" else go.Bar(**trace), row=row, col=1, secondary_y=second if row == 2 else None)
        axis = {key: value for key, value in template["layout"]["yaxis"].items() if key not in ("gridcolor", "automargin")}
        plots.update_yaxes(**axis, row=row, col=1, secondary_y=False if row == 2 else None)
    plots.update_layout(height=720, title={"text": title}, legend={"orientation": "h", "y": -0.08}, margin={"t": 80, "b": 40}, **see_through())
    plots.update_xaxes(gridcolor=GRID, zeroline=False)
    plots.update_yaxes(gridcolor=GRID, zeroline=False)
    throttled = any(throttles for *_, throttles, _ in rows.bins)
    plots.update_yaxes(title_text="throttles / s", rangemode="tozero", showgrid=False, visible=throttled, row=2, col=1, secondary_y=True)
    plots.update_xaxes(ticksuffix=" s", row=len(CHARTS), col=1)
    return plots


def bundle(rows: Rows, title: str) -> dict[str, Any]:
    """MIME types to data: plotly's for JupyterLab, SVG for where no script runs."""
    return {"application/vnd.plotly.v1+json": figure(rows, title).to_plotly_json() | {"config": {"displaylogo": False}}, "image/svg+xml": svg(rows, title)}
