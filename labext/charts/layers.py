"""What a layer costs and saves: how much is sent with each change of the code, and how long init takes, for each way of bringing the same packages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Any

from ..sizes import size
from .theme import BESIDE_PX, COLOURS, INK, template

_MB = 1_048_576
_SENT, _KEPT, _INIT = "sent with each change of the code", "kept as a layer, sent once", "init, median of the cold starts"
_COLOURS = {_SENT: COLOURS["throttle"], _KEPT: "#56B4E9", _INIT: COLOURS["cold"]}


@dataclass(frozen=True, slots=True)
class LayerCost:
    """One way of bringing packages to a function. package_bytes: the function's own zip. layer_bytes: its layers' zips. init_ms: one figure a cold start."""

    way: str
    package_bytes: int
    layer_bytes: int
    init_ms: tuple[float, ...] = ()


def figure_json(rows: Sequence[LayerCost], title: str = "What a layer costs and saves") -> dict[str, Any]:
    """A figure as plotly's JSON: sizes on the left, init on the right, a line of bars a way."""
    ways = [row.way for row in rows]
    bar = {"type": "bar", "orientation": "h", "y": ways}
    traces: list[dict[str, Any]] = [
        _sizes(bar, _SENT, [row.package_bytes for row in rows]),
        _sizes(bar, _KEPT, [row.layer_bytes for row in rows]),
        {
            **bar,
            "x": [round(median(row.init_ms), 2) if row.init_ms else None for row in rows],
            "name": _INIT,
            "marker": {"color": _COLOURS[_INIT], "opacity": 0.55},
            "xaxis": "x2",
            "hovertemplate": "%{x:.1f} ms<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "each cold start",
            "x": [round(init_ms, 2) for row in rows for init_ms in row.init_ms],
            "y": [row.way for row in rows for _ in row.init_ms],
            "marker": {"color": _COLOURS[_INIT], "symbol": "diamond", "size": 7},
            "xaxis": "x2",
            "hovertemplate": "%{x:.1f} ms<extra></extra>",
        },
    ]
    figure = template(title, "", traces, 150 + 46 * max(len(rows), 1), autorange="reversed", automargin=True, type="category")
    grid = {"gridcolor": figure["layout"]["yaxis"].pop("gridcolor"), "zeroline": False, "rangemode": "tozero"}
    figure["layout"] |= {
        "barmode": "stack",
        "xaxis": {**grid, "domain": [0, 0.46], "title": {"text": "zipped, MB"}},
        "xaxis2": {**grid, "domain": [0.54, 1], "title": {"text": "init, ms"}, "anchor": "y"},
        "legend": {"orientation": "h", "x": 0, "y": -0.28 - 0.3 / max(len(rows), 1), "yanchor": "top", "font": {"size": 11}, "traceorder": "normal"},
        "margin": {"l": BESIDE_PX, "r": BESIDE_PX, "t": 52, "b": 90},
    }
    return figure


def figure(rows: Sequence[LayerCost], title: str = "What a layer costs and saves") -> Any:
    """The same as a ``plotly.graph_objects.Figure``."""
    import plotly.graph_objects as go

    return go.Figure(figure_json(rows, title))


def bundle(rows: Sequence[LayerCost], title: str = "What a layer costs and saves") -> dict[str, Any]:
    """MIME types to data: plotly's for JupyterLab, SVG for where no script runs."""
    return {"application/vnd.plotly.v1+json": figure_json(rows, title) | {"config": {"displaylogo": False}}, "image/svg+xml": svg(rows, title)}


def svg(rows: Sequence[LayerCost], title: str = "What a layer costs and saves") -> str:
    """The same as a picture: bars with their figures written beside them."""
    parts = [f'<text x="12" y="18" font-size="13" font-weight="600">{escape(title)}</text>']
    parts += ['<text x="190" y="42">zipped</text>', '<text x="560" y="42">init, median</text>']
    most_bytes = max([row.package_bytes + row.layer_bytes for row in rows] + [1])
    most_ms = max([init for row in rows for init in row.init_ms] + [1.0])
    for number, row in enumerate(rows):
        parts += _line(row, 54 + 30 * number, 230 / most_bytes, 250 / most_ms)
    y = 66 + 30 * len(rows)
    for number, name in enumerate((_SENT, _KEPT, _INIT)):
        parts.append(f'<rect x="{12 + 285 * number}" y="{y}" width="10" height="10" fill="{_COLOURS[name]}"/>')
        parts.append(f'<text x="{26 + 285 * number}" y="{y + 9}">{name}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {y + 20}" width="900" font-family="sans-serif" font-size="11" fill="{INK}">'
    return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'


def _sizes(bar: dict[str, Any], name: str, sizes: Sequence[int]) -> dict[str, Any]:
    shown = {"marker": {"color": _COLOURS[name]}, "hovertemplate": "%{x:.3f} MB<extra></extra>"}
    return {**bar, "x": [round(size / _MB, 4) for size in sizes], "name": name, **shown}


def _line(row: LayerCost, y: float, per_byte: float, per_ms: float) -> Iterator[str]:
    sent, kept = row.package_bytes * per_byte, row.layer_bytes * per_byte
    yield f'<text x="180" y="{y + 13}" text-anchor="end">{escape(row.way)}</text>'
    yield f'<rect x="190" y="{y}" width="{max(sent, 1):.1f}" height="18" fill="{_COLOURS[_SENT]}"/>'
    if row.layer_bytes:
        yield f'<rect x="{190 + max(sent, 1):.1f}" y="{y}" width="{kept:.1f}" height="18" fill="{_COLOURS[_KEPT]}"/>'
    yield f'<text x="{196 + max(sent, 1) + kept:.1f}" y="{y + 13}">{size(row.package_bytes + row.layer_bytes)}</text>'
    if row.init_ms:
        middle = median(row.init_ms)
        yield f'<rect x="560" y="{y}" width="{max(middle * per_ms, 1):.1f}" height="18" fill="{_COLOURS[_INIT]}" fill-opacity=".55"/>'
        yield "".join(f'<circle cx="{560 + init * per_ms:.1f}" cy="{y + 9}" r="2.6" fill="{_COLOURS[_INIT]}"/>' for init in row.init_ms)
        yield f'<text x="{568 + max(row.init_ms) * per_ms:.1f}" y="{y + 13}">{middle:.1f} ms</text>'
