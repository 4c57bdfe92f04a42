"""A poller for every event source mapping that is Enabled, in every account: begun when it is made, enabled or adopted, ended when it goes or is disabled.

What is polled is told by the mapping alone, which ``account/event_source_mappings.py`` keeps; a change of its settings reaches the poller that runs.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ...account import event_source_mappings
from ...account.account import Account
from ...account.event_sources import source_of
from ..ground import Ground
from ..tally import Tally
from ..view import SourceView
from . import checkpoints
from .calling import Target
from .service_door import ServiceDoor
from .stream_watch import StreamWatch

IDLE_S, WATCHED_IDLE_S = 1.0, 60.0
"""Between two reads of a shard that has nothing (AWS: "Lambda polls shards … at a base rate of once per second")."""
NOT_POLLED = "not polled: this lab has no {} to poll; the mapping is kept and shown"


class Poller(Protocol):
    """Reads one source for one mapping."""

    async def run(self) -> None: ...

    def settings(self, mapping: dict[str, Any]) -> None: ...

    def look(self) -> None:
        """Bring the tally up to now."""

    def nudge(self, arns: set[str]) -> None:
        """Streams of these ARNs have changed."""


@dataclass(slots=True)
class _Polled:
    """One mapping's poller, where it has one that runs."""

    tally: Tally = field(default_factory=Tally)
    poller: Poller | None = None
    task: asyncio.Task[None] | None = None


class Polling:
    """The mappings of all accounts. Its pollers live in the ground's loop."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._accounts: list[Account] = []
        self._polled: dict[str, _Polled] = {}
        self._clients: dict[tuple[str, str, str], tuple[Any, str]] = {}
        self._making = threading.Lock()
        self._watch = StreamWatch(ground.changes_of_streams, self._written)
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    def opened(self, account: Account) -> None:
        self._accounts.append(account)
        account.surroundings.mapping_changed = partial(self._changed, account)
        for mapping in event_source_mappings.every(account):
            self._changed(account, mapping["UUID"])

    def views(self) -> list[SourceView]:
        return [self._view(mapping) for account in self._accounts for mapping in event_source_mappings.every(account)]

    def close(self) -> None:
        self._closed = True

    def _changed(self, account: Account, uuid: str) -> None:
        if not self._closed:
            self._ground.loop.run(self._follow(account, uuid))

    async def _follow(self, account: Account, uuid: str) -> None:
        """Bring the poller to where the mapping is; what is between two states is followed when it has settled."""
        mapping = account.table(event_source_mappings.TABLE).get(uuid)
        state = mapping["State"] if mapping else ""
        polled = self._polled.setdefault(uuid, _Polled())
        if mapping is None or state in ("Disabling", "Disabled", "Deleting"):
            if polled.task is not None:
                polled.task.cancel()
            polled.poller = polled.task = None
            if mapping is None:
                del self._polled[uuid]
                checkpoints.forget(account, uuid)
        elif state == "Enabled" and polled.poller is not None:
            polled.poller.settings(mapping)
        elif state == "Enabled" and (poller := self._poller(account, mapping, polled.tally)) is not None:
            polled.poller, polled.task = poller, asyncio.get_running_loop().create_task(poller.run())

    def _poller(self, account: Account, mapping: dict[str, Any], tally: Tally) -> Poller | None:
        kind, arn = source_of(mapping).name, mapping.get("EventSourceArn", "")
        if kind == "SQS":
            from .queue_poller import QueuePoller  # what polls is not needed before the first mapping

            return QueuePoller(account, mapping, self._ground.clock, self._door("sqs", arn), tally)
        if kind in ("Kinesis", "DynamoDB"):
            service = self._door("kinesis", arn) if kind == "Kinesis" else self._door("dynamodbstreams", arn, of="dynamodb")
            self._watching = self._watching or asyncio.get_running_loop().create_task(self._watch.run())
            from .stream_poller import StreamPoller

            return StreamPoller(account, mapping, self._ground.clock, service, self._ground.client, tally, lambda: self._idle_s(service))
        tally.result = NOT_POLLED.format({"MQ": "broker", "Kafka": "cluster", "DocumentDB": "cluster"}.get(kind, "stream"))
        return None

    def _idle_s(self, service: ServiceDoor) -> float:
        """A stream that is watched need hardly be asked."""
        behind = service.address() + "/" in self._ground.changes_of_streams() + "/"
        return WATCHED_IDLE_S if self._watch.works and behind else IDLE_S

    def _written(self, arns: set[str]) -> None:
        for polled in self._polled.values():
            if polled.poller is not None:
                polled.poller.nudge(arns)

    def _door(self, service: str, arn: str, of: str = "") -> ServiceDoor:
        """of: the service that a user's own endpoint would be named for, where that is another."""
        region, account = arn.split(":")[3:5]
        return ServiceDoor(lambda: self._ground.address(of or service), partial(self._client, service, region, account))

    def _client(self, service: str, region: str, account: str, address: str) -> Any:
        """Made once; in a thread, since boto3 takes its time."""
        from botocore.config import Config

        with self._making:
            held, made_for = self._clients.get((service, region, account), (None, ""))
            if made_for != address:
                config = Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=256)
                held = self._ground.client(service, region, account, at=address, config=config)
                self._clients[service, region, account] = held, address
            return held

    def _view(self, mapping: dict[str, Any]) -> SourceView:
        polled = self._polled.get(mapping["UUID"])
        tally = polled.tally if polled else Tally()
        if polled is not None and polled.poller is not None:
            polled.poller.look()
        target = Target.of(mapping["FunctionArn"])
        return SourceView(
            kind=_KINDS[source_of(mapping).name], name=_name(mapping), function=target.name, qualifier=target.qualifier, state=mapping["State"],
            result=tally.result or mapping.get("LastProcessingResult", ""), calls=tally.calls, records=tally.records, failures=tally.failures,
            throttles=tally.throttles, backlog=tally.backlog,
            age_s=None if tally.oldest_at is None else max(self._ground.clock.now() - tally.oldest_at, 0.0),
        )  # fmt: skip


_KINDS = {"SQS": "queue", "MQ": "queue", "Kinesis": "stream", "Kafka": "stream", "DocumentDB": "table", "DynamoDB": "table"}


def _name(mapping: dict[str, Any]) -> str:
    """What a user would call the source."""
    arn = mapping.get("EventSourceArn", "")
    for noun in (":table/", ":stream/"):
        if noun in arn:
            return str(arn.partition(noun)[2].partition("/")[0])
    last = arn.rpartition(":")[2]
    return str(last.rpartition("/")[2] or last or ",".join(mapping.get("Topics") or ()))
