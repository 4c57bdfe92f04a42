"""The panel of one function: sliders, traffic, figures, and charts that move ten times a second while something happens."""

from __future__ import annotations

import threading
from html import escape
from typing import Any

import ipywidgets as widgets

from kernel_runtime import AwsError, Lab, LabError
from kernel_runtime.model import arrivals

from ..charts.figure import bundle
from ..frames import Frames
from .board import Board
from .comms import answer_at_once
from .sliders import Sliders

UPDATE_EVERY_S = 0.1
TRAFFIC_MAX_S = 600.0
_CONTENTION_SHOWN = 0.8
_WIDGET = "application/vnd.jupyter.widget-view+json"


class Panel:
    """Display it; ``close`` ends it. Everything may be called from any thread."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab = lab
        self.name = name
        self._handle = lab.get(name)
        self._traffic: Any = None
        self._closed = threading.Event()
        self._folding = threading.Lock()
        self._seq = lab.journal.seq
        self.frames = Frames(name, lab.now(), lab.view(name).limit)
        self.board = Board()
        self.message = widgets.HTML()
        self.figures = widgets.HTML()
        self.sliders = Sliders(self._handle, self._say)
        self.rate = widgets.BoundedFloatText(value=20, min=0.1, max=2_000, description="calls / s", layout=widgets.Layout(width="180px"))
        self.start = widgets.Button(description="Start traffic", button_style="success", icon="play")
        self.stop = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.start.on_click(lambda _: self.start_traffic())
        self.stop.on_click(lambda _: self.stop_traffic())
        traffic = widgets.VBox([self.rate, widgets.HBox([self.start, self.stop]), self.figures])
        self.box = widgets.VBox([widgets.HTML(f"<b>{escape(name)}</b>"), widgets.HBox([self.sliders.box, traffic]), self.message, self.board])
        answer_at_once(self.box)
        self.update()
        self._thread = threading.Thread(target=self._run, name="serverless-lab-panel", daemon=True)
        self._thread.start()

    def start_traffic(self, rps: float | None = None, event: Any = None) -> None:
        """Send calls at ``rps`` (the panel's own rate where None), at most ten minutes; ``event`` is {} where None."""
        self.stop_traffic()
        try:
            traffic = self._lab.traffic(self._handle, arrivals.constant(rps or self.rate.value, TRAFFIC_MAX_S), event or {})
            self._traffic = traffic.start()
        except (AwsError, LabError, ValueError) as why:
            self._say(str(why))
            return
        self.start.disabled, self.stop.disabled = True, False

    def stop_traffic(self) -> None:
        """Send no more. What is in flight may end."""
        traffic, self._traffic = self._traffic, None
        if traffic is not None:
            traffic.stop(wait=False)
        self.start.disabled, self.stop.disabled = False, True

    def update(self) -> bool:
        """Show what has happened since the last time; whether anything has."""
        with self._folding:
            entries = self._lab.journal.since(self._seq)
            if entries:
                self._seq = entries[-1].seq
            view = self._lab.view(self.name)
            self.frames.limit = view.limit
            rows = self.frames.fold(entries, self._lab.now())
        self.board.update(rows)
        self.figures.value = self._figures(view)
        return bool(entries) or view.in_use > 0

    def close(self) -> None:
        """End the panel's thread and its traffic; what is drawn stays."""
        self._closed.set()
        self.stop_traffic()
        self.sliders.close()

    def __repr__(self) -> str:
        totals = self.frames.totals
        return f"panel of {self.name}: {totals.invocations:,} invocations, {totals.cold:,} cold, {totals.throttles:,} throttled, {totals.errors:,} failed"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The live widget, and for where there is no kernel the picture as it is now."""
        self.update()
        picture = bundle(self.board.held(), repr(self))["image/svg+xml"]
        return {_WIDGET: {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}, "image/svg+xml": picture, "text/plain": repr(self)}

    def _run(self) -> None:
        quiet = 0
        while not self._closed.wait(UPDATE_EVERY_S if quiet < 20 else UPDATE_EVERY_S * 5):
            try:
                moved = self._lab.journal.seq != self._seq
                quiet = 0 if moved or self._traffic is not None else quiet + 1
                if quiet < 20:  # two seconds more than anything happens, so that the charts come to rest
                    self.update()
                if self._traffic is not None and not self._traffic.running:
                    self.stop_traffic()
            except (AwsError, LabError):
                return  # the function or the lab is gone

    def _figures(self, view: Any) -> str:
        totals, held = self.frames.totals, sorted(self.frames.latencies_ms)
        p50, p95 = (held[len(held) // 2], held[int(len(held) * 0.95)]) if held else (0.0, 0.0)
        cold = totals.cold / totals.invocations if totals.invocations else 0.0
        lines = [
            f"in use <b>{view.in_use}</b> of {view.limit:,} · idle {view.idle} · throttled <b>{totals.throttles:,}</b>",
            f"{totals.invocations:,} invocations · cold {cold:.1%} · failed {totals.errors:,}",
            f"p50 {p50:.1f} ms · p95 {p95:.1f} ms · cost ${totals.cost_usd:.6f}",
        ]
        if self.frames.lanes.hidden > 0:
            lines.append(f"{self.frames.lanes.hidden} more environments are not drawn")
        if totals.contention is not None and totals.contention < _CONTENTION_SHOWN:
            lines.append(f'<span style="color:#D55E00">this machine is short of CPU: functions get {totals.contention:.0%} of the CPU due to them</span>')
        return "<br>".join(lines)

    def _say(self, text: str) -> None:
        self.message.value = f'<span style="color:#D55E00">{escape(text)}</span>' if text else ""
