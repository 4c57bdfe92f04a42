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
_SENT, _KEPT, _INIT = "sent with each change of the code", "kept as a layer, sent once", "init: the median, and each cold start"
_BESIDE_SIZES, _BESIDE_INIT = 1.5, 1.3
"""How much longer than its longest bar an axis is, so that figures have room beside the bars."""
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
            "showlegend": False,
            "x": [round(init_ms, 2) for row in rows for init_ms in row.init_ms],
            "y": [row.way for row in rows for _ in row.init_ms],
            "marker": {"color": _COLOURS[_INIT], "symbol": "diamond", "size": 7},
            "xaxis": "x2",
            "hovertemplate": "%{x:.1f} ms<extra></extra>",
        },
    ]
    figure = template(title, "", traces, 132 + 44 * max(len(rows), 1), autorange="reversed", automargin=True, type="category", ticklabelstandoff=6)
    grid = {"gridcolor": figure["layout"]["yaxis"].pop("gridcolor"), "zeroline": False}
    most_bytes, most_ms = _most(rows)
    figure["layout"] |= {
        "barmode": "stack",
        "xaxis": {**grid, "domain": [0, 0.46], "range": [0, most_bytes / _MB * _BESIDE_SIZES], "title": {"text": "zipped, MB", "standoff": 6}},
        "xaxis2": {**grid, "domain": [0.54, 1], "range": [0, most_ms * _BESIDE_INIT], "title": {"text": "init, ms", "standoff": 6}, "anchor": "y"},
        "legend": {"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "font": {"size": 11}, "traceorder": "normal"},
        "margin": {"l": BESIDE_PX, "r": 16, "t": 36, "b": 76},
        "annotations": list(_figures(rows)),
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
    parts += ['<text x="190" y="42">zipped</text>', '<text x="560" y="42">init</text>']
    most_bytes, most_ms = _most(rows)
    for number, row in enumerate(rows):
        parts += _line(row, 54 + 30 * number, 250 / most_bytes, 250 / most_ms)
    y = 66 + 30 * len(rows)
    for number, name in enumerate((_SENT, _KEPT, _INIT)):
        parts.append(f'<rect x="{12 + 285 * number}" y="{y}" width="10" height="10" fill="{_COLOURS[name]}"/>')
        parts.append(f'<text x="{26 + 285 * number}" y="{y + 9}">{name}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {y + 20}" width="900" font-family="sans-serif" font-size="11" fill="{INK}">'
    return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'


def _sizes(bar: dict[str, Any], name: str, sizes: Sequence[int]) -> dict[str, Any]:
    shown = {"marker": {"color": _COLOURS[name]}, "hovertemplate": "%{x:.3f} MB<extra></extra>"}
    return {**bar, "x": [round(size / _MB, 4) for size in sizes], "name": name, **shown}


def _most(rows: Sequence[LayerCost]) -> tuple[int, float]:
    """The longest bar of sizes, bytes, and the longest cold start, ms; never 0."""
    return max([row.package_bytes + row.layer_bytes for row in rows] + [1]), max([init for row in rows for init in row.init_ms] + [1.0])


def _sizes_of(row: LayerCost) -> str:
    """``247 B + 1.2 MB``: a package too small to be seen as a bar is read."""
    return f"{size(row.package_bytes)} + {size(row.layer_bytes)}" if row.layer_bytes else size(row.package_bytes)


def _figures(rows: Sequence[LayerCost]) -> Iterator[dict[str, Any]]:
    """What is written beside the bars, as plotly's annotations."""
    beside = {"showarrow": False, "xanchor": "left", "xshift": 6, "font": {"size": 11}}
    for row in rows:
        yield {**beside, "xref": "x", "x": (row.package_bytes + row.layer_bytes) / _MB, "y": row.way, "text": _sizes_of(row)}
        if row.init_ms:
            yield {**beside, "xref": "x2", "x": max(row.init_ms), "y": row.way, "text": f"{median(row.init_ms):.1f} ms"}


def _line(row: LayerCost, y: float, per_byte: float, per_ms: float) -> Iterator[str]:
    sent, kept = row.package_bytes * per_byte, row.layer_bytes * per_byte
    yield f'<text x="180" y="{y + 13}" text-anchor="end">{escape(row.way)}</text>'
    yield f'<rect x="190" y="{y}" width="{max(sent, 1):.1f}" height="18" fill="{_COLOURS[_SENT]}"/>'
    if row.layer_bytes:
        yield f'<rect x="{190 + max(sent, 1):.1f}" y="{y}" width="{kept:.1f}" height="18" fill="{_COLOURS[_KEPT]}"/>'
    yield f'<text x="{196 + max(sent, 1) + kept:.1f}" y="{y + 13}">{_sizes_of(row)}</text>'
    if row.init_ms:
        middle = median(row.init_ms)
        yield f'<rect x="560" y="{y}" width="{max(middle * per_ms, 1):.1f}" height="18" fill="{_COLOURS[_INIT]}" fill-opacity=".55"/>'
        yield "".join(f'<circle cx="{560 + init * per_ms:.1f}" cy="{y + 9}" r="2.6" fill="{_COLOURS[_INIT]}"/>' for init in row.init_ms)
        yield f'<text x="{568 + max(row.init_ms) * per_ms:.1f}" y="{y + 13}">{middle:.1f} ms</text>'
