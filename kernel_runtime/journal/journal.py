"""What happened, in order, bounded: the newest entries by number, and by the bytes of log they hold. Both drivers write it; everything shown is
folded from it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ..control.facts import Fact, InvocationFinished, SnapshotTaken
from ..control.orders import Order
from ..model.invocation import InvocationRecord, SnapshotRecord

ENTRIES_MAX = 200_000
LOG_MAX_BYTES = 64 * 1024 * 1024


class Entry(NamedTuple):
    """One step. seq: counts from 1 without gaps. now: seconds of the driver's clock."""

    seq: int
    now: float
    fact: Fact
    orders: Sequence[Order]


class Journal:
    """Append from one driver (under its lock), read from any thread."""

    def __init__(self, entries_max: int = ENTRIES_MAX, log_max_bytes: int = LOG_MAX_BYTES) -> None:
        self._entries: deque[Entry] = deque()
        self._entries_max = entries_max
        self._log_max_bytes = log_max_bytes
        self._log_bytes = 0
        self._seq = 0
        self._lock = threading.Lock()

    def append(self, now: float, fact: Fact, orders: Sequence[Order]) -> None:
        with self._lock:
            self._seq += 1
            self._entries.append(Entry(self._seq, now, fact, orders))
            if type(fact) in _LOGGED:
                self._log_bytes += _log_bytes(fact.record)  # type: ignore[union-attr]
            while len(self._entries) > self._entries_max or (self._log_bytes > self._log_max_bytes and len(self._entries) > 1):
                gone = self._entries.popleft().fact
                if type(gone) in _LOGGED:
                    self._log_bytes -= _log_bytes(gone.record)  # type: ignore[union-attr]

    @property
    def seq(self) -> int:
        """The newest entry's number; 0 before the first."""
        return self._seq

    def __len__(self) -> int:
        return len(self._entries)

    def since(self, seq: int) -> list[Entry]:
        """The entries after ``seq`` that are still held, oldest first. Its cost is that of what it gives, not of what is held."""
        with self._lock:
            wanted = min(self._seq - seq, len(self._entries))
            newest = list(islice(reversed(self._entries), max(wanted, 0)))
        newest.reverse()
        return newest

    def records(self) -> Iterator[InvocationRecord]:
        """The records of invocations that ran and are still held, oldest first."""
        return (entry.fact.record for entry in self.since(0) if isinstance(entry.fact, InvocationFinished))

    def logged(self) -> Iterator[InvocationRecord | SnapshotRecord]:
        """What has lines in a log: those records, and those of snapshots."""
        return (entry.fact.record for entry in self.since(0) if isinstance(entry.fact, InvocationFinished | SnapshotTaken))


_LOGGED = (InvocationFinished, SnapshotTaken)


def _log_bytes(record: InvocationRecord | SnapshotRecord) -> int:
    if isinstance(record, SnapshotRecord):
        return len(record.log)
    return len(record.log) + len(record.init_log) + (len(record.restore.log) if record.restore is not None else 0)
