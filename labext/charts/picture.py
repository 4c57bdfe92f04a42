"""A static picture of the charts where no plotly.js runs (a saved notebook on a code host, nbconvert): a small SVG from the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..rows import Rows
from .theme import COLOURS, INK
from .timeline import SHOWN

_WIDTH, _LEFT, _RIGHT = 900, 58, 14
_GAP = 30


def svg(rows: Rows, title: str) -> str:
    """Timeline, concurrency and latency, one under the other."""
    spans = rows.spans + rows.standing
    begin = min([s[2] for s in spans if s[0] != "alive"] + [b[0] for b in rows.bins] + [p[1] for p in rows.points], default=0.0)
    scale = _Scale(begin, max(rows.now, begin + 0.1))
    lanes = {span[1] for span in spans}
    heights = (max(60, min(7 * len(lanes), 220)), 110, 120)
    parts: list[str] = [f'<text x="{_LEFT}" y="16" font-size="13" font-weight="600">{escape(title)}</text>']
    top = 40
    for draw, height, name in zip((_timeline, _concurrency, _latency), heights, ("environments", "concurrency", "latency, ms (log)"), strict=True):
        frame = f'<rect x="{_LEFT}" y="{top}" width="{scale.width}" height="{height}" fill="none" stroke="{INK}" stroke-opacity=".35"/>'
        parts.append(f'<text x="{_LEFT}" y="{top - 6}">{name}</text>{frame}')
        parts += draw(rows, scale, top, height)
        top += height + _GAP
    parts += _time_axis(scale, top - _GAP)
    parts += _legend(top + 2)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top + 16}" width="{_WIDTH}" font-family="sans-serif" font-size="11" fill="{INK}">'
    return f'{head}<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'


class _Scale:
    def __init__(self, begin: float, end: float) -> None:
        self.begin, self.end = begin, end
        self.width = _WIDTH - _LEFT - _RIGHT

    def x(self, at: float) -> float:
        return round(_LEFT + (at - self.begin) / (self.end - self.begin) * self.width, 1)


def _timeline(rows: Rows, scale: _Scale, top: float, height: float) -> Iterator[str]:
    spans = rows.spans + rows.standing
    lanes = {number: index for index, number in enumerate(sorted({span[1] for span in spans}))}
    step = height / max(len(lanes), 1)
    for state in ("alive", "init", "busy", "killed"):
        path, thick = [], 1.5 if state == "alive" else max(min(step * 0.7, 7), 1.5)
        for span_state, number, begin, end in spans:
            if span_state == state:
                y = round(top + (lanes[number] + 0.5) * step, 1)
                begin = max(begin, scale.begin)
                cross = f"M{scale.x(begin) - 3} {y - 3}l6 6m0 -6l-6 6"
                path.append(cross if state == "killed" else f"M{scale.x(begin)} {y}H{max(scale.x(end), scale.x(begin) + 0.8)}")
        if path:
            colour, width = COLOURS[SHOWN.get(state, state)], 2 if state == "killed" else round(thick, 1)
            yield f'<path d="{"".join(path)}" stroke="{colour}" stroke-width="{width}" fill="none"/>'


def _concurrency(rows: Rows, scale: _Scale, top: float, height: float) -> Iterator[str]:
    most = max([b[1] for b in rows.bins] + [1])
    shown_limit = max((b[2] for b in rows.bins if b[2] <= max(4 * most, 50)), default=0)
    full = max(most, shown_limit) * 1.1
    throttled = max([b[3] for b in rows.bins] + [1])

    def y(value: float, of: float) -> float:
        return round(top + height - value / of * height, 1)

    bars = "".join(f"M{scale.x(at)} {top + height}V{y(throttles, throttled * 1.2)}" for at, _, _, throttles, _ in rows.bins if throttles)
    if bars:
        yield f'<path d="{bars}" stroke="{COLOURS["throttle"]}" stroke-width="3" stroke-opacity=".7"/>'
    if rows.bins:
        line = "".join(f"{'M' if n == 0 else 'L'}{scale.x(at)} {y(in_use, full)}" for n, (at, in_use, _, _, _) in enumerate(rows.bins))
        yield f'<path d="{line}" stroke="{COLOURS["busy"]}" stroke-width="1.8" fill="none"/>'
    if shown_limit:
        yield f'<path d="M{_LEFT} {y(shown_limit, full)}h{scale.width}" stroke="{COLOURS["limit"]}" stroke-dasharray="5 4"/>'
        yield f'<text x="{_LEFT - 6}" y="{y(shown_limit, full) + 4}" text-anchor="end">{shown_limit}</text>'
    yield f'<text x="{_LEFT - 6}" y="{top + height}" text-anchor="end">0</text>'


def _latency(rows: Rows, scale: _Scale, top: float, height: float) -> Iterator[str]:
    from math import ceil, floor, log10

    values = [max(latency, 0.01) for _, _, latency in rows.points] or [1.0]
    low, high = floor(log10(min(values))), max(ceil(log10(max(values))), floor(log10(min(values))) + 1)

    def y(latency: float) -> float:
        return round(top + height - (log10(max(latency, 0.01)) - low) / (high - low) * height, 1)

    for power in range(low, high + 1):
        yield f'<text x="{_LEFT - 6}" y="{y(10**power) + 4}" text-anchor="end">{10**power:g}</text>'
    for kind, at, latency in rows.points:
        look = 'r="1.8" fill-opacity=".6"' if kind in ("warm", "provisioned") else 'r="3.4"'
        yield f'<circle cx="{scale.x(at)}" cy="{y(latency)}" fill="{COLOURS[kind]}" {look}/>'


def _time_axis(scale: _Scale, y: float) -> Iterator[str]:
    for n in range(6):
        at = scale.begin + (scale.end - scale.begin) * n / 5
        yield f'<text x="{scale.x(at)}" y="{y + 14}" text-anchor="middle">{at:.1f} s</text>'


def _legend(y: float) -> Iterator[str]:
    x = _LEFT
    for name in ("init", "busy", "idle", "killed", "cold", "suppressed", "provisioned", "restored", "error", "throttle"):
        yield f'<rect x="{x}" y="{y}" width="10" height="10" fill="{COLOURS[name]}"/><text x="{x + 14}" y="{y + 9}">{name}</text>'
        x += 84
