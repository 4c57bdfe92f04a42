"""What a schedule tells its target: an EventBridge rule's (EventBridge User Guide, "Events from AWS services": Scheduled Event) and EventBridge Scheduler's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any


def instant(due: float) -> str:
    """Seconds of the epoch as EventBridge writes a time: whole seconds, UTC."""
    return datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rule_event(rule_arn: str, due: float, event_id: str) -> dict[str, Any]:
    """The event of a rule with a schedule, before its target's Input or transformer."""
    _, _, _, region, account, _ = rule_arn.split(":", 5)
    return _scheduled("aws.events", rule_arn, account, region, due, event_id, {})


def schedule_event(schedule_arn: str, due: float, event_id: str) -> dict[str, Any]:
    """What EventBridge Scheduler sends where the target has no Input. Its detail is a text, unlike a rule's (seen on AWS)."""
    _, _, _, region, account, _ = schedule_arn.split(":", 5)
    return _scheduled("aws.scheduler", schedule_arn, account, region, due, event_id, "{}")


def _scheduled(source: str, arn: str, account: str, region: str, due: float, event_id: str, detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Scheduled Event",
        "source": source,
        "account": account,
        "time": instant(due),
        "region": region,
        "resources": [arn],
        "detail": detail,
    }


def schedule_input(given: str | None, schedule_arn: str, due: float, execution_id: str, attempt: int) -> str:
    """The target's input with the context attributes in it (EventBridge Scheduler User Guide, "Adding context attributes"), or what is sent without one."""
    if not given:
        return json.dumps(schedule_event(schedule_arn, due, execution_id))
    attributes = {"schedule-arn": schedule_arn, "scheduled-time": instant(due), "execution-id": execution_id, "attempt-number": str(attempt)}
    for name, value in attributes.items():
        given = given.replace(f"<aws.scheduler.{name}>", value)
    return given
