"""The picture of a canary: which version answered, and how that compares with what was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kernel_runtime.model.invocation import InvocationRecord
from labext.charts.versions import figure, figure_json

CALL = InvocationRecord("id", "price", 1, "warm", "success", 100.0, 1.0, 1, 128, 30, version="1", qualifier="live")


def calls(*told: tuple[float, str, bool]) -> list[InvocationRecord]:
    return [replace(CALL, began_at=100.0 + when, version=version, status="success" if well else "error") for when, version, well in told]


def trace(chart: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in chart["data"] if one["name"] == name)


def test_calls_stand_in_their_bins_by_version() -> None:
    records = calls((0.1, "1", True), (0.2, "1", True), (0.3, "2", True), (0.7, "2", True), (0.8, "2", False), (0.9, "10", True))
    chart = figure_json(records)
    assert [one["name"] for one in chart["data"]] == ["version 1", "version 2", "version 10", "version 2, failed", "measured"]
    assert (trace(chart, "version 1")["x"], trace(chart, "version 1")["y"]) == ([0.25, 0.75], [2, 0])
    assert trace(chart, "version 2")["y"] == [1, 1] and trace(chart, "version 2, failed")["y"] == [0, 1]
    assert sum(sum(one["y"]) for one in chart["data"] if one["type"] == "bar") == len(records)


def test_the_newest_version_is_watched_beside_what_was_asked() -> None:
    chart = figure_json(calls((1.1, "1", True), (1.2, "2", True), (2.6, "$LATEST", True), (2.7, "2", True)), [(100.0, 0.1), (102.0, 0.5)], bin_s=1)
    assert trace(chart, "measured")["y"] == [0.5, 0.5] and trace(chart, "measured")["x"] == [1.5, 2.5]
    asked = trace(chart, "asked for")
    assert (asked["x"], asked["y"], asked["line"]["shape"]) == ([0.0, 2.0, 2.7], [0.1, 0.5, 0.5], "hv")
    assert chart["layout"]["yaxis2"]["title"]["text"] == "part of version 2"
    assert trace(figure_json(calls((0, "1", True), (0, "2", True)), watched="1"), "measured")["y"] == [0.5]


def test_a_picture_of_nothing_and_one_that_plotly_takes() -> None:
    assert figure_json([])["data"][0]["x"] == []
    assert len(figure(calls((0, "1", True)), [(100.0, 0.0)]).data) == 3
