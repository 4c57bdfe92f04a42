"""One thing that is due at times: an EventBridge rule with a schedule, or a schedule of EventBridge Scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .expressions import At, Expression, of_rule, of_schedule


@dataclass(frozen=True, slots=True)
class Entry:
    """arn: the rule's or the schedule's. account, region: whose. expression: as it was written. targets: as EventBridge shows them, one for a schedule.

    starts_at_once: whether a rate begins when it is made (Scheduler) or one period later (rules). start_s, end_s: the schedule's StartDate and EndDate,
    seconds of the epoch. window_s: its flexible time window, 0 where it is off. deletes_itself: ActionAfterCompletion is DELETE.
    """

    arn: str
    account: str
    region: str
    expression: str
    when: Expression
    targets: tuple[Mapping[str, Any], ...]
    enabled: bool = True
    timezone: str = ""
    starts_at_once: bool = False
    start_s: float | None = None
    end_s: float | None = None
    window_s: float = 0.0
    deletes_itself: bool = False

    @property
    def is_rule(self) -> bool:
        return self.arn.split(":")[2] == "events"

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    @property
    def group(self) -> str:
        """A schedule's group."""
        return self.arn.split("/")[1]

    @property
    def timing(self) -> tuple[Any, ...]:
        """What makes it begin anew when it changes."""
        return self.expression, self.timezone, self.enabled, self.start_s, self.end_s, self.window_s


def rule_entry(account: str, region: str, rule: Mapping[str, Any], targets: list[Mapping[str, Any]]) -> Entry:
    """From ListRules and ListTargetsByRule. Raises ValueError."""
    expression = rule["ScheduleExpression"]
    return Entry(rule["Arn"], account, region, expression, of_rule(expression), tuple(targets), rule.get("State", "ENABLED") != "DISABLED")


def schedule_entry(account: str, region: str, told: Mapping[str, Any]) -> Entry:
    """From GetSchedule. Raises ValueError, KeyError."""
    expression, timezone = told["ScheduleExpression"], told.get("ScheduleExpressionTimezone") or ""
    window, when = told.get("FlexibleTimeWindow") or {}, of_schedule(expression, timezone)
    bounds = {} if isinstance(when, At) else {"start_s": _seconds(told.get("StartDate")), "end_s": _seconds(told.get("EndDate"))}  # once ignores them
    return Entry(
        told["Arn"], account, region, expression, when, (told["Target"],),
        enabled=told.get("State", "ENABLED") != "DISABLED", timezone=timezone, starts_at_once=True,
        **bounds,
        window_s=60.0 * (window.get("MaximumWindowInMinutes") or 0) if window.get("Mode") == "FLEXIBLE" else 0.0,
        deletes_itself=told.get("ActionAfterCompletion") == "DELETE",
    )  # fmt: skip


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None
