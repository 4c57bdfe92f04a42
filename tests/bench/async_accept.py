"""Asynchronous events accepted on disk, by as many callers at once as a door has, against bare inserts into SQLite with the same durability. In turns."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import threading
import time
from pathlib import Path

from kernel_runtime import FunctionHandle, Lab
from kernel_runtime.fleet.fake import FakeFleet, always

from .row import Row

EVENT = b'{"x":"' + b"a" * 1_000 + b'"}'
_CALLERS = 16
_EACH = 50
_ROUNDS = 12
_NEVER_S = 800.0


def measure() -> list[Row]:
    """The function is busy for as long as it takes, so that nothing but accepting is measured."""
    bare: list[float] = []
    taken: list[float] = []
    bare_rate, rate = [], []
    with tempfile.TemporaryDirectory() as folder, Lab(Path(folder) / "home", fleet=FakeFleet(invocations=always(_NEVER_S))) as lab:
        database = _database(Path(folder) / "bare.sqlite")
        function = lab.function("f", source="def handler(event, context): ...", reserved_concurrency=1, timeout_s=900)
        for _ in range(_ROUNDS):
            bare_rate.append(_insert(database, bare))
            rate.append(_send(function, taken))
        database.close()
    ratio = statistics.median(rate) / statistics.median(bare_rate)
    spread, bare_spread = _spread(taken), _spread(bare)
    return [
        Row(f"events accepted on disk, 1 KB, {_CALLERS} callers", f"{statistics.median(rate):,.0f}/s", f"SQLite inserts {statistics.median(bare_rate):,.0f}/s",
            f"{ratio:.0%}", "≥ 60 %", ratio >= 0.6),
        Row("the same, p99 : p50", f"{spread:.1f}×", f"SQLite inserts {bare_spread:.1f}×", f"{spread:.1f}×", "≤ 10×", spread <= 10),
    ]  # fmt: skip


def _database(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, request_id TEXT, payload BLOB)")
    return database


def _insert(database: sqlite3.Connection, taken: list[float]) -> float:
    """Inserts a second."""
    began = time.perf_counter()
    for _ in range(_CALLERS * _EACH):
        at = time.perf_counter()
        database.execute("INSERT INTO bare (request_id, payload) VALUES (?, ?)", ("00000000-0000-0000-0000-000000000000", EVENT))
        taken.append(time.perf_counter() - at)
    return _CALLERS * _EACH / (time.perf_counter() - began)


def _send(function: FunctionHandle, taken: list[float]) -> float:
    """Events a second."""

    def send() -> None:
        for _ in range(_EACH):
            at = time.perf_counter()
            function.send(EVENT)
            taken.append(time.perf_counter() - at)

    callers = [threading.Thread(target=send) for _ in range(_CALLERS)]
    began = time.perf_counter()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return _CALLERS * _EACH / (time.perf_counter() - began)


def _spread(taken: list[float]) -> float:
    ordered = sorted(taken)
    return ordered[int(len(ordered) * 0.99)] / ordered[len(ordered) // 2]
