"""Who answered: an alias's calls in their order, a few to a bar, each bar divided by the versions that ran; beside it the share that the weights promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from .theme import BESIDE_PX, COLOURS, INK, template

BAR_CALLS = 25
"""Calls that one bar stands for, at most."""
_PALETTE = ("#56B4E9", "#0072B2", "#009E73", "#CC79A7", "#E69F00")
_GAP_CALLS = 2
_WIDTH, _LEFT, _TOP, _HEIGHT = 900, 58, 78, 170


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of calls under one routing. answered: the version that ran, call by call. expected: the part that the newer version should have, 0.0-1.0."""

    name: str
    answered: tuple[str, ...]
    expected: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Up to ``BAR_CALLS`` calls of one stage: the first one's place among all, how many, and who answered them."""

    first: int
    calls: int
    by: Counter[str]


class WhoAnswered:
    """The stages of a release, shown as a chart. new: the version whose share is compared with what is expected."""

    def __init__(self, stages: Sequence[Stage], new: str, title: str = "") -> None:
        self.stages = list(stages)
        self.new = new
        self.title = title or f"Who answered, {BAR_CALLS} calls a bar"

    def __repr__(self) -> str:
        return "\n".join([self.title, *(f"{stage.name}: {_counted(stage, self.new)}" for stage in self.stages)])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(self), **bundle(self.stages, self.new, self.title)}


def bars(stages: Sequence[Stage]) -> list[list[Bar]]:
    """Each stage's bars; no bar holds calls of two stages."""
    cut, first = [], 0
    for stage in stages:
        calls = [stage.answered[at : at + BAR_CALLS] for at in range(0, len(stage.answered), BAR_CALLS)]
        cut.append([Bar(first + BAR_CALLS * number, len(some), Counter(some)) for number, some in enumerate(calls)])
        first += len(stage.answered)
    return cut


def versions_of(stages: Sequence[Stage], new: str) -> list[str]:
    """Who may have answered: ``new`` first, which lies at the foot of the bars, then the others, newest first."""
    others = {version for stage in stages for version in stage.answered} - {new}
    return [new, *sorted(others, key=lambda version: (version.isdecimal(), int(version) if version.isdecimal() else 0), reverse=True)]


def figure_json(stages: Sequence[Stage], new: str, title: str) -> dict[str, Any]:
    """A figure as plotly's JSON: a trace a version, and the expected share as a line over each stage."""
    every = [bar for stage in bars(stages) for bar in stage]
    order = versions_of(stages, new)
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": f"version {version}",
            "x": [bar.first + bar.calls / 2 for bar in every],
            "y": [round(100 * bar.by[version] / bar.calls, 2) for bar in every],
            "width": [max(bar.calls - _GAP_CALLS, 1) for bar in every],
            "customdata": [[bar.by[version], bar.calls, bar.first + 1, bar.first + bar.calls] for bar in every],
            "marker": {"color": colour},
            "hovertemplate": f"calls %{{customdata[2]}}-%{{customdata[3]}}: %{{customdata[0]}} of %{{customdata[1]}} by version {version}<extra></extra>",
        }
        for version, colour in _coloured(order)
    ]
    line: dict[str, list[Any]] = {"x": [], "y": []}
    for stage, (begin, end) in _stretches(stages):
        line["x"] += [begin, end, None]
        line["y"] += [100 * stage.expected, 100 * stage.expected, None]
    traces.append(
        {
            "type": "scatter", "mode": "lines", "name": f"expected share of version {new}", **line, "connectgaps": False, "cliponaxis": False,
            "line": {"color": COLOURS["limit"], "width": 2.5, "dash": "dash"}, "hovertemplate": "%{y:.0f} % expected<extra></extra>",
        }
    )  # fmt: skip
    figure = template(title, "% of the bar's calls", traces, 340, range=[-1.5, 101.5], tickvals=[0, 25, 50, 75, 100])
    calls = sum(len(stage.answered) for stage in stages)
    figure["layout"] |= {
        "barmode": "stack",
        "xaxis": {"title": {"text": "calls, in their order", "standoff": 6}, "range": [0, max(calls, 1)], "showgrid": False, "zeroline": False},
        "legend": {"orientation": "h", "x": 0, "y": -0.3, "yanchor": "top", "font": {"size": 11}, "traceorder": "normal"},
        "margin": {"l": BESIDE_PX, "r": 24, "t": 84, "b": 84},
        "annotations": [_label(stage, new, (begin + end) / 2) for stage, (begin, end) in _stretches(stages)],
        "shapes": [
            {"type": "line", "x0": begin, "x1": begin, "yref": "paper", "y0": 0, "y1": 1.14, "line": {"color": INK, "width": 1}}
            for _, (begin, _end) in _stretches(stages)[1:]
        ],
    }
    return figure


