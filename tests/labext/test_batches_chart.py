"""Which records were in which call: records to a chart."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from kernel_runtime import Lab
from kernel_runtime.fleet.fake import FakeFleet, Script
from labext.charts.batches import Batch, Batches


@pytest.fixture(scope="module")
def chart() -> Batches:
    """Two records, of which the second fails alone again; then a call that says nothing."""
    both, one, other = (b'["<a>", "b"]\n', b'["<a>"]\n', b'["b"]\n')
    scripts = [Script(cause="failed", log=both), Script(log=one), Script(cause="failed", log=other), Script()]
    with Lab(fleet=FakeFleet(invocations=lambda name, count: scripts[count])) as lab:
        function = lab.function("f", source="def handler(event, context): ...")
        for _ in scripts:
            function.invoke()
        return Batches(lab, "f")


def test_each_call_has_what_it_printed(chart: Batches) -> None:
    assert chart.calls == [Batch(("<a>", "b"), False), Batch(("<a>",), True), Batch(("b",), False)]
    assert (chart.names, chart.of("b")) == (["<a>", "b"], [1, 3])


def test_the_figure_and_the_picture_hold_them(chart: Batches) -> None:
    shown: dict[str, Any] = chart._repr_mimebundle_()
    succeeded, failed = shown["application/vnd.plotly.v1+json"]["data"]
    assert (succeeded["x"], succeeded["y"], failed["x"], failed["y"]) == ([2], ["<a>"], [1, 1, 3], ["<a>", "b", "b"])
    ElementTree.fromstring(shown["image/svg+xml"])
    assert "&lt;a&gt;" in shown["image/svg+xml"] and "3: b (the call failed)" in shown["text/plain"]
