"""One lab with the services behind its door for a module of tests, and what they look at."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kernel_runtime import Lab
from kernel_runtime.sources.view import SourceView

PATIENCE_S = 60.0
"""No test takes that long; a machine that does other things may."""

ECHO = """
import json, time
def handler(event, context):
    print("EVENT " + json.dumps(event))
    bodies = [record.get("body", "") for record in event["Records"]]
    for body in bodies:
        if body.startswith("sleep "):
            time.sleep(float(body[6:]))
    if "fail" in bodies:
        raise ValueError("as asked")
    return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"] if r.get("body", "").startswith("bad")]}
"""


def until(condition: Callable[[], Any]) -> Any:
    """What the condition gives once it holds."""
    ending = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < ending, "it did not come about"
        time.sleep(0.02)
    return found


class Queues:
    """A lab's queues and mappings by short names."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.sqs, self.functions = lab.boto3("sqs"), lab.boto3("lambda")

    def queue(self, name: str, **attributes: Any) -> str:
        """Its URL."""
        self.sqs.create_queue(QueueName=name, Attributes={key: str(value) for key, value in attributes.items()})
        url: str = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return url

    def map(self, queue: str, function: str, **more: Any) -> str:
        """The mapping's UUID, once it has settled."""
        made = self.functions.create_event_source_mapping(EventSourceArn=self.arn(queue), FunctionName=function, **more)
        until(lambda: self.state(made["UUID"]) in ("Enabled", "Disabled"))
        uuid: str = made["UUID"]
        return uuid

    def state(self, uuid: str) -> str:
        return str(self.functions.get_event_source_mapping(UUID=uuid)["State"])

    def send(self, url: str, *bodies: str, **more: Any) -> None:
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(number), "MessageBody": body, **more} for number, body in enumerate(bodies[start : start + 10])]
            self.sqs.send_message_batch(QueueUrl=url, Entries=entries)

    def held(self, url: str) -> int:
        """Messages in the queue, seen or in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(told[name]) for name in names)

    def view(self, queue: str) -> SourceView:
        return next(view for view in self.lab.sources() if view.name == queue)

    def events(self, function: str) -> list[dict[str, Any]]:
        """What the function's calls got, in the order in which they ended."""
        printed = b"".join(record.log for record in self.lab.records(function)).decode()
        return [json.loads(line.removeprefix("EVENT ")) for line in printed.splitlines() if line.startswith("EVENT ")]

    def bodies(self, function: str) -> list[list[str]]:
        return [[record["body"] for record in event["Records"]] for event in self.events(function)]

    @staticmethod
    def arn(queue: str) -> str:
        return f"arn:aws:sqs:us-east-1:000000000000:{queue}"


@contextmanager
def queues(**options: Any) -> Iterator[Queues]:
    with Lab(**options) as lab:
        yield Queues(lab)