def figure(stages: Sequence[Stage], new: str, title: str) -> Any:
    """The same as a ``plotly.graph_objects.Figure``."""
    import plotly.graph_objects as go

    return go.Figure(figure_json(stages, new, title))


def bundle(stages: Sequence[Stage], new: str, title: str) -> dict[str, Any]:
    """MIME types to data: plotly's for JupyterLab, SVG for where no script runs."""
    plotly = figure_json(stages, new, title) | {"config": {"displaylogo": False}}
    return {"application/vnd.plotly.v1+json": plotly, "image/svg+xml": svg(stages, new, title)}


def svg(stages: Sequence[Stage], new: str, title: str) -> str:
    """The same as a picture."""
    calls = max(sum(len(stage.answered) for stage in stages), 1)
    per_call, foot = (_WIDTH - _LEFT - 14) / calls, _TOP + _HEIGHT
    order = versions_of(stages, new)
    parts = [f'<text x="{_LEFT}" y="18" font-size="13" font-weight="600">{escape(title)}</text>']
    parts += [f'<text x="{_LEFT - 6}" y="{foot - part * _HEIGHT / 100 + 4:.0f}" text-anchor="end">{part} %</text>' for part in (0, 25, 50, 75, 100)]
    parts += [rect for stage in bars(stages) for bar in stage for rect in _bar(bar, order, per_call)]
    for stage, (begin, end) in _stretches(stages):
        left, right, y = _LEFT + begin * per_call, _LEFT + end * per_call, foot - stage.expected * _HEIGHT
        parts.append(f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{COLOURS["limit"]}" stroke-width="2.5" stroke-dasharray="6 4"/>')
        parts.append(f'<path d="M{left:.1f} {foot}V{_TOP - 34}" stroke="{INK}" stroke-opacity=".5"/>')
        parts.append(f'<text x="{(left + right) / 2:.1f}" y="{_TOP - 24}" text-anchor="middle" font-weight="600">{escape(stage.name)}</text>')
        parts.append(f'<text x="{(left + right) / 2:.1f}" y="{_TOP - 9}" text-anchor="middle">{escape(_counted(stage, new))}</text>')
    x = _LEFT
    for version, colour in _coloured(order):
        parts.append(f'<rect x="{x}" y="{foot + 16}" width="10" height="10" fill="{colour}"/><text x="{x + 15}" y="{foot + 25}">version {version}</text>')
        x += 100
    parts.append(f'<path d="M{x} {foot + 21}h24" stroke="{COLOURS["limit"]}" stroke-width="2.5" stroke-dasharray="6 4"/>')
    parts.append(f'<text x="{x + 30}" y="{foot + 25}">expected share of version {new}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {foot + 38}" width="{_WIDTH}" font-family="sans-serif" font-size="11" fill="{INK}">'
    return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'


def _coloured(order: Sequence[str]) -> list[tuple[str, str]]:
    """A version keeps its colour from one chart to the next, whichever is the new one."""
    return [(version, _PALETTE[(int(version) - 1) % len(_PALETTE)] if version.isdecimal() else INK) for version in order]


def _stretches(stages: Sequence[Stage]) -> list[tuple[Stage, tuple[int, int]]]:
    found, begin = [], 0
    for stage in stages:
        found.append((stage, (begin, begin + len(stage.answered))))
        begin += len(stage.answered)
    return found


def _counted(stage: Stage, new: str) -> str:
    return f"{stage.answered.count(new)} of {len(stage.answered)} by {new}"


def _label(stage: Stage, new: str, x: float) -> dict[str, Any]:
    text = f"<b>{escape(stage.name)}</b><br>{_counted(stage, new)}"
    return {"x": x, "y": 1.02, "yref": "paper", "yanchor": "bottom", "text": text, "showarrow": False, "font": {"size": 11}}


def _bar(bar: Bar, order: Sequence[str], per_call: float) -> Iterator[str]:
    foot = float(_TOP + _HEIGHT)
    for version, colour in _coloured(order):
        if bar.by[version]:
            height = bar.by[version] / bar.calls * _HEIGHT
            foot -= height
            at, width = _LEFT + (bar.first + _GAP_CALLS / 2) * per_call, max(bar.calls - _GAP_CALLS, 1) * per_call
            yield f'<rect x="{at:.1f}" y="{foot:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
