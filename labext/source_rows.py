"""What calls functions by itself, as rows to show. Pure: the views and the time in, text out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from kernel_runtime import SourceView

HEAD = ("source", "", "state", "calls", "calls / s", "records a call", "waiting", "oldest", "failed", "throttled", "last result")
RATE_OVER_S = 5.0
NAME_MAX = 36
_Key = tuple[str, str, str, str]


class SourceRows:
    """Remembers the counts of the last five seconds, so that a rate can be told."""

    def __init__(self) -> None:
        self._seen: dict[_Key, deque[tuple[float, int]]] = {}

    def rows(self, views: Iterable[SourceView], now: float, *, named: bool) -> list[list[str]]:
        """A row for each. now: seconds, monotonic. named: say which function it calls too."""
        held = {(view.kind, view.name, view.function, view.qualifier): view for view in views}
        self._seen = {key: self._seen.get(key, deque()) for key in held}
        return [_cells(view, self._rate(key, view.calls, now), named) for key, view in held.items()]

    def _rate(self, key: _Key, calls: int, now: float) -> float | None:
        counts = self._seen[key]
        counts.append((now, calls))
        while len(counts) > 2 and counts[1][0] <= now - RATE_OVER_S:
            counts.popleft()
        began, before = counts[0]
        return (calls - before) / (now - began) if now > began else None


def head(named: bool) -> list[str]:
    return [*HEAD[:2], "function", *HEAD[2:]] if named else list(HEAD)


def _cells(view: SourceView, rate: float | None, named: bool) -> list[str]:
    called = [view.function + (f":{view.qualifier}" if view.qualifier else "")] if named else []
    return [
        view.kind,
        shortly(view.name),
        *called,
        view.state,
        f"{view.calls:,}",
        "" if rate is None else f"{rate:,.1f}",
        f"{view.records / view.calls:.1f}" if view.calls and view.records else "",
        "" if view.backlog is None else f"{view.backlog:,}",
        "" if view.age_s is None else duration(view.age_s),
        f"{view.failures:,}",
        f"{view.throttles:,}",
        view.result,
    ]


def shortly(name: str) -> str:
    """The name, or where it is long its two ends: a function URL's host is 70 characters, and leaves no room for the figures."""
    return name if len(name) <= NAME_MAX else f"{name[: NAME_MAX // 2]}…{name[-(NAME_MAX // 2 - 1) :]}"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min``, ``2 h``"""
    for size, unit in ((3_600, "h"), (60, "min")):
        if seconds >= size * 2:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def plain(rows: Sequence[Sequence[str]], named: bool) -> str:
    """Columns of text."""
    whole = [head(named), *rows]
    widths = [max(len(row[at]) for row in whole) for at in range(len(whole[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in whole)
