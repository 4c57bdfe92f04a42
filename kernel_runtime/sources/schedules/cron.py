"""AWS's cron in cronsim's words (EventBridge User Guide, "Setting a schedule pattern for scheduled rules": Cron expressions).

Six fields: minutes, hours, day of the month, month, weekday (1 is Sunday), year. One of the two days is ``?``. cronsim knows ``L``, ``LW`` and ``#``; it
knows neither years nor ``15W``: those days are proposed to it with their neighbours, and taken where they are the nearest weekday.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class Cron:
    """``after`` gives the next time. text: for cronsim. years: None for any. weekday_near: the day of ``15W``."""

    text: str
    years: frozenset[int] | None = None
    weekday_near: int | None = None

    def after(self, moment: datetime) -> datetime | None:
        """The first time after ``moment``, both without a time zone; None where there is none."""
        at = moment
        while at.year in YEARS:
            if self.years is not None and at.year not in self.years:
                following = min((year for year in self.years if year > at.year), default=None)
                if following is None:
                    return None
                at = datetime(following, 1, 1) - timedelta(seconds=1)
            try:
                found = next(CronSim(self.text, at), None)
            except CronSimError:  # a day that none of the months has
                return None
            if found is None:
                return None
            at = found
            if (self.years is None or at.year in self.years) and self._is_near(at):
                return at
        return None

    def _is_near(self, at: datetime) -> bool:
        return self.weekday_near is None or at.day == _nearest_weekday(at.year, at.month, self.weekday_near)


def parsed(fields: str) -> Cron:
    """The inside of ``cron(…)``. Raises ValueError for what is none."""
    pieces = fields.upper().split()
    if len(pieces) != 6:
        raise ValueError(fields)
    minutes, hours, day, month, weekday, year = pieces
    if (day == "?") == (weekday == "?"):
        raise ValueError("one of the two days is ?")
    near = int(day[:-1]) if day.endswith("W") and day[:-1].isdigit() else None
    text = " ".join((_listed(minutes, range(60)), _listed(hours, range(24)), _day(day, near), _listed(month, range(1, 13), MONTHS, 1), _weekday(weekday)))
    years = None if year == "*" else frozenset(_numbers(year, YEARS))
    return Cron(text, years, near)


def _day(field: str, near: int | None) -> str:
    if field in ("?", "*"):
        return "*"
    if near is not None:
        if near not in range(1, 32):
            raise ValueError(field)
        return f"{max(1, near - 2)}-{min(31, near + 2)}"
    return ",".join(piece if piece in ("L", "LW") else _listed(piece, range(1, 32)) for piece in field.split(","))


def _weekday(field: str) -> str:
    if field in ("?", "*"):
        return "*"
    made = []
    for piece in field.split(","):
        if piece == "L":  # the last day of the week
            made.append("6")
        elif piece.endswith("L"):
            made.append(f"{_number(piece[:-1], range(1, 8), DAYS, 1) - 1}L")
        elif "#" in piece:
            day, _, nth = piece.partition("#")
            made.append(f"{_number(day, range(1, 8), DAYS, 1) - 1}#{_number(nth, range(1, 6))}")
        else:
            made += [str(number - 1) for number in _numbers(piece, range(1, 8), DAYS, 1)]
    return ",".join(made)


def _listed(field: str, allowed: range, names: Sequence[str] = (), first: int = 0) -> str:
    return ",".join(str(number) for number in _numbers(field, allowed, names, first))


def _numbers(field: str, allowed: range, names: Sequence[str] = (), first: int = 0) -> list[int]:
    """Every number that a field means. A range that ends before it begins goes on from the start, as FRI-MON."""
    found: set[int] = set()
    for piece in field.split(","):
        span, slash, step = piece.partition("/")
        start, dash, end = span.partition("-")
        if start == "*":
            if dash:
                raise ValueError(field)
            numbers = list(allowed)
        else:
            low = _number(start, allowed, names, first)
            high = _number(end, allowed, names, first) if dash else allowed[-1] if slash else low
            numbers = list(range(low, high + 1)) if low <= high else [*range(low, allowed[-1] + 1), *range(allowed[0], high + 1)]
        found.update(numbers[:: _number(step, range(1, len(allowed) + 1)) if slash else 1])
    return sorted(found)


def _number(text: str, allowed: range, names: Sequence[str] = (), first: int = 0) -> int:
    number = names.index(text) + first if text in names else int(text) if text.isascii() and text.isdigit() else -1
    if number not in allowed:
        raise ValueError(text)
    return number


def _nearest_weekday(year: int, month: int, day: int) -> int | None:
    """Of the same month; None where the month has no such day."""
    last = calendar.monthrange(year, month)[1]
    if day > last:
        return None
    weekday = calendar.weekday(year, month, day)
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < last else day - 2
    return day
