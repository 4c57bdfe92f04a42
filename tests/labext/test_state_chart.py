"""An execution to a chart."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import plotly.graph_objects as go

from kernel_runtime.triggers.state_machines import Visit
from labext.charts.states import ROWS_MAX, figure_json, rows_of, svg


def _visit(name: str, began: float, ended: float | None, *calls: tuple[float, float, str, str]) -> Visit:
    from kernel_runtime.sources.state_history import Call

    return Visit(name, "Task", (), began, ended, "", [Call("f", begin, end, error, start) for begin, end, start, error in calls])


FOUND = [
    _visit("A <b>", 100.0, 101.0, (100.1, 100.9, "cold", "")),
    _visit("A <b>", 101.0, 103.0, (101.1, 101.5, "warm", "KeyError"), (102.0, 102.5, "warm", "")),
    _visit("open", 103.0, None),
]


def test_each_visit_is_a_row_and_each_call_a_bar_in_it() -> None:
    names, bars = rows_of(FOUND)
    assert names == ["A <b>", "A <b> (2)", "open"]
    assert [(bar.row, bar.kind, round(bar.begin, 3), round(bar.end, 3)) for bar in bars] == [
        (0, "state", 0.0, 1.0), (0, "cold", 0.1, 0.9), (1, "state", 1.0, 3.0), (1, "error", 1.1, 1.5), (1, "warm", 2.0, 2.5), (2, "state", 3.0, 3.0),
    ]  # fmt: skip


def test_the_figure_and_the_picture_say_the_same() -> None:
    told = figure_json(FOUND, "m: running")
    assert [trace["name"] for trace in told["data"]] == ["in the state", "cold call", "warm call", "call that failed"]
    go.Figure(told)
    picture = svg(FOUND, "m: <running>")
    ElementTree.fromstring(picture)
    assert "m: &lt;running&gt;" in picture and "A &lt;b&gt; (2)" in picture


def test_nothing_and_very_much_are_drawn_too() -> None:
    ElementTree.fromstring(svg([], "m"))
    go.Figure(figure_json([], "m"))
    names, _ = rows_of([_visit(f"s{number}", number, number + 1) for number in range(ROWS_MAX + 10)])
    assert len(names) == ROWS_MAX
