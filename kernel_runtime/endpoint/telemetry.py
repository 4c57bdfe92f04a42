"""Functions' logs and metrics on their way to CloudWatch, behind the door: folded from the journals and the measures a few times a second, never on an
invocation's way.

Nothing is started for them: they are pushed while the process that answers for other services runs, and what happened before is pushed when it starts, as
far as the journal still holds it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..account.account import Account
from ..control.facts import InvocationFinished, SnapshotTaken
from ..journal.journal import Entry
from ..journal.metrics import NAMESPACE, Metrics, Minutes
from ..journal.report import log_parts
from ..model.invocation import InvocationRecord, SnapshotRecord
from ..model.log_frames import messages

EVERY_S = 0.5
DATA_A_CALL = 500
EVENTS_A_CALL = 5_000
log = logging.getLogger(__name__)


class Telemetry:
    """``accounts``: those that are open. ``client(service, region, account)``: a boto3 client. ``wanted``: whether there is anywhere to push to now.
    finest_only: see ``Metrics``."""

    def __init__(self, accounts: Iterable[Account], client: Callable[[str, str, str], Any], wanted: Callable[[], bool], finest_only: bool) -> None:
        self._accounts, self._client, self._wanted, self._finest_only = accounts, client, wanted, finest_only
        self._pushers: dict[tuple[str, str], Pusher] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="serverless-lab-telemetry", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(EVERY_S):
            if not self._wanted():
                continue
            for account in self._accounts:
                try:
                    self._pusher(account).push()
                except (ClientError, BotoCoreError) as why:
                    if not self._closed.is_set():
                        log.warning("logs and metrics could not be pushed: %s", why)

    def _pusher(self, account: Account) -> Pusher:
        key = (account.id, account.region)
        if key not in self._pushers:
            logs, cloudwatch = (self._client(service, account.region, account.id) for service in ("logs", "cloudwatch"))
            self._pushers[key] = Pusher(account, logs, cloudwatch, self._finest_only)
        return self._pushers[key]


class Pusher:
    """One account's. What could not be pushed is not tried again: it is in the journal."""

    def __init__(self, account: Account, logs: Any, cloudwatch: Any, finest_only: bool) -> None:
        self._journal, self._measures, self._finest_only = account.journal, account.measures, finest_only
        self._logs, self._cloudwatch = logs, cloudwatch
        self._metrics = Metrics(time.time() - account.engine.clock(), finest_only)
        self._streams: set[tuple[str, str]] = set()
        self._seq = 0

    def push(self) -> None:
        """What has happened since the last time."""
        entries = self._journal.since(self._seq)
        if entries:
            self._seq = entries[-1].seq
            self._push_logs(entries)
        self._push_metrics({**self._metrics.fold(entries), **self._measures.take(self._finest_only)})

    def _push_logs(self, entries: list[Entry]) -> None:
        by_stream: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for entry in entries:
            if isinstance(entry.fact, InvocationFinished | SnapshotTaken) and entry.fact.record.log_stream:
                record = entry.fact.record
                group = record.log_group or f"/aws/lambda/{record.function}"
                by_stream.setdefault((group, record.log_stream), []).extend(_events(record))
        for (group, stream), events in by_stream.items():
            self._make(group, stream)
            events.sort(key=lambda event: int(event["timestamp"]))
            for at in range(0, len(events), EVENTS_A_CALL):
                self._logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events[at : at + EVENTS_A_CALL])

    def _make(self, group: str, stream: str) -> None:
        if (group, stream) in self._streams:
            return
        for make, names in (
            (self._logs.create_log_group, {"logGroupName": group}),
            (self._logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
        ):
            try:
                make(**names)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                    raise
        self._streams.add((group, stream))

    def _push_metrics(self, minutes: Minutes) -> None:
        data = [
            {
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
                "Timestamp": datetime.fromtimestamp(minute, UTC),
                "StatisticValues": {"SampleCount": statistic.count, "Sum": statistic.total, "Minimum": statistic.least, "Maximum": statistic.most},
                "Unit": statistic.unit,
            }
            for (name, dimensions, minute), statistic in minutes.items()
        ]
        for at in range(0, len(data), DATA_A_CALL):
            self._cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[at : at + DATA_A_CALL])


def _events(record: InvocationRecord | SnapshotRecord) -> list[dict[str, Any]]:
    """An event a record or a line, as Lambda sends them."""
    return [{"timestamp": int(at * 1_000), "message": message} for at, text in log_parts(record) for message in messages(text)]
