"""What a source has done since the lab began."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """As ``sources.view.SourceView`` shows it; written by the source alone. oldest_at: when the oldest that waits was written, of the lab's
    clock."""

    calls: int = 0
    records: int = 0
    failures: int = 0
    throttles: int = 0
    filtered: int = 0
    discarded: int = 0
    backlog: int | None = None
    oldest_at: float | None = None
    result: str = ""
