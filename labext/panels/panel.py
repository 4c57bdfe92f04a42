"""The panel of one function: sliders, traffic, figures, and charts that move ten times a second while something happens.

Below the widget lies a picture, which a saved notebook shows where there is no kernel; it is brought up to date when things come to rest, and hidden where the
live charts are drawn (``ui/board.js``).
"""

from __future__ import annotations

import threading
from html import escape
from typing import Any

import ipywidgets as widgets

from kernel_runtime import AwsError, Lab, LabError
from kernel_runtime.control.facts import MachineMeasured
from kernel_runtime.model import arrivals

from ..charts.picture import svg
from ..frames import Frames
from ..mistakes import explained
from ..sizes import size
from .board import Board
from .comms import answer_at_once
from .sliders import Sliders
from .source_table import SourceTable

UPDATE_EVERY_S = 0.1
TRAFFIC_MAX_S = 600.0
AT_REST = 20
"""Updates that bring nothing new, after which the charts have come to rest."""
PICTURE_EVERY = 100
"""Updates between two pictures while something happens."""
_CONTENTION_SHOWN = 0.8
_WIDGET = "application/vnd.jupyter.widget-view+json"


class Panel:
    """Display it; ``close`` ends it. Everything may be called from any thread."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.name = name
        self._handle = lab.get(name)
        self._traffic: Any = None
        self._closed = threading.Event()
        self._folding = threading.Lock()
        self._quiet = 0
        self._stirred = False
        self._picture: Any = None
        self._pictured = ""
        self._seq = self._looked = lab.journal.seq
        self.frames = Frames(name, lab.now(), lab.view(name).limit)
        self.board = Board()
        self.message = widgets.HTML()
        self.figures = widgets.HTML()
        self.sources = SourceTable(lab, name)
        self.sliders = Sliders(self._handle, self._say)
        self.rate = widgets.BoundedFloatText(value=20, min=0.1, max=2_000, description="calls / s", layout=widgets.Layout(width="180px"))
        self.start = widgets.Button(description="Start traffic", button_style="success", icon="play")
        self.stop = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.start.on_click(lambda _: self.start_traffic())
        self.stop.on_click(lambda _: self.stop_traffic())
        traffic = widgets.VBox([self.rate, widgets.HBox([self.start, self.stop]), self.figures])
        self.box = widgets.VBox(
            [widgets.HTML(f"<b>{escape(name)}</b>"), widgets.HBox([self.sliders.box, traffic]), self.message, self.board, self.sources.widget]
        )
        answer_at_once(self.box)
        self.update()
        self._thread = threading.Thread(target=self._run, name="serverless-lab-panel", daemon=True)
        self._thread.start()

    def start_traffic(self, rps: float | None = None, event: Any = None) -> None:
        """Send calls at ``rps`` (the panel's own rate where None), at most ten minutes; ``event`` is {} where None."""
        self.stop_traffic()
        if rps is not None:
            self.rate.value = rps
        try:
            traffic = self.lab.traffic(self._handle, arrivals.constant(self.rate.value if rps is None else rps, TRAFFIC_MAX_S), {} if event is None else event)
            self._traffic = traffic.start()
        except (AwsError, LabError, ValueError) as why:
            self._say(explained(why))
            return
        self._stirred = True
        self.start.disabled, self.stop.disabled = True, False

    def stop_traffic(self) -> None:
        """Send no more. What is in flight may end."""
        traffic, self._traffic = self._traffic, None
        if traffic is not None:
            traffic.stop(wait=False)
        self.start.disabled, self.stop.disabled = False, True
        self._renew_picture()

    def update(self) -> bool:
        """Show what has happened since the last time; whether anything has."""
        with self._folding:
            entries = self.lab.journal.since(self._seq)
            if entries:
                self._seq = entries[-1].seq
            view = self.lab.view(self.name)
            self.frames.limit = view.limit
            rows = self.frames.fold(entries, self.lab.now())
        self.board.update(rows)
        self.sources.follow()
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

    @property
    def at_rest(self) -> bool:
        """Whether nothing has happened for two seconds: nothing is sent to the page then, and the picture is the last."""
        return self._quiet >= AT_REST and not self._stirred

    @property
    def over(self) -> bool:
        """Whether it has been closed, or its function or its lab is gone."""
        return self._closed.is_set() or not self._thread.is_alive()

    def picture(self) -> dict[str, str]:
        """The charts as they are now, for where no script runs."""
        return {"image/svg+xml": svg(self.board.held(), repr(self)), "text/plain": repr(self)}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if not self.over:
            self.update()
        display({_WIDGET: {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}, "text/plain": repr(self)}, raw=True)
        self._pictured = repr(self)
        self._picture = display(self.picture(), raw=True, display_id=True)

    def _renew_picture(self) -> None:
        if self._picture is not None and repr(self) != self._pictured:
            self._pictured = repr(self)
            self._picture.update(self.picture(), raw=True)

    def _moved(self) -> bool:
        """Whether anything has happened since this was asked last; that the machine was measured is nothing."""
        entries = self.lab.journal.since(self._looked)
        if entries:
            self._looked = entries[-1].seq
        return any(type(entry.fact) is not MachineMeasured for entry in entries)

    def _run(self) -> None:
        updates = 0
        while not self._closed.wait(UPDATE_EVERY_S if self._quiet < AT_REST else UPDATE_EVERY_S * 5):
            try:
                quiet = 0 if self._stirred or self._moved() or self._traffic is not None else self._quiet + 1
                self._quiet, self._stirred = min(self._quiet, quiet), False
                if quiet < AT_REST:  # two seconds more than anything happens
                    self.update()
                    updates += 1
                if quiet == AT_REST or updates % PICTURE_EVERY == PICTURE_EVERY - 1:
                    self._renew_picture()
                self._quiet = quiet
                self.sources.follow()
                self.sliders.follow()
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
        network = self.lab.network(self.name)
        if network.bytes_per_s:
            moved = f"network: sent {size(network.sent_bytes)}, received {size(network.received_bytes)}"
            lines.append(f"{moved} · share {network.bytes_per_s * 8 / 1e6:,.0f} Mbit/s (modelled), held back {network.waited_s:.1f} s")
        if self.frames.lanes.hidden > 0:
            lines.append(f"{self.frames.lanes.hidden} more environments are not drawn")
        if totals.contention is not None and totals.contention < _CONTENTION_SHOWN:
            lines.append(f'<span style="color:#D55E00">this machine is short of CPU: functions get {totals.contention:.0%} of the CPU due to them</span>')
        return "<br>".join(lines)

    def _say(self, text: str) -> None:
        self.message.value = f'<span style="color:#D55E00">{escape(text)}</span>' if text else ""


_open: dict[str, Panel] = {}


def panel_of(lab: Lab, name: str) -> Panel:
    """The function's panel: one, in however many cells it is shown, so that a cell that is run again leaves nothing behind."""
    panel = _open.get(name)
    if panel is None or panel.over or panel.lab is not lab:
        panel = _open[name] = Panel(lab, name)
    return panel
