"""What ``%sources`` gives back."""

from __future__ import annotations

import time
from html import escape

from kernel_runtime import Lab

from .results import box, table
from .source_rows import SourceRows, head, plain

_COLOUR = "#56B4E9"
_NONE = "nothing calls a function by itself yet: fn.on_queue(…), fn.on_bucket(…), fn.on_schedule(…), fn.on_http(…), or the AWS API"


class SourceList:
    """Queues, streams, schedules and the like, and how each stood when this was made: ``views``."""

    def __init__(self, lab: Lab, name: str | None = None) -> None:
        self.views = lab.sources(name)
        self._rows = SourceRows().rows(self.views, time.monotonic(), named=True)

    def __repr__(self) -> str:
        return plain(self._rows, named=True) if self.views else _NONE

    def _repr_html_(self) -> str:
        if not self.views:
            return box(_COLOUR, escape(_NONE))
        return box(_COLOUR, "<b>What calls functions here</b>", table(head(named=True), self._rows))
