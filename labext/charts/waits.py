"""Waits: how long each caller waited, call after call, in groups that are compared; the colour says how the call began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from .theme import COLOURS, INK, template

_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 900, 260, 64, 44, 56
_KINDS = ("cold", "warm", "provisioned", "suppressed")
Wait = tuple[str, float]
"""How the call began, and the milliseconds until its caller had the answer."""


class Waits:
    """groups: a name to its calls, in the order that they were made."""

    def __init__(self, title: str, groups: Mapping[str, Sequence[Wait]]) -> None:
        self.title = title
        self.groups = {name: list(waits) for name, waits in groups.items()}

    def __repr__(self) -> str:
        return "\n".join([self.title, *(f"{name}: " + ", ".join(f"{ms:.0f} ms {kind}" for kind, ms in waits) for name, waits in self.groups.items())])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        plotly = self.figure_json() | {"config": {"displaylogo": False}}
        return {"text/plain": repr(self), "application/vnd.plotly.v1+json": plotly, "image/svg+xml": self.svg()}

    def figure_json(self) -> dict[str, Any]:
        """As plotly's JSON: a trace for each kind of start, a bar for each call, a gap between the groups."""
        placed = self._placed()
        traces = [_bars(kind, [(at, ms) for at, found, ms in placed if found == kind]) for kind in _KINDS if any(found == kind for _, found, _ in placed)]
        figure = template(self.title, "ms until the answer", traces, 320, rangemode="tozero")
        figure["layout"]["xaxis"] |= {"ticksuffix": "", "showgrid": False, "tickvals": [at for at, _ in self._centres()], "ticktext": list(self.groups)}
        figure["layout"] |= {"barmode": "overlay", "bargap": 0.25}
        return figure

    def svg(self) -> str:
        """The same as a picture."""
        placed = self._placed()
        most = max([ms for _, _, ms in placed], default=1.0) or 1.0
        step, floor = (_WIDTH - _LEFT - 20) / (max([at for at, _, _ in placed], default=0) + 1), _HEIGHT - _FOOT
        parts = [f'<text x="{_LEFT}" y="18" font-size="13" font-weight="600">{escape(self.title)}</text>']
        for part in range(3):
            y = round(floor - (floor - _TOP) * part / 2, 1)
            parts.append(f'<path d="M{_LEFT} {y}H{_WIDTH - 20}" stroke="{INK}" stroke-opacity=".25"/>')
            parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{most * part / 2:.0f} ms</text>')
        for at, kind, ms in placed:
            tall = round(max((floor - _TOP) * ms / most, 1.0), 1)
            x, wide = round(_LEFT + step * (at + 0.12), 1), round(step * 0.76, 1)
            parts.append(f'<rect x="{x}" y="{round(floor - tall, 1)}" width="{wide}" height="{tall}" fill="{COLOURS[kind]}"/>')
        for centre, name in self._centres():
            parts.append(f'<text x="{round(_LEFT + step * (centre + 0.5), 1)}" y="{floor + 18}" text-anchor="middle">{escape(name)}</text>')
        for place, kind in enumerate(dict.fromkeys(kind for _, kind, _ in placed)):
            at_px = _LEFT + 110 * place
            parts.append(
                f'<rect x="{at_px}" y="{floor + 32}" width="10" height="10" fill="{COLOURS[kind]}"/><text x="{at_px + 15}" y="{floor + 41}">{kind}</text>'
            )
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" font-family="sans-serif" font-size="11" fill="{INK}">'
        )
        return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'

    def _placed(self) -> list[tuple[int, str, float]]:
        """Each call with its place."""
        placed, at = [], 0
        for waits in self.groups.values():
            placed += [(at + offset, kind, ms) for offset, (kind, ms) in enumerate(waits)]
            at += len(waits) + 1
        return placed

    def _centres(self) -> list[tuple[float, str]]:
        centres: list[tuple[float, str]] = []
        at = 0
        for name, waits in self.groups.items():
            centres.append((at + (len(waits) - 1) / 2, name))
            at += len(waits) + 1
        return centres


def _bars(kind: str, points: list[tuple[int, float]]) -> dict[str, Any]:
    return {
        "type": "bar", "name": kind, "x": [at for at, _ in points], "y": [round(ms, 1) for _, ms in points], "marker": {"color": COLOURS[kind]},
        "hovertemplate": f"{kind}: %{{y:.0f}} ms<extra></extra>",
    }  # fmt: skip
