"""A state machine's execution: a row for each visit of a state, its time as a bar, the calls of functions in it coloured by how their environments began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from kernel_runtime.triggers.state_machines import Execution, Visit

from .theme import COLOURS, INK, template

ROWS_MAX = 60
_STATE = "rgba(127,127,127,0.28)"
_KINDS = ("cold", "warm", "provisioned", "restored", "suppressed", "error", "call")
_COLOURS = {**COLOURS, "restored": "#56B4E9", "call": INK}
_ROW_PX, _WIDTH, _LEFT = 22, 900, 190


@dataclass(frozen=True, slots=True)
class Bar:
    """row: counts from the top. kind: ``state`` or one of a call's. Times in seconds from the execution's beginning."""

    row: int
    kind: str
    begin: float
    end: float
    text: str


def rows_of(found: Sequence[Visit]) -> tuple[list[str], list[Bar]]:
    """Each row's name and all bars; what is not over yet reaches as far as anything does."""
    shown = list(found[:ROWS_MAX])
    if not shown:
        return [], []
    began = shown[0].began_at
    last = max([visit.ended_at or visit.began_at for visit in shown])
    names, bars, times = [], [], {}  # type: ignore[var-annotated]
    for row, visit in enumerate(shown):
        times[visit.title] = times.get(visit.title, 0) + 1
        names.append(visit.title + (f" ({times[visit.title]})" if times[visit.title] > 1 else ""))
        end = visit.ended_at or last
        bars.append(Bar(row, "state", visit.began_at - began, end - began, f"{visit.kind}, {end - visit.began_at:.2f} s"))
        for call in visit.calls:
            ended = call.ended_at or last
            kind = "error" if call.error else call.start if call.start in _KINDS else "call"
            said = ", ".join(part for part in (call.function, call.start, call.error, f"{ended - call.began_at:.2f} s") if part)
            bars.append(Bar(row, kind, call.began_at - began, ended - began, said))
    return names, bars


def figure_json(found: Sequence[Visit], title: str) -> dict[str, Any]:
    """A figure as plotly's JSON."""
    names, bars = rows_of(found)
    traces = []
    for kind in ("state", *_KINDS):
        own = [bar for bar in bars if bar.kind == kind]
        if not own:
            continue
        took = {"text": [_seconds(bar) for bar in own], "textposition": "outside", "cliponaxis": False} if kind == "state" else {}
        traces.append(
            {
                **took, "type": "bar", "orientation": "h", "name": _label(kind), "y": [bar.row for bar in own],
                "x": [round(bar.end - bar.begin, 4) for bar in own], "base": [round(bar.begin, 4) for bar in own],
                "width": 0.8 if kind == "state" else 0.42, "customdata": [bar.text for bar in own],
                "marker": {"color": _STATE if kind == "state" else _COLOURS[kind]}, "hovertemplate": "%{customdata}<extra></extra>",
            }
        )  # fmt: skip
    figure = template(title, "", traces, 110 + _ROW_PX * max(len(names), 1), tickvals=list(range(len(names))), ticktext=names, autorange="reversed")
    figure["layout"] |= {"barmode": "overlay", "margin": {"l": 8, "r": 64, "t": 64, "b": 34}}
    figure["layout"]["yaxis"]["automargin"] = True
    return figure


def figure(execution: Execution) -> Any:
    """An execution as a ``plotly.graph_objects.Figure``."""
    import plotly.graph_objects as go

    return go.Figure(figure_json(execution.visits, title_of(execution)))


def title_of(execution: Execution) -> str:
    return f"{execution.machine}: {execution.status.lower()}"


def bundle(execution: Execution, **_: Any) -> dict[str, Any]:
    """MIME types to data: plotly's for JupyterLab, SVG for where no script runs."""
    found, title = execution.visits, title_of(execution)
    return {
        "text/plain": repr(execution),
        "application/vnd.plotly.v1+json": figure_json(found, title) | {"config": {"displaylogo": False}},
        "image/svg+xml": svg(found, title),
    }


def svg(found: Sequence[Visit], title: str) -> str:
    """The same as a picture."""
    names, bars = rows_of(found)
    whole = max((bar.end for bar in bars), default=1.0) or 1.0
    foot = 62 + _ROW_PX * max(len(names), 1)
    parts = [f'<text x="12" y="20" font-size="13" font-weight="600">{escape(title)}</text>', *_legend(bars)]
    parts += [f'<text x="{_LEFT - 8}" y="{58 + _ROW_PX * row + 15}" text-anchor="end">{escape(name)}</text>' for row, name in enumerate(names)]
    scale = (_WIDTH - _LEFT - 64) / whole
    for bar in bars:
        high = 18 if bar.kind == "state" else 10
        x, y, width = _LEFT + bar.begin * scale, 58 + _ROW_PX * bar.row + (_ROW_PX - high) / 2, max((bar.end - bar.begin) * scale, 1.5)
        fill = _STATE if bar.kind == "state" else _COLOURS[bar.kind]
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{high}" fill="{fill}"><title>{escape(bar.text)}</title></rect>')
        if bar.kind == "state":
            parts.append(f'<text x="{x + width + 5:.1f}" y="{58 + _ROW_PX * bar.row + 15}">{_seconds(bar)}</text>')
    for part in range(5):
        x = _LEFT + part / 4 * whole * scale
        parts.append(f'<path d="M{x:.1f} 56V{foot}" stroke="{INK}" stroke-opacity=".2"/>')
        parts.append(f'<text x="{x:.1f}" y="{foot + 15}" text-anchor="middle">{part / 4 * whole:.2f} s</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {foot + 24}" width="{_WIDTH}" font-family="sans-serif" font-size="11" fill="{INK}">'
    return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'


def _seconds(bar: Bar) -> str:
    return f"{bar.end - bar.begin:.2f} s"


def _label(kind: str) -> str:
    return {"state": "in the state", "error": "call that failed", "call": "call"}.get(kind, f"{kind} call")


def _legend(bars: Sequence[Bar]) -> Iterator[str]:
    x = 12
    for kind in ("state", *_KINDS):
        if any(bar.kind == kind for bar in bars):
            fill = _STATE if kind == "state" else _COLOURS[kind]
            yield f'<rect x="{x}" y="32" width="10" height="10" fill="{fill}"/><text x="{x + 15}" y="41">{_label(kind)}</text>'
            x += 115
