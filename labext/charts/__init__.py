"""Rows to plotly figures: one file a chart. A chart is a template with empty traces and a pure function from rows to what each trace gains, so that the live
board, which only gains, and a static picture, which gains all at once, are drawn by the same lines."""

from __future__ import annotations

from . import concurrency, latency, timeline

CHARTS = {"timeline": timeline, "concurrency": concurrency, "latency": latency}
"""In the order in which a panel shows them. Each has ``template() -> dict`` and ``gains(rows) -> {trace: {"x": […], "y": […]}}``."""
