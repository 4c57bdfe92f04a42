"""Accepted events on disk: one SQLite table beside the lab's home (write-ahead log, synced at every commit), or nothing where the lab keeps nothing.

Commits are shared: whoever is there first commits for all that came meanwhile. What became of an event is written with the next commit, a moment later at most:
if a kill comes before, the event is run once more (AWS: events may be delivered more than once), never lost.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from ...model.errors import LabError
from .accepted import Accepted

SOON_S = 0.05
HELD_MAX_BYTES = 65_536
"""A larger payload is read again when it is needed: a long queue of large events shall not fill the memory."""
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS accepted (number INTEGER PRIMARY KEY, account TEXT, region TEXT, function TEXT, qualifier TEXT, payload BLOB, request_id TEXT, "
    "trace TEXT, accepted_at REAL, due_at REAL, runs INTEGER, refusals INTEGER)"
)
_SELECT = (
    "SELECT number, account, region, function, qualifier, CASE WHEN length(payload) <= ? THEN payload END, request_id, trace, accepted_at, due_at, runs, "
    "refusals FROM accepted ORDER BY number"
)
_INSERT = "INSERT INTO accepted VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = "UPDATE accepted SET due_at = ?, runs = ?, refusals = ? WHERE number = ?"
_DELETE = "DELETE FROM accepted WHERE number = ?"
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Pages:
    """What waits to be written."""

    new: list[tuple[Accepted, Future[None] | None]] = field(default_factory=list)
    changed: dict[int, Accepted] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)


class Book:
    """``keep`` and ``keep_soon`` take an event in; ``told`` hears of those that are kept, in order, from whatever thread committed them. path: None keeps
    nothing."""

    def __init__(self, path: Path | None, told: Callable[[list[Accepted]], None]) -> None:
        self._path, self._told = path, told
        self._database: sqlite3.Connection | None = None
        self._pages = _Pages()
        self._turn = threading.Condition()
        """Held for moments; ``_busy`` while somebody commits."""
        self._busy = False
        self._reading = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._lock_file: int | None = None
        self._wanted, self._hurry = threading.Event(), threading.Event()
        self._writer: threading.Thread | None = None
        self._closed = False

    def read(self) -> list[Accepted]:
        """What an earlier lab accepted and did not finish, oldest first; nothing while another lab, which sees to it, is open over the same home."""
        if self._path is None or not self._path.exists() or not self._is_alone():
            return []
        with self._turn:
            rows = self._open().execute(_SELECT, (HELD_MAX_BYTES,)).fetchall()
        return [Accepted(*row) for row in rows]

    def payload(self, event: Accepted) -> bytes:
        """What was accepted."""
        if event.payload is not None:
            return event.payload
        with self._reading:
            if self._reader is None:
                self._reader = self._connected()
            row = self._reader.execute("SELECT payload FROM accepted WHERE number = ?", (event.number,)).fetchone()
        payload: bytes = row[0]
        return payload

    def keep(self, event: Accepted) -> None:
        """It survives a kill when this returns. Raises LabError where it cannot be written."""
        if self._path is None:
            self._held_in_memory(event)
            return
        future: Future[None] = Future()
        with self._turn:
            self._pages.new.append((event, future))
        self._commit(future)
        future.result()

    def keep_soon(self, event: Accepted) -> Future[None]:
        """The future is done when it survives a kill."""
        future: Future[None] = Future()
        if self._path is None:
            self._held_in_memory(event)
            future.set_result(None)
            return future
        with self._turn:
            self._pages.new.append((event, future))
        self._wake(hurry=True)
        return future

    def change(self, event: Accepted) -> None:
        """Its next try, its runs and its refusals are others."""
        if self._path is not None:
            with self._turn:
                self._pages.changed[event.number] = event
            self._wake()

    def strike(self, event: Accepted) -> None:
        """It is done with."""
        if self._path is not None:
            with self._turn:
                self._pages.changed.pop(event.number, None)
                self._pages.gone.add(event.number)
            self._wake()

    def close(self) -> None:
        """Everything is written when it returns. Idempotent."""
        with self._turn:
            self._closed = True
        self._hurry.set()
        self._wanted.set()
        if self._writer is not None:
            self._writer.join()
        self._commit()
        with self._turn:
            if self._database is not None:
                self._database.close()
                self._database = None
            if self._lock_file is not None:
                os.close(self._lock_file)
                self._lock_file = None
        with self._reading:
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    def _held_in_memory(self, event: Accepted) -> None:
        self._told([event])

    def _wake(self, hurry: bool = False) -> None:
        if self._writer is None:
            with self._turn:
                if self._writer is None and not self._closed:
                    self._writer = threading.Thread(target=self._write, name="serverless-lab-accepted", daemon=True)
                    self._writer.start()
        if hurry and not self._hurry.is_set():
            self._hurry.set()
        if not self._wanted.is_set():
            self._wanted.set()

    def _write(self) -> None:
        while not self._closed:
            self._wanted.wait()
            self._hurry.wait(SOON_S)
            self._wanted.clear()
            self._hurry.clear()
            self._commit()

    def _commit(self, future: Future[None] | None = None) -> None:
        """Have what waits written by the time this returns: by this thread, or by another, where that sees to ``future``."""
        with self._turn:
            while self._busy and not (future is not None and future.done()):
                self._turn.wait()
            if future is not None and future.done():
                return
            self._busy = True
            pages, self._pages = self._pages, _Pages()
        try:
            self._put_down(pages)
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()

    def _put_down(self, pages: _Pages) -> None:
        """As one transaction."""
        if not (pages.new or pages.changed or pages.gone):
            return
        new = [event for event, _ in pages.new]
        try:
            self._transact(new, list(pages.changed.values()), pages.gone)
        except (sqlite3.Error, OSError) as why:
            self._failed(pages, why)
            return
        for event in new:
            if event.payload is not None and len(event.payload) > HELD_MAX_BYTES:
                event.payload = None
        if new:
            self._told(new)
        for _, future in pages.new:
            if future is not None:
                future.set_result(None)

    def _transact(self, new: list[Accepted], changed: list[Accepted], gone: set[int]) -> None:
        database = self._open()
        database.execute("BEGIN IMMEDIATE")
        try:
            database.executemany(_INSERT, [_row(event) for event in new])
            database.executemany(_UPDATE, [(event.due_at, event.runs, event.refusals, event.number) for event in changed])
            database.executemany(_DELETE, [(number,) for number in gone])
            database.execute("COMMIT")
        except sqlite3.Error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    def _failed(self, pages: _Pages, why: Exception) -> None:
        """Who wanted an event kept is told; what became of others is written another time."""
        log.warning("accepted events could not be written to %s: %s", self._path, why)
        with self._turn:
            self._pages.changed = {**pages.changed, **self._pages.changed}
            self._pages.gone |= pages.gone
        for _, future in pages.new:
            if future is not None:
                future.set_exception(LabError(f"the event could not be kept in {self._path}: {why}"))

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._is_alone()
            self._database = self._connected()
            self._database.execute(_SCHEMA)
        return self._database

    def _connected(self) -> sqlite3.Connection:
        assert self._path is not None
        database = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        return database

    def _is_alone(self) -> bool:
        """Whether this is the lab that sees to what others have left. Only the first over a home is; it says so until it ends."""
        assert self._path is not None
        if self._lock_file is None:
            file = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(file)
                return False
            self._lock_file = file
        return True


def _row(event: Accepted) -> tuple[object, ...]:
    return (
        event.number, event.account, event.region, event.function, event.qualifier, event.payload, event.request_id, event.trace,
        event.accepted_at, event.due_at, event.runs, event.refusals,
    )  # fmt: skip
