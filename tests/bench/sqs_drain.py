"""Ten thousand messages of a queue, ten a batch, for a handler that does nothing: the lab's poller against boto3's receive and delete in five threads."""

from __future__ import annotations

import threading
import time
from typing import Any

from kernel_runtime import Lab
from kernel_runtime.sources.polling.pace import FIRST

from .row import Row

MESSAGES = 10_000
THREADS = FIRST
"""As many as the poller begins with."""


def measure() -> list[Row]:
    with Lab() as lab:
        lab.function("trivial", source="def handler(event, context): pass")
        for _ in range(THREADS):
            lab.get("trivial").invoke()
        sqs = lab.boto3("sqs")
        bare, polled = sqs.create_queue(QueueName="bare")["QueueUrl"], sqs.create_queue(QueueName="polled")["QueueUrl"]
        _fill(sqs, bare)
        _fill(sqs, polled)
        bare_s = _bare(lab, bare)
        began = time.perf_counter()
        lab.boto3("lambda").create_event_source_mapping(EventSourceArn="arn:aws:sqs:us-east-1:000000000000:polled", FunctionName="trivial")
        while lab.sources("trivial")[0].records < MESSAGES:
            time.sleep(0.01)
        while _held(sqs, polled):
            time.sleep(0.01)
        polled_s = time.perf_counter() - began
    part = bare_s / polled_s
    measured, floor = f"{MESSAGES / polled_s:,.0f} messages/s", f"{MESSAGES / bare_s:,.0f} messages/s, boto3 in {THREADS} threads"
    return [Row(f"{MESSAGES:,} messages of a queue, 10 a batch", measured, floor, f"{part:.0%}", "≥ 80 %", part >= 0.8)]


def _held(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(int(count) for count in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values())


def _fill(sqs: Any, url: str) -> None:
    for start in range(0, MESSAGES, 10):
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": f"message {start + n}"} for n in range(10)])


def _bare(lab: Lab, url: str) -> float:
    """Seconds until all have been received and deleted."""
    left, lock = [MESSAGES], threading.Lock()

    def drain(sqs: Any) -> None:
        while left[0] > 0:
            found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])
            if messages := found.get("Messages"):
                sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in messages])
                with lock:
                    left[0] -= len(messages)

    threads = [threading.Thread(target=drain, args=(lab.boto3("sqs"),)) for _ in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
