"""Schedules at work: reads what has changed, waits for what is due, calls targets. Made by ``schedules`` with the first of them."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ...account.accounts import Accounts
from ..clock import LabClock
from ..loop import SourcesLoop
from ..payloads.schedule import instant
from ..tally import Tally
from ..view import SourceView
from .delivery import Delivery
from .entry import Entry
from .reading import Reader
from .targets import Targets
from .timetable import Firing, Timetable

LOOK_AGAIN_S = 10.0
"""Real seconds after which the time is read again, so that a clock that was set or a machine that slept is noticed."""
CATCH_UP_S = 5.0
"""Real seconds by which the lab may be late and still leaves nothing out."""
THREADS = 16
IN_FLIGHT_MAX = 500
"""Deliveries under way at which no more are begun: a clock may be faster than its targets. What is late by then is made up for as after a sleep."""
CROWDED_S = 0.05
Key = tuple[str, str, str]
log = logging.getLogger(__name__)


class Running:
    """client: a boto3 client for (service, region, account). runs: whether the services behind the door do."""

    def __init__(self, accounts: Accounts, clock: LabClock, loop: SourcesLoop, client: Callable[[str, str, str], Any], runs: Callable[[], bool]) -> None:
        self._accounts, self._clock, self._loop, self._runs = accounts, clock, loop, runs
        self._make_client = client
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._making = threading.Lock()
        self._table = Timetable(CATCH_UP_S * clock.speed, random.random)
        self._readers: dict[tuple[str, str], Reader] = {}
        self._stale: dict[Key, None] = {}
        self._counts: dict[tuple[str, str], Tally] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken: asyncio.Event | None = None
        self._planned: list[tuple[Entry, float | None]] = []

    def changed(self, service: str, region: str, account: str) -> None:
        """See ``Schedules.changed``."""
        self._loop.run(self._change((service, region, account)))

    def views(self) -> list[SourceView]:
        planned = list(self._planned)
        written = Counter(entry.expression for entry, _ in planned)
        return [view for entry, due in planned for view in self._views_of(entry, due, written[entry.expression] > 1)]

    def close(self) -> None:
        """Nothing is fired any more when it returns. Idempotent."""
        stopped = self._loop.run(self._stop())
        if not stopped.cancelled():
            stopped.result()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(THREADS, thread_name_prefix="serverless-lab-schedules")

    @cached_property
    def _delivery(self) -> Delivery:
        return Delivery(Targets(self._client, self._accounts.get), self._client, self._clock, self._threads)

    async def _change(self, key: Key) -> None:
        if self._woken is None:
            self._woken = asyncio.Event()
            self._start(self._run())
        if not key[0]:
            self._table.clear()
            self._readers.clear()
            self._stale.clear()
            self._planned = []
        else:
            self._stale[key] = None
        self._woken.set()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self) -> None:
        """Reads what has changed, takes what is due, waits for the next of either."""
        assert self._woken is not None
        while True:
            self._woken.clear()
            while self._stale and self._runs():
                await self._read(self._stale.popitem()[0])
            if not self._runs():
                self._table.clear()
            crowded = len(self._tasks) > IN_FLIGHT_MAX
            for firing in [] if crowded else self._table.take(self._clock.now()):
                self._start(self._fire(firing))
            self._planned = self._table.planned()
            due = self._table.next_due()
            wait_s = CROWDED_S if crowded else None if due is None else min(self._clock.real_s(due - self._clock.now()), LOOK_AGAIN_S)
            try:
                await asyncio.wait_for(self._woken.wait(), wait_s)
            except TimeoutError:
                pass

    async def _read(self, key: Key) -> None:
        service, region, account = key
        reader = self._readers.setdefault((region, account), Reader(lambda name: self._client(name, region, account), account, region))
        now = self._clock.now()

        def read() -> list[Entry]:
            entries = reader.read(service)
            if entries:
                self._client("lambda", region, account)  # a client takes longer to make than a schedule may be late
            return entries

        try:
            entries = await asyncio.get_running_loop().run_in_executor(self._threads, read)
        except (ClientError, BotoCoreError) as why:
            log.warning("schedules of %s in %s could not be listed: %s", account, region, why)
            return
        self._table.replace(lambda entry: (entry.region, entry.account, entry.is_rule) == (region, account, service == "events"), entries, now)

    async def _fire(self, firing: Firing) -> None:
        entry = firing.entry
        for target in entry.targets:
            self._start(self._deliver(entry, firing.scheduled, target))
        if firing.is_last and entry.deletes_itself:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._delete, entry)

    async def _deliver(self, entry: Entry, scheduled: float, target: Any) -> None:
        failed = await self._delivery.deliver(entry, scheduled, target)
        count = self._counts.setdefault((entry.arn, target["Arn"]), Tally())
        count.calls += 1
        count.failures += failed is not None
        before, count.result = count.result, f"{failed.code}: {failed}" if failed else "OK"
        if failed and before != count.result:
            log.warning("%s (%s) could not call %s: %s", entry.arn, entry.expression, target["Arn"], count.result)

    def _delete(self, entry: Entry) -> None:
        """EventBridge Scheduler User Guide, "Deleting a schedule": after completion."""
        try:
            self._client("scheduler", entry.region, entry.account).delete_schedule(Name=entry.name, GroupName=entry.group)
        except (ClientError, BotoCoreError) as why:
            log.warning("%s is over and could not be deleted: %s", entry.arn, why)

    def _views_of(self, entry: Entry, due: float | None, is_one_of_several: bool) -> list[SourceView]:
        name = f"{entry.expression} {entry.name}" if is_one_of_several else entry.expression
        made = []
        for target in entry.targets:
            count = self._counts.get((entry.arn, target["Arn"]), Tally())
            pieces = target["Arn"].split(":")
            is_function = pieces[2] == "lambda" and len(pieces) > 6
            told = [count.result, f"next at {instant(due)}" if due is not None and entry.enabled else ""]
            made.append(SourceView(
                "schedule", name, pieces[6] if is_function else target["Arn"], ":".join(pieces[7:]) if is_function else "",
                "Enabled" if entry.enabled else "Disabled", ", ".join(filter(None, told)), count.calls, count.calls, count.failures,
            ))  # fmt: skip
        return made

    def _client(self, service: str, region: str, account: str) -> Any:
        key = (service, region, account)
        with self._making:
            if key not in self._clients:
                self._clients[key] = self._make_client(service, region, account)
            return self._clients[key]

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
