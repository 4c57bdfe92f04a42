"""Attempts: when each asynchronous event was run, a row an event, in minutes of the lab's clock since the first run of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from kernel_runtime import Lab

from .theme import BESIDE_PX, COLOURS, INK, template

_WIDTH, _LEFT, _TOP, _ROW = 900, 110, 44, 26
_LOOK = {True: ("succeeded", COLOURS["warm"], "circle"), False: ("failed", COLOURS["error"], "x")}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run. request_id: the event's, the same at every attempt. minute: minutes of the lab's clock."""

    request_id: str
    minute: float
    ok: bool


def attempts_of(lab: Lab, name: str) -> list[Attempt]:
    """The runs of a function that the journal still holds, oldest first."""
    records = sorted(lab.records(name), key=lambda record: record.began_at)
    return [Attempt(r.request_id, (r.began_at - records[0].began_at) * lab.clock.speed / 60, r.status == "success") for r in records]


class Attempts:
    """A function's attempts, shown as a chart. names: what to call an event in place of its request id."""

    def __init__(self, lab: Lab, name: str, names: dict[str, str] | None = None) -> None:
        self.attempts = attempts_of(lab, name)
        self.title = f"{name}: when each event was run"
        self._names = names or {}

    def __repr__(self) -> str:
        rows = [f"{self._named(id)}: " + ", ".join(f"{_LOOK[a.ok][0]} at {a.minute:.1f} min" for a in self.of(id)) for id in self.ids]
        return "\n".join([self.title, *rows])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        plotly = self.figure_json() | {"config": {"displaylogo": False}}
        return {"text/plain": repr(self), "application/vnd.plotly.v1+json": plotly, "image/svg+xml": self.svg()}

    @property
    def ids(self) -> list[str]:
        """The events, in the order of their first runs."""
        return list(dict.fromkeys(attempt.request_id for attempt in self.attempts))

    def of(self, request_id: str) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.request_id == request_id]

    def figure_json(self) -> dict[str, Any]:
        """As plotly's JSON: a trace of those that succeeded, one of those that failed, and a line from each event's first to its last."""
        traces: list[dict[str, Any]] = [_line([(a.minute, self._named(id)) for a in self.of(id)]) for id in self.ids]
        traces += [self._dots(ok) for ok in (True, False)]
        figure = template(self.title, "", traces, 120 + 34 * len(self.ids), type="category", autorange="reversed", automargin=True)
        figure["layout"] |= {
            "xaxis": {"title": {"text": "minutes of the lab's clock", "standoff": 6}, "ticksuffix": " min", "zeroline": False},
            "margin": {"l": BESIDE_PX, "r": 24, "t": 52, "b": 44},
        }
        return figure

    def svg(self) -> str:
        """The same as a picture."""
        foot, last = _TOP + _ROW * max(len(self.ids), 1), max([attempt.minute for attempt in self.attempts], default=0.0) or 1.0

        def x(minute: float) -> float:
            return round(_LEFT + 10 + minute / last * (_WIDTH - _LEFT - 40), 1)

        parts = [f'<text x="{_LEFT}" y="18" font-size="13" font-weight="600">{escape(self.title)}</text>']
        for row, id in enumerate(self.ids):
            y, runs = _TOP + _ROW * row + _ROW // 2, self.of(id)
            parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(self._named(id))}</text>')
            parts.append(f'<path d="M{x(runs[0].minute)} {y}H{x(runs[-1].minute)}" stroke="{INK}" stroke-opacity=".5"/>')
            parts += [f'<circle cx="{x(run.minute)}" cy="{y}" r="5" fill="{_LOOK[run.ok][1]}"/>' for run in runs]
        for part in range(5):
            minute = last * part / 4
            parts.append(f'<text x="{x(minute)}" y="{foot + 18}" text-anchor="middle">{minute:.1f} min</text>')
        for place, (word, colour, _) in enumerate(_LOOK.values()):
            at = _LEFT + 100 * place
            parts.append(f'<circle cx="{at + 5}" cy="{foot + 36}" r="5" fill="{colour}"/><text x="{at + 15}" y="{foot + 40}">{word}</text>')
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {foot + 48}" width="{_WIDTH}" font-family="sans-serif" font-size="11" fill="{INK}">'
        )
        return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'

    def _dots(self, ok: bool) -> dict[str, Any]:
        word, colour, symbol = _LOOK[ok]
        shown = [attempt for attempt in self.attempts if attempt.ok == ok]
        return {
            "type": "scatter", "mode": "markers", "name": word, "x": [round(attempt.minute, 3) for attempt in shown],
            "y": [self._named(attempt.request_id) for attempt in shown], "marker": {"color": colour, "symbol": symbol, "size": 11},
            "hovertemplate": f"{word} at %{{x:.2f}} min<extra></extra>",
        }  # fmt: skip

    def _named(self, request_id: str) -> str:
        return self._names.get(request_id, request_id[:8])


def _line(points: Sequence[tuple[float, str]]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": [round(minute, 3) for minute, _ in points], "y": [name for _, name in points],
        "line": {"color": INK, "width": 1},
        "showlegend": False, "hoverinfo": "skip",
    }  # fmt: skip
