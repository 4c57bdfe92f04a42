"""Which version answered: calls by version over time, and the part of one of them beside the part that an alias asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from kernel_runtime.model.invocation import InvocationRecord
from kernel_runtime.model.names import LATEST

from .theme import COLOURS, template

_VERSIONS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#B8A800")
"""Of versions by their number, so that one has the same colour in every picture; over again where there are more."""
_DRAFT = "#8c8c8c"
Asked = tuple[float, float]
"""When an alias was told (seconds of the Unix epoch) which part of the calls, 0.0-1.0, goes to the version that is watched."""


def figure_json(
    records: Iterable[InvocationRecord], asked: Sequence[Asked] = (), *, watched: str | None = None, bin_s: float = 0.5, title: str = "Which version answered"
) -> dict[str, Any]:
    """A figure as plotly's JSON: stacked bars above, the watched version's part below. watched: the newest version of the records where None."""
    held = sorted(records, key=lambda record: record.began_at)
    versions = sorted({record.version for record in held}, key=_order)
    watched = watched or next((version for version in reversed(versions) if version != LATEST), LATEST)
    origin = min([record.began_at for record in held[:1]] + [when for when, _ in asked[:1]], default=0.0)
    bins = Counter((int((record.began_at - origin) // bin_s), record.version, record.status == "success") for record in held)
    places = sorted({place for place, *_ in bins})
    middles = [round((place + 0.5) * bin_s, 3) for place in places]
    traces = [_bars(middles, [bins[place, version, True] for place in places], _name(version), {"color": _colour(version)}, bin_s) for version in versions]
    for version in versions:
        failed = [bins[place, version, False] for place in places]
        if any(failed):
            traces.append(_bars(middles, failed, f"{_name(version)}, failed", {"color": COLOURS["error"], "pattern": {"shape": "/"}}, bin_s))
    end_s = held[-1].began_at - origin if held else 0.0
    traces += _parts(bins, places, middles, watched, [(when - origin, part) for when, part in asked], end_s)
    figure = template(title, f"calls in {bin_s:g} s", traces, 420, domain=[0.46, 1], rangemode="tozero")
    grid = figure["layout"]["yaxis"]["gridcolor"]
    figure["layout"] |= {
        "barmode": "stack",
        "bargap": 0,
        "yaxis2": {"domain": [0, 0.32], "range": [-0.04, 1.04], "tickformat": ".0%", "title": {"text": f"part of {_name(watched)}"}, "gridcolor": grid},
    }
    figure["layout"]["xaxis"] |= {"anchor": "y2", "rangemode": "tozero"}
    figure["layout"]["title"]["y"] = 0.98
    figure["layout"]["legend"]["traceorder"] = "normal"
    return figure


def figure(records: Iterable[InvocationRecord], asked: Sequence[Asked] = (), **more: Any) -> Any:
    """The same as a ``plotly.graph_objects.Figure``. records: ``lab.records("price")``; more as ``figure_json`` takes it."""
    import plotly.graph_objects as go

    return go.Figure(figure_json(records, asked, **more))


def _parts(
    bins: Counter[tuple[int, str, bool]], places: Sequence[int], middles: Sequence[float], watched: str, asked: Sequence[Asked], end_s: float
) -> list[dict[str, Any]]:
    all_calls = Counter[int]()
    its_calls = Counter[int]()
    for (place, version, _), count in bins.items():
        all_calls[place] += count
        its_calls[place] += count if version == watched else 0
    line = {"type": "scatter", "yaxis": "y2"}
    measured = {
        **line,
        "mode": "markers",
        "x": list(middles),
        "y": [its_calls[place] / all_calls[place] for place in places],
        "name": "measured",
        "marker": {"color": _colour(watched), "size": 8},
        "hovertemplate": "%{y:.0%}<extra>measured</extra>",
    }
    if not asked:
        return [measured]
    told = [*asked, (max(end_s, asked[-1][0]), asked[-1][1])]
    wanted = {
        **line,
        "mode": "lines",
        "x": [round(when, 3) for when, _ in told],
        "y": [part for _, part in told],
        "name": "asked for",
        "line": {"shape": "hv", "color": COLOURS["limit"], "dash": "dot", "width": 2},
        "hovertemplate": "%{y:.0%}<extra>asked for</extra>",
    }
    return [wanted, measured]


def _bars(x: Sequence[float], y: Sequence[int], name: str, marker: dict[str, Any], width: float) -> dict[str, Any]:
    edge = {"line": {"width": 0.5, "color": "rgba(255,255,255,0.7)"}}
    shown = {"marker": marker | edge, "width": width, "hovertemplate": f"%{{y}}<extra>{name}</extra>"}
    return {"type": "bar", "x": list(x), "y": list(y), "name": name, **shown}


def _colour(version: str) -> str:
    return _DRAFT if version == LATEST else _VERSIONS[(int(version) - 1) % len(_VERSIONS)]


def _order(version: str) -> tuple[bool, int]:
    return version == LATEST, int(version) if version.isdigit() else 0


def _name(version: str) -> str:
    return version if version == LATEST else f"version {version}"
