"""What ``%send`` gives back: the request id, and how the function's queue stands whenever it is shown."""

from __future__ import annotations

from html import escape

from kernel_runtime import Lab

from .results import badge, box

_COLOUR = "#0072B2"


class Sent:
    """An event that is in the queue. ``request_id`` is the one that the handler will see, at every try."""

    def __init__(self, lab: Lab, function: str, request_id: str) -> None:
        self._lab = lab
        self.function, self.request_id = function, request_id

    def _queue(self) -> str:
        views = [view for view in self._lab.sources(self.function) if view.kind == "asynchronous"]
        if not views:
            return ""
        return f"{views[0].calls} run, {views[0].failures} of them failed, {views[0].backlog} waiting"

    def __repr__(self) -> str:
        return f"{self.function}: accepted, {self.request_id}" + (f" (queue: {queue})" if (queue := self._queue()) else "")

    def _repr_html_(self) -> str:
        queue = self._queue()
        told = f"<div>queue: {escape(queue)}</div>" if queue else ""
        return box(_COLOUR, f"<b>{escape(self.function)}</b> ", badge("accepted", _COLOUR), f" <code>{self.request_id}</code>", told)
