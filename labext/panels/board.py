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

from ..charts import CHARTS
from ..frames import WINDOW_S, Rows
from ..messages import FromKernel, Gains, gains

SNAPSHOT_UPDATES = 600
"""Updates that are kept for a page that is opened again: a minute of a busy board."""


class Board(anywidget.AnyWidget):
    """``update`` sends what is new; a page that says hello gets what has been."""

    _esm = (files("labext") / "ui" / "board.js").read_text()
    charts = traitlets.Dict().tag(sync=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(charts={name: chart.template() for name, chart in CHARTS.items()}, **options)
        self._held: list[Rows] = []
        self._holding = threading.Lock()
        self._now = 0.0
        self.on_msg(self._heard)

    def update(self, rows: Rows) -> None:
        """Let the charts gain these rows."""
        with self._holding:
            self._now = rows.now
            if rows.spans or rows.bins or rows.points:
                self._held.append(rows)
                del self._held[:-SNAPSHOT_UPDATES]
        self.send(message_of("gains", rows))

    def held(self) -> Rows:
        """Everything that a page opened now would be shown."""
        with self._holding:
            whole = Rows(self._now)
            for rows in self._held:
                if rows.now > self._now - WINDOW_S:
                    whole.spans += rows.spans
                    whole.bins += rows.bins
                    whole.points += rows.points
        return whole

    def _heard(self, _: Any, message: dict[str, Any], buffers: Any) -> None:
        if message.get("type") == "need-plotly":
            self.send({"type": "plotly"}, buffers=[plotly_js()])
        elif message.get("type") == "hello":
            rows = self.held()
            self.send(message_of("snapshot", rows))


def message_of(kind: FromKernel, rows: Rows) -> Gains:
    """What the charts gain by ``rows``, with times counted from the update itself: an update is as long after an hour as after a second."""
    rows.base = round(rows.now, 1) if kind == "gains" else 0.0
    charts = {name: chart.gains(rows) for name, chart in CHARTS.items()}
    message = gains(kind, rows.base, rows.now, _width(rows.now), charts)
    rows.base = 0.0
    return message


def _width(now: float) -> float:
    return min(max(now, 10.0), 60.0)


@lru_cache(maxsize=1)
def plotly_js() -> bytes:
    """plotly.js as the plotly wheel ships it, gzipped: nothing is fetched from anywhere."""
    import plotly

    return gzip.compress((Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes(), 6)
