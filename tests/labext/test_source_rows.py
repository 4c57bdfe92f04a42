"""What calls functions by itself, as text."""

from __future__ import annotations

import pytest

from kernel_runtime import SourceView
from labext.source_rows import HEAD, SourceRows, duration, head, plain


def _view(calls: int, **more: object) -> SourceView:
    return SourceView("queue", "orders", "ship", calls=calls, **more)  # type: ignore[arg-type]


def test_a_rate_is_that_of_the_last_five_seconds() -> None:
    rows = SourceRows()
    told = [rows.rows([_view(calls)], float(now), named=False)[0][HEAD.index("calls / s")] for now, calls in enumerate([0, 10, 20, 30, 40, 50, 50, 50, 50])]
    assert told == ["", "10.0", "10.0", "10.0", "10.0", "10.0", "8.0", "6.0", "4.0"]


def test_a_row_says_how_a_source_stands() -> None:
    view = SourceView("queue", "orders", "ship", "live", "Enabled", "OK", calls=4, records=38, failures=1, throttles=2, backlog=1_234, age_s=75.0)
    row = dict(zip(head(named=True), SourceRows().rows([view], 0.0, named=True)[0], strict=True))
    assert row["function"] == "ship:live"
    assert (row["records a call"], row["waiting"], row["oldest"], row["failed"], row["throttled"]) == ("9.5", "1,234", "75 s", "1", "2")


def test_what_is_not_known_is_left_open() -> None:
    row = dict(zip(head(named=False), SourceRows().rows([_view(0)], 0.0, named=False)[0], strict=True))
    assert (row["waiting"], row["oldest"], row["records a call"]) == ("", "", "")


def test_a_long_name_leaves_room_for_the_figures() -> None:
    url = f"https://{'a' * 32}.lambda-url.us-east-1.on.aws/"
    row = SourceRows().rows([SourceView("http", url, "page"), SourceView("schedule", "cron(0 9 ? * MON-FRI *)", "page")], 0.0, named=False)
    assert row[0][1] == "https://aaaaaaaaaa…us-east-1.on.aws/" and row[1][1] == "cron(0 9 ? * MON-FRI *)"


def test_a_source_that_is_gone_is_forgotten() -> None:
    rows = SourceRows()
    rows.rows([_view(100)], 0.0, named=False)
    rows.rows([], 1.0, named=False)
    assert rows.rows([_view(7)], 2.0, named=False)[0][HEAD.index("calls / s")] == ""


@pytest.mark.parametrize(("seconds", "text"), [(0.41, "0.4 s"), (12.3, "12 s"), (119, "119 s"), (180, "3 min"), (7_300, "2 h")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_plain_text_is_in_columns() -> None:
    lines = plain(SourceRows().rows([_view(1), SourceView("schedule", "rate(1 minute)", "f")], 0.0, named=True), named=True).splitlines()
    assert lines[0].startswith("source    ") and lines[1].startswith("queue     orders")
