"""How long callers waited: groups of calls to a chart."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

from labext.charts.waits import Waits

CHART = Waits("shop", {"before": [("cold", 400.0), ("cold", 410.0)], "<warmed>": [("warm", 2.0)]})


def test_the_figure_has_a_bar_for_each_call_and_a_gap_between_groups() -> None:
    shown: dict[str, Any] = CHART._repr_mimebundle_()
    figure = shown["application/vnd.plotly.v1+json"]
    assert [(trace["name"], trace["x"], trace["y"]) for trace in figure["data"]] == [("cold", [0, 1], [400.0, 410.0]), ("warm", [3], [2.0])]
    assert (figure["layout"]["xaxis"]["tickvals"], figure["layout"]["xaxis"]["ticktext"]) == ([0.5, 3.0], ["before", "<warmed>"])


def test_the_picture_is_xml_and_the_text_says_all() -> None:
    picture = ElementTree.fromstring(CHART.svg())
    assert len(picture.findall("{*}rect")) == 1 + 3 + 2
    assert repr(CHART) == "shop\nbefore: 400 ms cold, 410 ms cold\n<warmed>: 2 ms warm"


def test_of_nothing() -> None:
    assert Waits("empty", {}).figure_json()["data"] == []
    ElementTree.fromstring(Waits("empty", {"a": []}).svg())
