"""When each event was run: records to a chart."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

import pytest

from kernel_runtime import Lab
from kernel_runtime.fleet.fake import FakeFleet, Script
from labext.charts.attempts import Attempts
from tests.sources.asynchronous.recording import until, view


@pytest.fixture(scope="module")
def chart() -> Iterator[Attempts]:
    """One event that fails for good, then one that succeeds."""
    failed = Script(cause="failed", payload=b"{}")
    with Lab(fleet=FakeFleet(invocations=lambda name, count: failed if count < 3 else Script()), clock=1_000) as lab:
        function = lab.function("f", source="def handler(event, context): ...")
        id = function.send()
        until(lambda: view(lab).calls == 3)
        function.send()
        until(lambda: view(lab).calls == 4)
        yield Attempts(lab, "f", {id: "<first>"})


def test_each_event_has_a_row_and_its_runs_lie_a_minute_and_two_apart(chart: Attempts) -> None:
    first, second = (chart.of(id) for id in chart.ids)
    assert ([run.ok for run in first], [run.ok for run in second]) == ([False] * 3, [True])
    assert first[0].minute == 0 and first[1].minute >= 1 and first[2].minute >= first[1].minute + 2


def test_the_figure_and_the_picture_hold_them(chart: Attempts) -> None:
    shown: dict[str, Any] = chart._repr_mimebundle_()
    *lines, succeeded, failed = shown["application/vnd.plotly.v1+json"]["data"]
    assert (len(lines), len(succeeded["x"]), len(failed["x"])) == (2, 1, 3)
    assert set(failed["y"]) == {"<first>"}
    ElementTree.fromstring(shown["image/svg+xml"])
    assert "&lt;first&gt;" in shown["image/svg+xml"]
    assert "<first>: failed at 0.0 min, failed at" in shown["text/plain"]
