"""One queue, as its poller speaks to it: by boto3, each call in a thread of its own. A poll that is broken off gives back what it gets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from .threads import in_thread

RECEIVED_MAX = 10
"""Messages that a queue hands out, and deletes, at once."""
LONG_POLL_S = 20
AT_ONCE = 16
"""Short calls of one queue's poller that are out at a time."""

Message = dict[str, Any]


class QueueClient:
    """Made anew for each poller. sqs: a boto3 client that retries nothing; url: the queue's. ``visibility_s`` and ``waiting`` are as ``look`` found them."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs, self._url = sqs, url
        self._room = asyncio.Semaphore(AT_ONCE)
        self.visibility_s = 30.0
        self.waiting = 0

    @classmethod
    async def of(cls, sqs: Any, arn: str) -> QueueClient:
        """Raises botocore's error where there is no such queue."""
        account, name = arn.split(":")[4:6]
        told = await in_thread(sqs.get_queue_url, QueueName=name, QueueOwnerAWSAccountId=account)
        found = cls(sqs, told["QueueUrl"])
        await found.look()
        return found

    async def look(self) -> None:
        """Learn the visibility timeout and how many messages wait."""
        names = ["VisibilityTimeout", "ApproximateNumberOfMessages"]
        told = (await in_thread(self._sqs.get_queue_attributes, QueueUrl=self._url, AttributeNames=names))["Attributes"]
        self.visibility_s, self.waiting = float(told["VisibilityTimeout"]), int(told["ApproximateNumberOfMessages"])

    async def receive(self, most: int, wait_s: int) -> list[Message]:
        """Up to ``most`` messages, at most ten; waits for the first of them for whole seconds, at most 20."""
        poll = in_thread(
            self._sqs.receive_message,
            QueueUrl=self._url, MaxNumberOfMessages=min(most, RECEIVED_MAX), WaitTimeSeconds=min(wait_s, LONG_POLL_S),
            MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"],
        )  # fmt: skip
        try:
            told = await asyncio.shield(poll)
        except asyncio.CancelledError:
            poll.add_done_callback(self._polled_for_nobody)
            raise
        found: list[Message] = told.get("Messages") or []
        return found

    async def delete(self, messages: Sequence[Message]) -> list[str]:
        """Delete them; gives what the queue said of those that it did not delete."""
        told = await asyncio.gather(*(self._batch(self._sqs.delete_message_batch, ten) for ten in _tens(messages)))
        return [f"{one.get('Code')}: {one.get('Message')}" for answer in told for one in answer.get("Failed") or ()]

    def give_back(self, messages: Sequence[Message]) -> None:
        """Let others see them at once. Does not wait: who gives back is being broken off."""
        if messages:
            in_thread(self._give_back, messages)

    def _give_back(self, messages: Sequence[Message]) -> None:
        try:
            for ten in _tens(messages):
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=_entries(ten, VisibilityTimeout=0))
        except Exception:
            pass  # they are seen again after their visibility timeout

    async def _batch(self, operation: Any, messages: Sequence[Message]) -> dict[str, Any]:
        async with self._room:
            told: dict[str, Any] = await in_thread(operation, QueueUrl=self._url, Entries=_entries(messages))
            return told

    def _polled_for_nobody(self, poll: asyncio.Future[dict[str, Any]]) -> None:
        if not poll.cancelled() and poll.exception() is None:
            self.give_back(poll.result().get("Messages") or [])


def _entries(messages: Sequence[Message], **more: Any) -> list[dict[str, Any]]:
    return [{"Id": str(number), "ReceiptHandle": message["ReceiptHandle"], **more} for number, message in enumerate(messages)]


def _tens(messages: Sequence[Message]) -> Iterable[Sequence[Message]]:
    return (messages[start : start + RECEIVED_MAX] for start in range(0, len(messages), RECEIVED_MAX))
