"""What rules and schedules an account has, from the services behind the door. What has not changed since the last time is not asked for again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from .entry import Entry, rule_entry, schedule_entry

log = logging.getLogger(__name__)


class Reader:
    """client: a boto3 client by a service's name. One for an account and a region, used by one thread at a time."""

    def __init__(self, client: Callable[[str], Any], account: str, region: str) -> None:
        self._client, self._account, self._region = client, account, region
        self._schedules: dict[str, tuple[Any, Mapping[str, Any]]] = {}

    def read(self, service: str) -> list[Entry]:
        """Of ``events`` the rules with a schedule, of ``scheduler`` the schedules. Raises botocore's errors."""
        return self._rules() if service == "events" else self._of_scheduler()

    def _rules(self) -> list[Entry]:
        events = self._client("events")
        rules = [rule for page in events.get_paginator("list_rules").paginate() for rule in page["Rules"] if rule.get("ScheduleExpression")]
        made = []
        for rule in rules:
            pages = events.get_paginator("list_targets_by_rule").paginate(Rule=rule["Name"])
            targets = [target for page in pages for target in page["Targets"]]
            made += _made(lambda rule=rule, targets=targets: rule_entry(self._account, self._region, rule, targets))  # type: ignore[misc]
        return made

    def _of_scheduler(self) -> list[Entry]:
        scheduler = self._client("scheduler")
        listed = [one for page in scheduler.get_paginator("list_schedules").paginate() for one in page["Schedules"]]
        known, self._schedules = self._schedules, {}
        for one in listed:
            held = known.get(one["Arn"])
            if held is None or held[0] != one["LastModificationDate"]:
                held = one["LastModificationDate"], scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"])
            self._schedules[one["Arn"]] = held
        return [
            entry
            for _, told in self._schedules.values()
            for entry in _made(lambda told=told: schedule_entry(self._account, self._region, told))  # type: ignore[misc]
        ]


def _made(make: Callable[[], Entry]) -> list[Entry]:
    """One, or none of what the lab cannot read: CloudFormation may bring in what no call has checked."""
    try:
        return [make()]
    except (ValueError, KeyError) as why:
        log.warning("a schedule is left out, it cannot be read: %s", why)
        return []
