"""What next, after an asynchronous invocation did not go well (AWS: "How Lambda handles errors and retries with asynchronous invocation"). Pure: no clock.

A function's error is retried after one minute, then two. A throttle or a system error uses up no attempt: it is tried again after 1 s, doubling to 5 minutes.
An event whose next try would come too late is given up at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RETRY_DELAYS_S = (60.0, 120.0)
BACK_OFF_FIRST_S = 1.0
BACK_OFF_MOST_S = 300.0
RETRIES_DEFAULT = 2
AGE_DEFAULT_S = 21_600

Condition = Literal["Success", "RetriesExhausted", "EventAgeExceeded", "ZeroReservedConcurrency"]
"""Why a record of an invocation is sent, in AWS's words."""


@dataclass(frozen=True, slots=True)
class Rules:
    """MaximumRetryAttempts (0-2) and MaximumEventAgeInSeconds (60-21,600) of the version or alias that was called."""

    retries: int = RETRIES_DEFAULT
    age_s: float = AGE_DEFAULT_S


@dataclass(frozen=True, slots=True)
class Again:
    """It is tried again at ``due_at``, seconds of the clock that ``now`` is of."""

    due_at: float


@dataclass(frozen=True, slots=True)
class GivenUp:
    condition: Condition


def before_running(accepted_at: float, now: float, rules: Rules) -> GivenUp | None:
    """Whether an event that has its turn has waited too long."""
    return GivenUp("EventAgeExceeded") if now - accepted_at > rules.age_s else None


def after_error(runs: int, accepted_at: float, now: float, rules: Rules) -> Again | GivenUp:
    """After the function has failed in its ``runs``-th run (1 is the first). Times in seconds."""
    if runs > rules.retries:
        return GivenUp("RetriesExhausted")
    return _in_time(now + RETRY_DELAYS_S[min(runs, len(RETRY_DELAYS_S)) - 1], accepted_at, rules)


def after_refusal(refusals: int, accepted_at: float, now: float, rules: Rules) -> Again | GivenUp:
    """After the ``refusals``-th throttle or system error in a row (1 is the first). Times in seconds."""
    return _in_time(now + back_off_s(refusals), accepted_at, rules)


def back_off_s(refusals: int) -> float:
    """1, 2, 4 … 256, 300, 300 … seconds."""
    return float(min(BACK_OFF_FIRST_S * 2 ** min(refusals - 1, 16), BACK_OFF_MOST_S))


def _in_time(due_at: float, accepted_at: float, rules: Rules) -> Again | GivenUp:
    return Again(due_at) if due_at - accepted_at <= rules.age_s else GivenUp("EventAgeExceeded")
