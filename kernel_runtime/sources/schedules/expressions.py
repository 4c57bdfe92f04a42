"""Schedule expressions: ``rate(5 minutes)``, ``cron(0 9 ? * MON-FRI *)``, ``at(2030-01-01T09:00:00)``, and when they are due.

EventBridge User Guide, "Setting a schedule pattern for scheduled rules"; EventBridge Scheduler User Guide, "Schedule types". Times are seconds of the epoch.
A local time that daylight saving leaves out is skipped, one that it brings twice counts once, the first time.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

from .cron import Cron, parsed

_WHOLE = re.compile(r"(rate|cron|at)\((.*)\)")
_RATE = re.compile(r"(\d{1,10}) +(minute|hour|day)(s?)")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_LAST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}


class Expression(Protocol):
    """When something is due."""

    def after(self, moment: float, anchor: float) -> float | None:
        """The first time after ``moment``; ``anchor`` is from when a rate counts. None: never again."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Each ``seconds``, from the anchor on, which is the first."""

    seconds: int

    def after(self, moment: float, anchor: float) -> float | None:
        passed = math.floor((moment - anchor) / self.seconds + 1e-6) + 1  # a time that is due is not due again for a rounding
        return anchor if moment < anchor else anchor + passed * self.seconds


@dataclass(frozen=True, slots=True)
class At:
    """Once."""

    when: float

    def after(self, moment: float, anchor: float) -> float | None:
        return self.when if moment < self.when else None


@dataclass(frozen=True, slots=True)
class CronIn:
    """A cron expression on the clocks of a place."""

    cron: Cron
    zone: tzinfo

    def after(self, moment: float, anchor: float) -> float | None:
        local: datetime | None = datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None)
        while local is not None and (local := self.cron.after(local)) is not None:
            there = local.replace(tzinfo=self.zone)
            exists = there.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) == local
            if exists and there.timestamp() > moment:
                return there.timestamp()
        return None


def of_rule(text: str) -> Expression:
    """A rule's: a rate in the singular for 1 and the plural for more, or cron in UTC. Raises ValueError."""
    kind, inside = _split(text)
    if kind == "rate":
        return _rate(inside, strict=True)
    if kind == "cron":
        return CronIn(parsed(inside), UTC)
    raise ValueError(text)


def of_schedule(text: str, timezone: str | None) -> Expression:
    """EventBridge Scheduler's. Raises ValueError, KeyError for a time zone that is none."""
    where = zone(timezone)
    kind, inside = _split(text)
    if kind == "rate":
        return _rate(inside, strict=False)
    if kind == "cron":
        return CronIn(parsed(inside), where)
    if not _AT.fullmatch(inside):
        raise ValueError(text)
    when = datetime.fromisoformat(inside).replace(tzinfo=where).timestamp()
    if not 0 <= when < _LAST:
        raise ValueError(text)
    return At(when)


def zone(name: str | None) -> tzinfo:
    """Raises KeyError where there is no such time zone."""
    if name in (None, "", "UTC"):
        return UTC
    if name not in available_timezones():
        raise KeyError(name)
    return ZoneInfo(str(name))


def _split(text: str) -> tuple[str, str]:
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        raise ValueError(text)
    return whole[1], whole[2]


def _rate(inside: str, *, strict: bool) -> Rate:
    told = _RATE.fullmatch(inside)
    if told is None or int(told[1]) < 1 or (strict and (int(told[1]) == 1) != (told[3] == "")):
        raise ValueError(inside)
    seconds = int(told[1]) * _SECONDS[told[2]]
    if seconds > timedelta(days=365_000).total_seconds():
        raise ValueError(inside)
    return Rate(seconds)
