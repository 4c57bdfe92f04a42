"""Batches: which records were in which call of a function, a column a call, a row a record. The function prints the list of what it got, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import Any

from kernel_runtime import Lab

from .theme import BESIDE_PX, COLOURS, GRID, INK, template

_LEFT, _TOP, _CELL = 110, 44, 26
_LOOK = {True: ("the call succeeded", COLOURS["warm"]), False: ("the call failed", COLOURS["error"])}


@dataclass(frozen=True, slots=True)
class Batch:
    """One call. names: what it got, in order."""

    names: tuple[str, ...]
    ok: bool


def batches_of(lab: Lab, function: str) -> list[Batch]:
    """The calls that the journal still holds and that printed a list, oldest first."""
    records = sorted(lab.records(function), key=lambda record: record.began_at)
    told = [(_list_in(record.log), record.status == "success") for record in records]
    return [Batch(names, ok) for names, ok in told if names is not None]


class Batches:
    """A function's calls, shown as a chart."""

    def __init__(self, lab: Lab, function: str) -> None:
        self.calls = batches_of(lab, function)
        self.title = f"{function}: which records were in which call"

    def __repr__(self) -> str:
        return "\n".join([self.title, *(f"{number}: {', '.join(call.names)} ({_LOOK[call.ok][0]})" for number, call in enumerate(self.calls, 1))])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        plotly = self.figure_json() | {"config": {"displaylogo": False}}
        return {"text/plain": repr(self), "application/vnd.plotly.v1+json": plotly, "image/svg+xml": self.svg()}

    @property
    def names(self) -> list[str]:
        """Every record, in the order in which they first came."""
        return list(dict.fromkeys(name for call in self.calls for name in call.names))

    def of(self, name: str) -> list[int]:
        """The calls that a record was in, from 1."""
        return [number for number, call in enumerate(self.calls, 1) if name in call.names]

    def figure_json(self) -> dict[str, Any]:
        """As plotly's JSON: a trace of calls that succeeded, one of those that failed."""
        traces = [self._squares(ok) for ok in (True, False)]
        height, rows = 120 + _CELL * len(self.names), {"categoryorder": "array", "categoryarray": self.names}
        figure = template(self.title, "", traces, height, type="category", autorange="reversed", automargin=True, **rows)
        figure["layout"] |= {
            "xaxis": {"title": {"text": "call", "standoff": 6}, "dtick": 1 if len(self.calls) <= 30 else 10, "gridcolor": GRID, "zeroline": False},
            "margin": {"l": BESIDE_PX, "r": 24, "t": 52, "b": 44},
        }
        return figure

    def svg(self) -> str:
        """The same as a picture."""
        names, foot = self.names, _TOP + _CELL * max(len(self.names), 1)
        width = max(_LEFT + _CELL * len(self.calls) + 30, 420)
        parts = [f'<text x="{_LEFT}" y="18" font-size="13" font-weight="600">{escape(self.title)}</text>']
        parts += [f'<text x="{_LEFT - 8}" y="{_TOP + _CELL * row + 17}" text-anchor="end">{escape(name)}</text>' for row, name in enumerate(names)]
        for column, call in enumerate(self.calls):
            x = _LEFT + _CELL * column
            parts.append(f'<text x="{x + _CELL // 2}" y="{foot + 16}" text-anchor="middle">{column + 1}</text>')
            for name in call.names:
                y = _TOP + _CELL * names.index(name)
                parts.append(f'<rect x="{x + 2}" y="{y + 2}" width="{_CELL - 4}" height="{_CELL - 4}" rx="3" fill="{_LOOK[call.ok][1]}"/>')
        for place, (word, colour) in enumerate(_LOOK.values()):
            at = _LEFT + 150 * place
            parts.append(f'<rect x="{at}" y="{foot + 28}" width="11" height="11" rx="2" fill="{colour}"/><text x="{at + 17}" y="{foot + 38}">{word}</text>')
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {foot + 48}" width="{width}" font-family="sans-serif" font-size="11" fill="{INK}">'
        )
        return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'

    def _squares(self, ok: bool) -> dict[str, Any]:
        word, colour = _LOOK[ok]
        points = [(number, name) for number, call in enumerate(self.calls, 1) if call.ok == ok for name in call.names]
        return {
            "type": "scatter", "mode": "markers", "name": word, "x": [number for number, _ in points], "y": [name for _, name in points],
            "marker": {"color": colour, "symbol": "square", "size": 15}, "hovertemplate": f"%{{y}} in call %{{x}}: {word}<extra></extra>",
        }  # fmt: skip


def _list_in(log: bytes) -> tuple[str, ...] | None:
    for line in log.decode(errors="replace").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, list):
            return tuple(str(one) for one in told)
    return None
