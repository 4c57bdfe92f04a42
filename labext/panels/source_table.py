"""Below a panel's charts: what calls its function by itself, and how each stands. Not there while nothing does."""

from __future__ import annotations

import time

import ipywidgets as widgets

from kernel_runtime import Lab

from ..results import table
from ..source_rows import SourceRows, head

FOLLOW_EVERY_S = 0.5


class SourceTable:
    """``widget``; ``follow`` brings it up to date, at most twice a second."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab, self._name = lab, name
        self._rows = SourceRows()
        self._looked = 0.0
        self.widget = widgets.HTML(layout=widgets.Layout(display="none"))

    def follow(self) -> None:
        now = time.monotonic()
        if now - self._looked < FOLLOW_EVERY_S:
            return
        self._looked = now
        views = self._lab.sources(self._name)
        self.widget.value = table(head(named=False), self._rows.rows(views, now, named=False)) if views else ""
        self.widget.layout.display = "" if views else "none"
