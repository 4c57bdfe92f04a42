"""Word of invocations that are over, on its way to destinations and dead-letter queues: by boto3 through the lab's door, in a few threads.

What cannot be delivered is counted and not tried again; boto3 has tried already.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from ...account.account import Account
from ...model.names import LATEST
from ..payloads import destinations
from .accepted import Accepted
from .timetable import Condition

THREADS = 4
LAST_S = 10.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Over:
    """An event that is done with. at: seconds of the epoch on the lab's clock. version: the one that ran last, None where none did. failed, response: how that
    went. code, message: what a dead letter says of it. trace: the header with which it ran.
    """

    account: Account
    event: Accepted
    condition: Condition
    at: float
    version: str | None = None
    failed: bool = False
    response: bytes = b""
    code: int = 200
    message: str = ""
    trace: str = ""

    def record(self, payload: bytes) -> dict[str, Any]:
        """What a destination is sent. payload: the event's."""
        event = self.event
        return destinations.invocation_record(
            at=self.at, request_id=event.request_id, function_arn=self.function_arn, condition=self.condition, runs=event.runs, event=payload,
            version=self.version, failed=self.failed, response=self.response,
        )  # fmt: skip

    @property
    def function_arn(self) -> str:
        return self.account.qualified_arn(self.event.function, self.event.qualifier or LATEST)

    @property
    def trace_attribute(self) -> dict[str, Any]:
        """As a message in a queue carries it (AWS: "Message system attributes", AWSTraceHeader; recorded for destinations)."""
        trace = self.trace or self.event.trace
        return {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}} if trace else {}


class Deliveries:
    """client: a boto3 client for (service, region, account). payload: an event's. forward: hands a record to another function, by its ARN."""

    def __init__(self, client: Callable[[str, str, str], Any], payload: Callable[[Accepted], bytes], forward: Callable[[Over, str, bytes], None]) -> None:
        self._make, self._payload, self._forward = client, payload, forward
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._queue_urls: dict[str, str] = {}
        self._beginning, self._making = threading.Lock(), threading.Lock()
        self._under_way: set[Future[None]] = set()
        self._pool: ThreadPoolExecutor | None = None
        self._closed = False
        self._ways = {"sqs": self._to_queue, "sns": self._to_topic, "lambda": self._to_function, "events": self._to_bus, "s3": self._to_bucket}

    def send(self, over: Over, destination: str, dead_letter: str, done: Callable[[], None]) -> None:
        """To a destination's ARN and a dead-letter queue's, each empty where there is none; ``done`` when both have been tried."""
        with self._beginning:
            if self._closed:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="serverless-lab-delivery")
            sending = self._pool.submit(self._send, over, destination, dead_letter, done)
            self._under_way.add(sending)
        sending.add_done_callback(self._under_way.discard)

    def close(self) -> None:
        """What is under way may end within a few seconds, the rest is not begun. Idempotent."""
        with self._beginning:
            self._closed, pool = True, self._pool
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
            wait(list(self._under_way), LAST_S)

    def _send(self, over: Over, destination: str, dead_letter: str, done: Callable[[], None]) -> None:
        if destination:
            self._try(over, destination, "DestinationDeliveryFailures", lambda: self._ways[destination.split(":")[2]](over, destination))
        if dead_letter:
            self._try(over, dead_letter, "DeadLetterErrors", lambda: self._bury(over, dead_letter))
        done()

    def _try(self, over: Over, arn: str, metric: str, deliver: Callable[[], None]) -> None:
        try:
            deliver()
        except Exception as why:  # whatever keeps it from arriving: the queue goes on
            log.warning("what became of %s could not be delivered to %s: %s", over.event.request_id, arn, why)
            over.account.measures.add(metric, over.event.function, over.event.qualifier, at=over.account.now().timestamp())

    def _text(self, over: Over) -> str:
        return destinations.text(over.record(self._payload(over.event)))

    def _to_queue(self, over: Over, arn: str) -> None:
        self._sqs(arn).send_message(QueueUrl=self._queue_url(arn), MessageBody=self._text(over), MessageSystemAttributes=over.trace_attribute)

    def _to_topic(self, over: Over, arn: str) -> None:
        self._of(arn, over).publish(TopicArn=arn, Message=self._text(over))

    def _to_function(self, over: Over, arn: str) -> None:
        self._forward(over, arn, self._text(over).encode())

    def _to_bus(self, over: Over, arn: str) -> None:
        entry = {
            "Source": "lambda", "DetailType": destinations.detail_type(over.condition), "Detail": self._text(over),
            "EventBusName": arn, "Resources": [arn, over.function_arn],
        }  # fmt: skip
        answer = self._of(arn, over).put_events(Entries=[entry])
        if answer.get("FailedEntryCount"):
            raise RuntimeError(answer["Entries"][0].get("ErrorMessage", "the event bus did not take it"))

    def _to_bucket(self, over: Over, arn: str) -> None:
        key = destinations.object_key(over.event.function, over.at, str(uuid.uuid4()))
        self._of(arn, over).put_object(Bucket=arn.split(":")[5], Key=key, Body=self._text(over).encode(), ContentType="application/json")

    def _bury(self, over: Over, arn: str) -> None:
        attributes = destinations.dead_letter_attributes(over.event.request_id, over.code, over.message)
        body = self._payload(over.event).decode()
        if arn.split(":")[2] == "sqs":
            self._sqs(arn).send_message(
                QueueUrl=self._queue_url(arn), MessageBody=body, MessageAttributes=attributes, MessageSystemAttributes=over.trace_attribute
            )
        else:
            self._of(arn, over).publish(TopicArn=arn, Message=body, MessageAttributes=attributes)

    def _queue_url(self, arn: str) -> str:
        if arn not in self._queue_urls:
            self._queue_urls[arn] = self._sqs(arn).get_queue_url(QueueName=arn.split(":")[5])["QueueUrl"]
        return self._queue_urls[arn]

    def _sqs(self, arn: str) -> Any:
        _, _, service, region, account, _ = arn.split(":", 5)
        return self._client(service, region, account)

    def _of(self, arn: str, over: Over) -> Any:
        """A client where the ARN says; a bucket's says neither region nor account."""
        _, _, service, region, account, _ = arn.split(":", 5)
        return self._client(service, region or over.account.region, account or over.account.id)

    def _client(self, *of: str) -> Any:
        with self._making:
            if of not in self._clients:
                service, region, account = of
                self._clients[service, region, account] = self._make(service, region, account)
            return self._clients[of]  # type: ignore[index]
