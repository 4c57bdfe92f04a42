"""What a layer costs and saves: rows to a chart, and real cold starts to rows."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from kernel_runtime import Lab
from labext.charts.layers import LayerCost, bundle, figure, figure_json, svg
from labext.layer_cost import LayerCosts, measure
from labext.mistakes import Mistake

ROWS = [
    LayerCost("without <them>", 300, 0, (10.0, 12.0, 11.0)),
    LayerCost("inside the code", 3_145_728, 0, (90.0, 70.0, 80.0)),
    LayerCost("in a layer", 400, 2_097_152, (75.0,)),
]


def test_the_figure_holds_what_the_rows_say() -> None:
    made = figure_json(ROWS)
    sent, kept, init, each = made["data"]
    assert sent["y"] == kept["y"] == init["y"] == ["without <them>", "inside the code", "in a layer"]
    assert sent["x"] == [0.0003, 3.0, 0.0004]
    assert kept["x"] == [0, 0, 2.0]
    assert init["x"] == [11.0, 80.0, 75.0]
    assert list(zip(each["y"], each["x"], strict=True))[-2:] == [("inside the code", 80.0), ("in a layer", 75.0)]
    assert len(each["x"]) == 7
    assert [written["text"] for written in made["layout"]["annotations"]] == ["300 B", "11.0 ms", "3.0 MB", "80.0 ms", "400 B + 2.0 MB", "75.0 ms"]
    axis, longest = made["layout"]["xaxis2"]["range"], 90.0
    assert axis[0] == 0 and axis[1] > longest, "there is room beside the longest bar"
    assert {trace.name for trace in figure(ROWS).data} == {trace["name"] for trace in made["data"]}


def test_the_same_rows_give_the_same_figure() -> None:
    assert figure_json(ROWS) == figure_json(list(ROWS))


def test_the_picture_is_well_formed_and_says_the_figures() -> None:
    picture = svg(ROWS, "a <layer>")
    ElementTree.fromstring(picture)
    for words in ("a &lt;layer&gt;", "without &lt;them&gt;", "3.0 MB", "400 B + 2.0 MB", "300 B", "80.0 ms", "75.0 ms"):
        assert words in picture


@pytest.mark.parametrize("rows", [[], [LayerCost("empty", 0, 0)]])
def test_nothing_measured_makes_an_empty_picture(rows: list[LayerCost]) -> None:
    assert figure(rows) is not None
    ElementTree.fromstring(bundle(rows)["image/svg+xml"])


def test_what_is_measured_is_shown_as_a_chart() -> None:
    shown = LayerCosts(ROWS, "title")._repr_mimebundle_()
    assert {"text/plain", "image/svg+xml", "application/vnd.plotly.v1+json"} == set(shown)
    assert "in a layer: 400 bytes of code, 2,097,152 of layer, init 75.0 ms" in shown["text/plain"]


def test_real_cold_starts_become_rows_and_leave_no_function() -> None:
    with Lab() as lab:
        lab.layers.publish("slow", {"python/slow.py": b"import time\ntime.sleep(0.1)\n" + b"x = 1\n"})
        costs = measure(lab, "slow", "import slow\ndef handler(event, context):\n    return slow.x\n", times=2)
        assert [row.way for row in costs.rows] == ["without them", "inside the code", "in a layer"]
        bare, inside, layered = costs.rows
        assert all(len(row.init_ms) == 2 for row in costs.rows)
        assert min(inside.init_ms) > 100 and min(layered.init_ms) > 100, "it sleeps for 100 ms when it is imported"
        assert layered.package_bytes < inside.package_bytes
        assert (bare.layer_bytes, inside.layer_bytes, layered.layer_bytes) == (0, 0, lab.layers.get("slow").code_size)
        with pytest.raises(Mistake, match="No module named 'nothing'"):
            measure(lab, "slow", "import nothing\ndef handler(event, context):\n    return 1\n", times=1)
        assert lab.functions == {}
