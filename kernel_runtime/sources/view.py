"""How something that calls a function stands at this moment, as a panel shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceView:
    """kind: ``queue``, ``stream``, ``table``, ``asynchronous``, ``schedule``, ``bucket``, ``topic``, ``rule``, ``log group``,
    ``http``. name: what a user would call it (a queue's name, a schedule's expression). function, qualifier: what it calls.

    state: as AWS shows it. result: the last one, as AWS or the lab says it. calls, failures, throttles: since the lab began. records: what the calls carried.
    backlog: what waits, None where that is not known; age_s: how long the oldest has waited, None where nothing does (seconds of the lab's clock).
    """

    kind: str
    name: str
    function: str
    qualifier: str = ""
    state: str = "Enabled"
    result: str = ""
    calls: int = 0
    records: int = 0
    failures: int = 0
    throttles: int = 0
    backlog: int | None = None
    age_s: float | None = None
