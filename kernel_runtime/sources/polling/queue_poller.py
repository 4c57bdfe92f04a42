"""Polls one queue for one mapping.

A long poll where nothing waits, so that an idle mapping costs three calls a minute, some receives at once where much does; as many batches in flight as
``Pace`` has places.
What a batch leaves undeleted, the queue shows again after its visibility timeout, or moves to its dead-letter queue: retries are its business.
A FIFO queue keeps messages of a group back while others of it are in flight, which makes one batch a group and keeps the order.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ...account.account import Account
from ...model.errors import LabClosed
from ..clock import LabClock
from ..payloads import sqs as payloads
from ..tally import Tally
from . import answers
from .batches import Collector, Item
from .calling import FAILED, Called, Target, call, error_code, error_text, payload_of
from .filters import Filters
from .pace import CEILING, Pace
from .queue_client import LONG_POLL_S, RECEIVED_MAX, QueueClient
from .service_door import ServiceDoor

LOOK_EVERY_S = 1.0
"""How often a busy queue is asked how many messages it has."""
BLOCKED_POLL_S = 1.0
"""How often a FIFO queue is asked while batches are in flight: their end is noticed at once, other groups' messages after this."""
AT_ONCE = 5
"""Receives that are out at a time."""
RETRY_FIRST_S, RETRY_MAX_S = 0.25, 10.0
ABSENT_LOOK_S = 0.5


