"""Who answered: calls to a chart."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter

import pytest

from labext.charts.versions import BAR_CALLS, Stage, WhoAnswered, bars, figure, figure_json, svg, versions_of

STAGES = [
    Stage("all <on> 1", ("1",) * BAR_CALLS, 0.0),
    Stage("canary", ("1", "1", "1", "2") * 10, 0.2),
    Stage("all on 2", ("2",) * 5, 1.0),
]


def test_no_bar_holds_calls_of_two_stages() -> None:
    cut = bars(STAGES)
    assert [[(bar.first, bar.calls) for bar in stage] for stage in cut] == [[(0, 25)], [(25, 25), (50, 15)], [(65, 5)]]
    assert sum((bar.by for stage in cut for bar in stage), start=Counter()) == {"1": 55, "2": 15}


def test_the_figure_holds_what_the_calls_say() -> None:
    new, old, expected = figure_json(STAGES, "2", "title")["data"]
    assert (new["name"], old["name"]) == ("version 2", "version 1")
    assert new["y"] == [0, 24, 26.67, 100] and old["y"] == [100, 76, 73.33, 0]
    assert new["customdata"][1] == [6, 25, 26, 50], "6 of its 25 calls, the 26th to the 50th"
    assert expected["x"] == [0, 25, None, 25, 65, None, 65, 70, None]
    assert expected["y"] == [0, 0, None, 20, 20, None, 100, 100, None]
    assert len(figure(STAGES, "2", "title").data) == 3


def test_the_new_version_is_at_the_foot_and_each_keeps_its_colour() -> None:
    stages = [Stage("mixed", ("$LATEST", "2", "10", "9"), 0.5)]
    assert versions_of(stages, "2") == ["2", "10", "9", "$LATEST"]
    by_name = {trace["name"]: trace["marker"]["color"] for trace in figure_json(STAGES, "2", "")["data"][:2]}
    turned = {trace["name"]: trace["marker"]["color"] for trace in figure_json(STAGES, "1", "")["data"][:2]}
    assert by_name == turned and len(set(by_name.values())) == 2


def test_the_picture_is_well_formed_and_says_the_figures() -> None:
    picture = svg(STAGES, "2", "a <release>")
    ElementTree.fromstring(picture)
    for words in ("a &lt;release&gt;", "all &lt;on&gt; 1", "10 of 40 by 2", "expected share of version 2"):
        assert words in picture


@pytest.mark.parametrize("stages", [[], [Stage("nothing yet", (), 0.1)]])
def test_no_calls_make_an_empty_picture(stages: list[Stage]) -> None:
    assert figure(stages, "1", "") is not None
    ElementTree.fromstring(svg(stages, "1", ""))


def test_it_is_shown_as_a_chart_and_told_as_text() -> None:
    shown = WhoAnswered(STAGES, "2")._repr_mimebundle_()
    assert {"text/plain", "image/svg+xml", "application/vnd.plotly.v1+json"} == set(shown)
    assert "canary: 10 of 40 by 2" in shown["text/plain"]
