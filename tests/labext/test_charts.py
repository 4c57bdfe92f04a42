"""Rows to figures: what a live chart gains piece by piece is what a static one shows at once."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import get_args

import pytest

from labext import messages
from labext.charts import CHARTS
from labext.charts.figure import bundle, figure
from labext.frames import Frames, whole
from labext.rows import Rows

from .test_frames import simulated, updates


def rows() -> Rows:
    return whole("f", simulated().since(0), 5, 5.0)[0]


@pytest.mark.parametrize("name", CHARTS)
def test_gains_fit_the_template(name: str) -> None:
    chart = CHARTS[name]
    traces = len(chart.template()["data"])
    gained = chart.gains(rows())
    assert gained and all(0 <= index < traces for index in gained)
    assert all(len(points["x"]) == len(points["y"]) > 0 for points in gained.values())


def test_piece_by_piece_is_the_same_as_at_once() -> None:
    pieces = list(updates(simulated(), Frames("f", 0.0, 5), 5.0))
    together = Rows()
    for piece in pieces:
        together.extend(piece)
    for name in ("timeline", "latency"):
        one_by_one: dict[int, list[object]] = {}
        for piece in pieces:
            for index, points in CHARTS[name].gains(piece).items():
                one_by_one.setdefault(index, []).extend(points["x"])
        assert one_by_one == {index: points["x"] for index, points in CHARTS[name].gains(together).items()}


def test_the_figure_holds_every_trace_and_its_limit() -> None:
    made = figure(rows(), "title")
    assert {trace.name for trace in made.data} >= {"init", "busy", "idle", "throttled", "in use", "limit", "cold", "warm"}
    limit = next(trace for trace in made.data if trace.name == "limit")
    assert set(limit.y) == {5}


def test_the_picture_is_well_formed_and_says_what_it_shows() -> None:
    picture = bundle(rows(), "traffic <of> checkout")["image/svg+xml"]
    ElementTree.fromstring(picture)
    assert "traffic &lt;of&gt; checkout" in picture


def test_an_empty_journal_makes_an_empty_picture() -> None:
    ElementTree.fromstring(bundle(Rows(), "nothing yet")["image/svg+xml"])


def test_the_page_knows_the_same_messages() -> None:
    script = (Path(messages.__file__).parent / "ui" / "board.js").read_text()
    assert re.search(r"const VERSION = (\d+);", script)[1] == str(messages.VERSION)  # type: ignore[index]
    for kind in (*get_args(messages.FromPage), *get_args(messages.FromKernel)):
        assert f'"{kind}"' in script, f"board.js does not speak of {kind}"
    for field in messages.Gains.__annotations__:
        if field != "type":
            assert f".{field}" in script or f"{field} " in script, f"board.js does not read {field}"