class QueuePoller:
    """sqs: what answers for the queue. clock: of batching windows and of the pace; visibility timeouts are real time, as the queue keeps them."""

    def __init__(self, account: Account, mapping: dict[str, Any], clock: LabClock, sqs: ServiceDoor, tally: Tally) -> None:
        self._account, self._clock, self._sqs, self._tally = account, clock, sqs, tally
        self._batches: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._pace = Pace()
        self._collector = Collector()
        self._plenty = False
        self._looked_at = 0.0
        self.settings(mapping)

    def settings(self, mapping: dict[str, Any]) -> None:
        """From the next batch on."""
        self._arn = mapping["EventSourceArn"]
        self._target = Target.of(mapping["FunctionArn"])
        self._collector.size = mapping["BatchSize"]
        self._collector.window_s = float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
        self._filters = Filters(mapping.get("FilterCriteria"), "body")
        self._reports = "ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or ())
        self._pace.ceiling = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency") or CEILING

    def look(self) -> None:
        """The tally is as the queue was last seen; where nothing waits there is no oldest."""
        if not self._batches and not self._tally.backlog:
            self._tally.oldest_at = None

    def nudge(self, arns: set[str]) -> None:
        """Streams are no business of a queue's, whose long polls wait for messages themselves."""

    async def run(self) -> None:
        """Until it is cancelled or the lab closes; batches that are in flight then go on to their end."""
        pause_s = RETRY_FIRST_S
        while True:
            try:
                await self._until_both_are_there()
                queue = await QueueClient.of(await self._sqs.client(), self._arn)
                pause_s = RETRY_FIRST_S
                self._tally.result = "" if self._tally.result.startswith("Error occurred") else self._tally.result
                await self._poll(queue)
            except LabClosed:
                return
            except Exception as error:  # the queue is gone, what holds it was restarted, an endpoint does not answer: all of it may end
                self._tally.result = _trouble(error)
                self._tally.backlog = self._tally.oldest_at = None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def _until_both_are_there(self) -> None:
        while True:
            if not self._target.there(self._account):
                self._tally.result = f"PROBLEM: Function does not exist: {self._target.arn}"
            elif not self._sqs.open():
                self._tally.result = _trouble(None)
            else:
                return
            await asyncio.sleep(ABSENT_LOOK_S)

    async def _poll(self, queue: QueueClient) -> None:
        while self._target.there(self._account):
            await self._place()
            batch = await self._collect(queue)
            if batch:
                task = asyncio.get_running_loop().create_task(self._carry(queue, batch))
                self._batches.add(task)
                task.add_done_callback(self._ended)

    async def _place(self) -> None:
        """Wait until one more batch may be in flight."""
        while len(self._batches) >= self._pace.places(self._target.reserved(self._account)):
            more_in_s = self._pace.full(self._clock.now())
            self._freed.clear()
            await _wait(self._freed, self._clock.real_s(more_in_s))
        self._pace.enough()

    async def _collect(self, queue: QueueClient) -> list[Item]:
        """The next batch; none where nothing came for a while."""
        collector = self._collector
        try:
            while True:
                now = self._clock.now()
                if len(collector) and collector.due(now) == 0:
                    return collector.take()
                most_s = self._clock.real_s(collector.due(now)) if len(collector) else float(LONG_POLL_S)
                if not await self._receive(queue, most_s) and not len(collector):
                    return []
        except BaseException:
            queue.give_back([item.message for item in collector.rest()])
            raise

    async def _receive(self, queue: QueueClient, most_s: float) -> bool:
        """Whether something came that passes the filters, within about ``most_s`` seconds."""
        fifo = self._arn.endswith(".fifo")
        blocked = fifo and bool(self._batches)
        wait_s = 0 if blocked or self._plenty else int(most_s)
        if most_s < 1:
            await asyncio.sleep(most_s)
        found = await self._ask(queue, 1 if fifo or not self._plenty else AT_ONCE, wait_s)
        if not found and blocked:
            self._freed.clear()
            await _wait(self._freed, min(BLOCKED_POLL_S, most_s))
        records = [(message, payloads.record(message, self._arn)) for message in found]
        passing = [Item.of(message, record, self._clock.now()) for message, record in records if self._filters.passes(record)]
        self._collector.add(passing)
        if len(passing) < len(found):
            kept = {item.message["ReceiptHandle"] for item in passing}
            self._tally.filtered += len(found) - len(passing)
            await queue.delete([message for message in found if message["ReceiptHandle"] not in kept])
        await self._note(queue, found, waited=wait_s > 0)
        return bool(passing)

    async def _ask(self, queue: QueueClient, times: int, wait_s: int) -> list[dict[str, Any]]:
        """What some receives at once give: as many as there are places for what they bring. Of a FIFO queue no more than one batch, lest a group be in two."""
        missing = self._collector.missing()
        if not self._arn.endswith(".fifo"):
            free = self._pace.places(self._target.reserved(self._account)) - len(self._batches)
            missing += self._collector.size * max(free - 1, 0)
        each = min(missing, RECEIVED_MAX)
        times = max(1, min(times, missing // RECEIVED_MAX))
        told = await asyncio.gather(*(queue.receive(each, wait_s) for _ in range(times)), return_exceptions=True)
        found = [message for one in told if not isinstance(one, BaseException) for message in one]
        self._plenty = len(found) == times * each
        for one in told:
            if isinstance(one, BaseException):
                queue.give_back(found)
                raise one
        return found

    async def _note(self, queue: QueueClient, found: list[dict[str, Any]], waited: bool) -> None:
        """Learn how the queue stands: from an empty poll, else by asking now and then."""
        if not found and (waited or not self._batches):
            self._pace.empty()
            self._tally.backlog, self._tally.oldest_at = 0, None
            return
        if found:
            self._tally.oldest_at = self._clock.of_wall(int(found[0]["Attributes"]["SentTimestamp"]) / 1e3)
        if time.monotonic() - self._looked_at >= LOOK_EVERY_S or (self._tally.backlog and not self._plenty):
            self._looked_at = time.monotonic()
            await queue.look()
            self._tally.backlog = queue.waiting

    async def _carry(self, queue: QueueClient, batch: list[Item]) -> None:
        """One batch from its call to its deletion. A batch that finds no room is tried again until the queue shows its messages again (AWS: "Backoff strategy
        for failed invocations")."""
        waited_s = self._clock.real_s(self._clock.now() - batch[0].arrived)
        called = await self._call(batch, time.monotonic() - waited_s + queue.visibility_s)
        done = batch
        if called.kind == "ok":
            failed = answers.failed_items(called.answer, [item.message["MessageId"] for item in batch]) if self._reports else frozenset()
            done = [item for item in batch if failed is not None and item.message["MessageId"] not in failed]
            self._tally.result = "OK" if len(done) == len(batch) else f"{len(batch) - len(done)} of {len(batch)} messages failed"
            self._tally.failures += not done
        else:
            done = []
            self._tally.failures += called.kind == "failed"
            self._tally.result = FAILED + (f" ({called.why})" if called.why else "")
        if done and (left := await queue.delete([item.message for item in done])):
            self._tally.result = f"PROBLEM: {len(left)} messages could not be deleted: {left[0]}"

    async def _call(self, batch: list[Item], until: float) -> Called:
        payload, pause_s = payload_of(item.text for item in batch), RETRY_FIRST_S
        while True:
            called = await call(self._account, self._target, payload, [item.message["Attributes"].get("AWSTraceHeader", "") for item in batch])
            if called.kind in ("ok", "failed"):
                self._tally.calls += 1
                self._tally.records += len(batch)
                return called
            if called.kind == "throttled":
                self._tally.throttles += 1
                self._pace.throttled(len(self._batches), self._clock.now())
            self._tally.result = f"{FAILED} ({called.why})"
            if time.monotonic() + pause_s >= until:
                return called
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MAX_S)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._freed.set()
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, LabClosed):
            self._tally.result = _trouble(error)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        pass


def _trouble(error: BaseException | None) -> str:
    """As AWS says it of a queue that is not there."""
    code = error_code(error)
    if error is None or "NonExistentQueue" in code or "QueueDoesNotExist" in code:
        return (
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
    return f"Error occurred while ReceiveMessage. {error_text(error)}"
