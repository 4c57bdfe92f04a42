"""One firing on its way to one target: tried again as its retry policy says, then to its dead-letter queue (EventBridge User Guide, "Using dead-letter queues";
EventBridge Scheduler User Guide, "Configuring a dead-letter queue"). Waits are the lab's own."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ...account.on_behalf import OnBehalf
from ..clock import LabClock
from ..payloads.schedule import instant, rule_event, schedule_input
from ..payloads.target_input import target_input
from .entry import Entry
from .targets import TargetFailed, Targets

AGE_S, ATTEMPTS = 86_400, 185
"""A target's retry policy where it has none of its own."""
FIRST_RETRY_S, RETRY_MAX_S = 1.0, 300.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Carries firings to targets. client: a boto3 client for (service, region, account). threads: where boto3 waits."""

    targets: Targets
    client: Callable[[str, str, str], Any]
    clock: LabClock
    threads: Executor

    async def deliver(self, entry: Entry, scheduled: float, target: Mapping[str, Any]) -> TargetFailed | None:
        """None when it has arrived, the last failure where it was given up."""
        policy = target.get("RetryPolicy") or {}
        retries, age_s = policy.get("MaximumRetryAttempts", ATTEMPTS), policy.get("MaximumEventAgeInSeconds", AGE_S)
        execution, behalf = str(uuid.uuid4()), OnBehalf("events.amazonaws.com", entry.arn, entry.account) if entry.is_rule else None
        began, pause, attempt = self.clock.now(), FIRST_RETRY_S, 1
        while True:
            text = input_of(entry, scheduled, target, execution, attempt)
            try:
                await self._in_a_thread(partial(self.targets.call, target, text, behalf, entry.region, entry.account))
                return None
            except TargetFailed as failed:
                gone = None if failed.passes else ""
                if gone is None and attempt > retries:
                    gone = "MaximumRetryAttempts"
                elif gone is None and self.clock.now() + pause - began > age_s:
                    gone = "MaximumEventAgeInSeconds"
                if gone is not None:
                    await self._to_dead_letters(entry, scheduled, target, execution, text, failed, attempt, gone)
                    return failed
            await self.clock.sleep(pause)
            pause, attempt = min(pause * 2, RETRY_MAX_S), attempt + 1

    async def _in_a_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self.threads, work)

    async def _to_dead_letters(
        self, entry: Entry, scheduled: float, target: Mapping[str, Any], execution: str, text: str, failed: TargetFailed, attempt: int, gone: str
    ) -> None:
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return
        told = {"ERROR_CODE": failed.code, "ERROR_MESSAGE": str(failed), "TARGET_ARN": target["Arn"], "RETRY_ATTEMPTS": str(attempt - 1)}
        if gone:
            told["EXHAUSTED_RETRY_CONDITION"] = gone
        if entry.is_rule:
            told["RULE_ARN"] = entry.arn
        else:
            told |= {"SCHEDULE_ARN": entry.arn, "SCHEDULED_TIME": instant(scheduled), "EXECUTION_ID": execution, "IS_PAYLOAD_TRUNCATED": "false"}
        try:
            await self._in_a_thread(partial(self._send, entry, queue, text, told))
        except (ClientError, BotoCoreError) as why:
            log.warning("%s: the dead-letter queue %s did not take it: %s", entry.arn, queue, why)

    def _send(self, entry: Entry, queue: str, text: str, told: Mapping[str, str]) -> None:
        *_, region, owner, name = queue.split(":")
        sqs = self.client("sqs", region, entry.account)
        attributes = {key: {"DataType": "String", "StringValue": value or "-"} for key, value in told.items()}
        url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=owner)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=text or "{}", MessageAttributes=attributes)


def input_of(entry: Entry, scheduled: float, target: Mapping[str, Any], execution: str, attempt: int) -> str:
    """What the target gets."""
    if entry.is_rule:
        event = rule_event(entry.arn, scheduled, execution)
        return target_input(target, event, entry.arn, event["time"])
    return schedule_input(target.get("Input"), entry.arn, scheduled, execution, attempt)
