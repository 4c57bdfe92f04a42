"""What the live board and its page say to each other. One version; ``ui/board.js`` names the same kinds, and a test compares."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

VERSION = 1

FromPage = Literal["need-plotly", "hello"]
"""need-plotly: send plotly.js (asked again every 500 ms until it comes). hello: a page has drawn empty charts and wants what there is."""

FromKernel = Literal["plotly", "snapshot", "gains"]
"""plotly: plotly.js, gzipped, as one buffer. snapshot: drop what is drawn, then as gains. gains: points that charts gain."""

Points = dict[int, dict[str, list[Any]]]
"""By trace's index: x and y."""


class Gains(TypedDict):
    """charts: by chart's name, by trace's index, x and y to add. base: what the page adds to every x. now: the right end of the time axis, in s.
    width: of the time axis, in s. standing: as charts, but shown until the next message and not kept."""

    type: FromKernel
    base: float
    now: float
    width: float
    charts: dict[str, Points]
    standing: dict[str, Points]


def gains(kind: FromKernel, base: float, now: float, width: float, charts: dict[str, Points], standing: dict[str, Points]) -> Gains:
    return {"type": kind, "base": base, "now": round(now, 2), "width": width, "charts": charts, "standing": standing}
