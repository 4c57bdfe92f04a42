"""What ``%traffic`` shows: a line that moves while it runs, then figures and the charts of that stretch."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import Any

from kernel_runtime import AwsError, Lab

from .frames import whole
from .results import badge, box

_EVERY_S = 0.25


def line_of(summary: Any) -> str:
    throttled = ", ".join(f"{count} {reason}" for reason, count in summary.throttled.items())
    parts = [
        f"{summary.lasted_s:.1f} s",
        f"{summary.sent:,} sent",
        f"{summary.succeeded:,} succeeded",
        f"{summary.failed:,} failed",
        f"{summary.throttles:,} throttled" + (f" ({throttled})" if throttled else ""),
        f"{summary.cold:,} cold",
        f"p50 {summary.p50_ms:.1f} ms, p95 {summary.p95_ms:.1f} ms",
        f"${summary.cost_usd:.8f}",
    ]
    for count, what in (
        (summary.broken, "broken off"),
        (summary.refused, f"refused by this machine ({summary.first_fault})"),
        (summary.late, f"sent late (worst {summary.worst_late_s * 1e3:.0f} ms)"),
        (summary.unsent, "not sent"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    return " · ".join(parts)


def follow(traffic: Any, name: str) -> None:
    """Show the traffic until it has ended. Ctrl-C: no more is sent, and what is in flight may end; once more: that is broken off."""
    from IPython.display import HTML, display

    shown = display(HTML(""), display_id=True)
    try:
        _until_ended(traffic, name, shown, "running")
    except KeyboardInterrupt:
        traffic.stop(wait=False)
        try:
            _until_ended(traffic, name, shown, "ending: Ctrl-C breaks off what is in flight")
        except KeyboardInterrupt:
            traffic.stop(grace_s=0)
    shown.update(HTML(""))


def _until_ended(traffic: Any, name: str, shown: Any, how: str) -> None:
    from IPython.display import HTML

    while not traffic.wait(_EVERY_S):
        shown.update(HTML(box("#0072B2", f"<b>{escape(name)}</b> {badge(how, '#0072B2')} ", escape(line_of(traffic.summary())))))


class TrafficResult:
    """A traffic that has ended. ``summary`` holds its figures, and they are its own attributes too: sent, succeeded, throttles, cold, p50_ms…"""

    def __init__(self, lab: Lab, function: str, summary: Any, since_seq: int, limit: int) -> None:
        self.summary = summary
        self.function = function
        with suppress(AwsError):  # a function that has been deleted meanwhile has the limit that it had
            limit = lab.view(function).limit
        self.rows, self._frames = whole(function, lab.journal.since(since_seq), limit, lab.now())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "summary":
            raise AttributeError(name)
        return getattr(self.summary, name)

    def __repr__(self) -> str:
        return f"{self.function}: {line_of(self.summary)}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from .charts.figure import bundle

        return {"text/plain": repr(self), **bundle(self.rows, self._title())}

    @property
    def figure(self) -> Any:
        """The charts as a plotly figure."""
        from .charts.figure import figure

        return figure(self.rows, self._title())

    def _title(self) -> str:
        s = self.summary
        return f"{self.function}: {s.sent:,} sent, {s.succeeded:,} succeeded, {s.failed:,} failed, {s.throttles:,} throttled, {s.cold:,} cold"
