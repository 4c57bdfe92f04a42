"""Scheduled events beside the ones that AWS shows."""

from __future__ import annotations

import json

from kernel_runtime.sources.payloads.schedule import rule_event, schedule_event, schedule_input

from .shape import shape

RULE = {  # Lambda Developer Guide, "Invoke a Lambda function on a schedule"
    "version": "0",
    "id": "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "1970-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/ExampleRule"],
    "detail": {},
}
SCHEDULE = "arn:aws:scheduler:us-east-2:123456789012:schedule/default/nightly"


def test_of_a_rule() -> None:
    event = rule_event("arn:aws:events:us-east-1:123456789012:rule/ExampleRule", 0.0, "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c")
    assert event == RULE and shape(event) == shape(RULE)


def test_of_the_scheduler() -> None:
    told = {**RULE, "source": "aws.scheduler", "region": "us-east-2", "resources": [SCHEDULE], "detail": "{}", "id": "x"}
    event = schedule_event(SCHEDULE, 0.0, "x")
    assert event == told and shape(event) == shape(told)
    assert json.loads(schedule_input(None, SCHEDULE, 0.0, "x", 1)) == told


def test_context_attributes_are_filled_in() -> None:
    names = {"a": "schedule-arn", "t": "scheduled-time", "e": "execution-id", "n": "attempt-number"}
    given = json.dumps({short: f"<aws.scheduler.{name}>" for short, name in names.items()})
    assert json.loads(schedule_input(given, SCHEDULE, 60.0, "x", 2)) == {"a": SCHEDULE, "t": "1970-01-01T00:01:00Z", "e": "x", "n": "2"}
