"""Which entries are due when. No clock in it: the time is told.

What was missed while the machine slept, or because the clock was set forward, is made up for once: the last time that was due is taken, those before it are
left out. Where only the lab itself was late by no more than ``catch_up_s`` (its clock may be fast), each is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .entry import Entry

MISSED_MAX_S = 86_400.0
"""What was due longer ago is not made up for: the age at which both services give an event up unless told otherwise."""
AT_ONCE_MAX = 100
"""Of one entry's times that a late lab makes up for."""
_JUST = 1e-6
"""A moment before, for what is due at once."""


@dataclass(frozen=True, slots=True)
class Firing:
    """An entry that is due. scheduled: when it was meant to be, seconds of the epoch. is_last: it will not be due again."""

    entry: Entry
    scheduled: float
    is_last: bool


@dataclass(slots=True)
class _Held:
    entry: Entry
    anchor: float
    scheduled: float | None = None
    due: float | None = None


class Timetable:
    """chance: a number from 0 to 1 that says where in its flexible window an entry is due."""

    def __init__(self, catch_up_s: float = 0.0, chance: Callable[[], float] = lambda: 0.0) -> None:
        self._catch_up_s, self._chance = catch_up_s, chance
        self._held: dict[str, _Held] = {}

    def replace(self, of: Callable[[Entry], bool], entries: Iterable[Entry], now: float) -> None:
        """Of those that ``of`` means, these are there now. One whose timing has not changed goes on as it was."""
        new = {entry.arn: entry for entry in entries}
        for arn in [arn for arn, held in self._held.items() if of(held.entry) and arn not in new]:
            del self._held[arn]
        for arn, entry in new.items():
            held = self._held.get(arn)
            if held is not None and held.entry.timing == entry.timing:
                held.entry = entry
                continue
            held = self._held[arn] = _Held(entry, now if entry.start_s is None else entry.start_s)
            self._plan(held, now - _JUST if entry.starts_at_once else now)

    def clear(self) -> None:
        self._held.clear()

    def next_due(self) -> float | None:
        """When there is next something to take."""
        return min((held.due for held in self._held.values() if held.due is not None), default=None)

    def take(self, now: float) -> list[Firing]:
        """What is due by now, oldest first; each is then planned for its next time."""
        found = [firing for held in self._held.values() for firing in self._taken(held, now)]
        return sorted(found, key=lambda firing: firing.scheduled)

    def planned(self) -> list[tuple[Entry, float | None]]:
        """Every entry and when it is due."""
        return [(held.entry, held.due) for held in self._held.values()]

    def _taken(self, held: _Held, now: float) -> list[Firing]:
        passed: list[tuple[float, Firing]] = []
        while held.due is not None and held.scheduled is not None and held.due <= now:
            due, scheduled = held.due, held.scheduled
            self._plan(held, max(scheduled, now - MISSED_MAX_S - held.entry.window_s))
            passed.append((due, Firing(held.entry, scheduled, held.due is None)))
        passed = [one for one in passed if one[0] > now - MISSED_MAX_S]
        return [firing for due, firing in passed[-AT_ONCE_MAX:] if due >= now - self._catch_up_s] or [firing for _, firing in passed[-1:]]

    def _plan(self, held: _Held, after: float) -> None:
        entry = held.entry
        held.scheduled = held.due = None
        if not entry.enabled:
            return
        scheduled = entry.when.after(after if entry.start_s is None else max(after, entry.start_s - _JUST), held.anchor)
        if scheduled is not None and (entry.end_s is None or scheduled <= entry.end_s):
            held.scheduled, held.due = scheduled, scheduled + entry.window_s * self._chance()
