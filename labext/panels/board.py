"""The live board: one widget that holds every chart of a panel. Its state is small and never grows; what is new goes out as messages."""

from __future__ import annotations

import gzip
import threading
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..charts import CHARTS, STANDING
from ..messages import FromKernel, Gains, gains
from ..rows import Rows

BOUND_EVERY = 100
"""Updates, after which what is held for a page that is opened again is bounded."""


class Board(anywidget.AnyWidget):
    """``update`` sends what is new; a page that says hello gets what has been."""

    _esm = (files("labext") / "ui" / "board.js").read_text()
    charts = traitlets.Dict().tag(sync=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(charts={name: chart.template() for name, chart in CHARTS.items()}, **options)
        self._held = Rows()
        self._updates = 0
        self._holding = threading.Lock()
        self.on_msg(self._heard)

    def update(self, rows: Rows) -> None:
        """Let the charts gain these rows."""
        with self._holding:
            self._held.extend(rows)
            self._updates += 1
            if self._updates % BOUND_EVERY == 0:
                self._held.bound()
        self.send(message_of("gains", rows))

    def held(self) -> Rows:
        """Everything that a page opened now would be shown."""
        with self._holding:
            self._held.bound()
            return self._held.copy()

    def _heard(self, _: Any, message: dict[str, Any], buffers: Any) -> None:
        if message.get("type") == "need-plotly":
            self.send({"type": "plotly"}, buffers=[plotly_js()])
        elif message.get("type") == "hello":
            self.send(message_of("snapshot", self.held()))


def message_of(kind: FromKernel, rows: Rows) -> Gains:
    """What the charts gain by ``rows``, with times counted from the update itself: an update is as long after an hour as after a second."""
    rows.base = round(rows.now, 1) if kind == "gains" else 0.0
    charts = {name: chart.gains(rows) for name, chart in CHARTS.items()}
    standing = {name: points(rows) for name, points in STANDING.items()}
    message = gains(kind, rows.base, rows.now, _width(rows.now), charts, standing)
    rows.base = 0.0
    return message


def _width(now: float) -> float:
    return min(max(now, 10.0), 60.0)


@lru_cache(maxsize=1)
def plotly_js() -> bytes:
    """plotly.js as the plotly wheel ships it, gzipped: nothing is fetched from anywhere."""
    import plotly

    return gzip.compress((Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes(), 6)
