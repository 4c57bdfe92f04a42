"""Deliveries that fail: tried again, given up, told to a dead-letter queue. The lab's minute takes a few milliseconds."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kernel_runtime.account.on_behalf import OnBehalf
from kernel_runtime.sources.clock import LabClock
from kernel_runtime.sources.schedules.delivery import Delivery
from kernel_runtime.sources.schedules.entry import Entry
from kernel_runtime.sources.schedules.expressions import of_schedule
from kernel_runtime.sources.schedules.targets import TargetFailed

QUEUE = "arn:aws:sqs:us-east-1:000000000000:dead"
TARGET = "arn:aws:lambda:us-east-1:000000000000:function:f"
ENTRY = Entry("arn:aws:scheduler:us-east-1:000000000000:schedule/g/s", "000000000000", "us-east-1", "rate(1 hour)", of_schedule("rate(1 hour)", None), ())


class Failing:
    """A target that fails so many times, and a queue for what is given up."""

    def __init__(self, times: int, *, passes: bool = True) -> None:
        self.times, self.passes = times, passes
        self.inputs: list[str] = []
        self.letters: list[dict[str, Any]] = []

    def call(self, target: Any, text: str, behalf: OnBehalf | None, region: str, account: str) -> None:
        self.inputs.append(text)
        if len(self.inputs) <= self.times:
            raise TargetFailed("ThrottlingException", "Rate exceeded", self.passes)

    def get_queue_url(self, **_: Any) -> dict[str, str]:
        return {"QueueUrl": "http://queue"}

    def send_message(self, **told: Any) -> None:
        self.letters.append(told)


def deliver(failing: Failing, **target: Any) -> TargetFailed | None:
    with ThreadPoolExecutor(1) as threads:
        delivery = Delivery(failing, lambda service, region, account: failing, LabClock(50_000), threads)  # type: ignore[arg-type]
        whole = {"Arn": TARGET, "Input": "try <aws.scheduler.attempt-number>", "DeadLetterConfig": {"Arn": QUEUE}, **target}
        return asyncio.run(delivery.deliver(ENTRY, 1_800_000_000.0, whole))


def attributes(failing: Failing) -> dict[str, str]:
    (letter,) = failing.letters
    return {name: told["StringValue"] for name, told in letter["MessageAttributes"].items()}


def test_what_fails_for_now_is_tried_again() -> None:
    failing = Failing(3)
    assert deliver(failing) is None
    assert failing.inputs == ["try 1", "try 2", "try 3", "try 4"] and failing.letters == []


@pytest.mark.parametrize("retries", [0, 2])
def test_after_its_retries_it_is_given_up(retries: int) -> None:
    failing = Failing(99)
    failed = deliver(failing, RetryPolicy={"MaximumRetryAttempts": retries})
    assert failed is not None and failed.code == "ThrottlingException" and len(failing.inputs) == retries + 1
    told = attributes(failing)
    assert (told["EXHAUSTED_RETRY_CONDITION"], told["RETRY_ATTEMPTS"]) == ("MaximumRetryAttempts", str(retries))
    assert (told["SCHEDULE_ARN"], told["SCHEDULED_TIME"], told["TARGET_ARN"]) == (ENTRY.arn, "2027-01-15T08:00:00Z", TARGET)
    assert failing.letters[0]["MessageBody"] == f"try {retries + 1}"


def test_after_its_age_it_is_given_up() -> None:
    failing = Failing(99)
    assert deliver(failing, RetryPolicy={"MaximumEventAgeInSeconds": 60}) is not None
    assert attributes(failing)["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds" and len(failing.inputs) <= 7


def test_what_trying_again_would_not_help_is_given_up_at_once() -> None:
    failing = Failing(99, passes=False)
    assert deliver(failing) is not None and len(failing.inputs) == 1
    assert "EXHAUSTED_RETRY_CONDITION" not in attributes(failing)


def test_without_a_queue_it_is_gone() -> None:
    failing = Failing(99, passes=False)
    assert deliver(failing, DeadLetterConfig=None) is not None and failing.letters == []
