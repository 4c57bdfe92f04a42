"""Asynchronous invocation: the queue that Lambda puts events in, one for all accounts of a lab (AWS: "Invoking a Lambda function asynchronously").

An event is accepted once it is where it survives (``book``), has its turn in its function's lane (``lane``), runs in the sources' loop by the one way of an
invocation, is tried again by the timetable (``tries``, ``timetable``), and word of its end goes to its destinations (``delivery``). No thread waits for it.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
import uuid
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ...account.account import Account
from ...account.identifiers import function_id
from ...model import limits
from ...model.errors import LabClosed, RequestTooLargeException, ResourceNotFoundException
from ..view import SourceView
from . import timetable
from .accepted import Accepted
from .book import Book
from .delivery import Deliveries, Over
from .lane import STARTS_PER_S, Lane
from .tries import Tries

if TYPE_CHECKING:
    from ..ground import Ground

FILE = "asynchronous.sqlite"
TAKE_IN_PAUSE_S = 0.001
"""Who sends many is not interrupted for each."""
Key = tuple[str, str, str]
"""An account, a region, a function's name."""


class Asynchronous:
    """``accept`` and ``accept_soon`` take an event in, from any thread. Everything else happens in the sources' loop."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._began, self._began_steady = ground.clock.now(), time.monotonic()
        self._book = Book(ground.home / FILE if ground.home else None, self._kept)
        self._deliveries = Deliveries(ground.client, self._book.payload, self._forward)
        self._tries = Tries(self._book, self._deliveries, self.now, ground.clock.now)
        self._lanes: dict[Key, Lane] = {}
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._inbox: list[Accepted] = []
        self._taking_in = False
        self._changing = threading.Lock()
        self._closed = False
        earlier = self._book.read()
        self._numbers = itertools.count(max(time.time_ns() // 1_000, earlier[-1].number + 1 if earlier else 0))  # another lab may be open over this home
        self._earlier: dict[tuple[str, str], list[Accepted]] = {}
        for event in earlier:
            self._earlier.setdefault((event.account, event.region), []).append(event)

    def now(self) -> float:
        """Seconds of the lab's clock, as it would be if nobody had set the wall's since."""
        return self._began + (time.monotonic() - self._began_steady) * self._ground.clock.speed

    def accept(self, account: Account, name: str, qualifier: str | None, payload: bytes, request_id: str = "", trace: str = "") -> str:
        """The request id of an event that is safe in the queue when this returns. payload: JSON, checked. Raises LabError where it cannot be kept."""
        event = self._new(account, name, qualifier, payload, request_id, trace)
        self._book.keep(event)
        return event.request_id

    def accept_soon(self, account: Account, name: str, qualifier: str | None, payload: bytes, request_id: str, trace: str) -> Future[None]:
        """The same, not waited for: the future is done when it is safe."""
        return self._book.keep_soon(self._new(account, name, qualifier, payload, request_id, trace))

    def opened(self, account: Account) -> None:
        account.told_of_deletion.append(lambda name: self._deleted(account, name))
        earlier = self._earlier.pop((account.id, account.region), [])
        if earlier:
            self._kept([self._rebased(event) for event in earlier])
        for id, region in list(self._earlier):
            self._ground.accounts.get(id, region)  # which opens it, and takes its events out

    def views(self) -> list[SourceView]:
        now = self.now()
        return [_view(lane, now) for lane in list(self._lanes.values())]

    def close(self) -> None:
        """Runs in flight are broken off; with a home their events, and those that wait, are there in the next lab. Idempotent."""
        with self._changing:
            if self._closed:
                return
            self._closed = True
        if self._lanes:
            self._ground.loop.run(self._break_off()).result()
        self._deliveries.close()
        self._book.close()

    # Taking in

    def _new(self, account: Account, name: str, qualifier: str | None, payload: bytes, request_id: str, trace: str) -> Accepted:
        if self._closed:
            raise LabClosed("the lab is closed: make another with Lab()")
        account.measures.add("AsyncEventsReceived", name, qualifier or "", at=time.time())
        now = self.now()
        return Accepted(next(self._numbers), account.id, account.region, name, qualifier or "", payload, request_id or str(uuid.uuid4()), trace, now, now)

    def _rebased(self, event: Accepted) -> Accepted:
        """An earlier lab's clock may have been ahead of this one's: an event is never from the future, nor waits longer than the longest wait."""
        now = self.now()
        ahead = max(event.accepted_at - now, 0.0)
        event.accepted_at -= ahead
        event.due_at = min(event.due_at - ahead, now + timetable.BACK_OFF_MOST_S)
        return event

    def _kept(self, events: list[Accepted]) -> None:
        with self._changing:
            self._inbox += events
            for event in events:
                self._lane(event).arrives()
            if self._taking_in or self._closed:
                return
            self._taking_in = True
        self._ground.loop.run(self._take_in())

    async def _take_in(self) -> None:
        while True:
            touched = set()
            now = self.now()
            with self._changing:
                events, self._inbox = self._inbox, []
                for event in events:
                    lane = self._lane(event)
                    lane.put(event, now)
                    lane.arrived()
                    touched.add((event.account, event.region, event.function))
                if not events:
                    self._taking_in = False
                    return
            for key in touched:
                self._drive(key)
            await asyncio.sleep(TAKE_IN_PAUSE_S)

    def _lane(self, event: Accepted) -> Lane:
        lane = self._lanes.get((event.account, event.region, event.function))
        if lane is None:
            made = Lane(event.function, STARTS_PER_S / self._ground.clock.speed)
            lane = self._lanes.setdefault((event.account, event.region, event.function), made)
        return lane

    # Running

    def _drive(self, key: Key) -> None:
        """Begin what has its turn, and look again when something else has."""
        lane = self._lanes.get(key)
        if lane is None or self._closed:
            return
        account = self._ground.accounts.get(key[0], key[1])
        record = account.functions.get(lane.function)
        if record is None:
            self._drop_all(key)
            return
        now = self.now()
        if record.reserved_concurrency == 0:
            while (event := lane.pop(now)) is not None:
                self._tries.give_up(account, lane, record, event, "ZeroReservedConcurrency")
        limit, idle = _room(account, lane.function)
        while (event := lane.next(now, limit, idle)) is not None:
            task = asyncio.get_running_loop().create_task(self._try(key, account, lane, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._wake_again(key, lane, now)

    def _wake_again(self, key: Key, lane: Lane, now: float) -> None:
        if (old := self._timers.pop(key, None)) is not None:
            old.cancel()
        moment = lane.wakes_at(now)
        if moment is not None:
            self._timers[key] = asyncio.get_running_loop().call_later(self._ground.clock.real_s(moment - now), self._drive, key)

    async def _try(self, key: Key, account: Account, lane: Lane, event: Accepted) -> None:
        await self._tries.run(account, lane, event)
        self._drive(key)

    # Ends

    def _deleted(self, account: Account, name: str) -> None:
        """The lane is left behind: a new function of that name gets its own. From any thread."""
        key = (account.id, account.region, name)
        lane = self._lanes.pop(key, None)
        if lane is not None:
            lane.gone = True
            self._ground.loop.run(self._empty(account, lane))

    def _drop_all(self, key: Key) -> None:
        lane = self._lanes.pop(key)
        lane.gone = True
        for event in lane.clear():
            self._tries.drop(self._ground.accounts.get(key[0], key[1]), lane, event)

    async def _empty(self, account: Account, lane: Lane) -> None:
        for event in lane.clear():
            self._tries.drop(account, lane, event)

    def _forward(self, over: Over, arn: str, payload: bytes) -> None:
        """A record to another function, as an event of its own. Raises AwsError where it cannot take it."""
        account = over.account
        target = function_id(arn, None, account.id, account.region)
        owner = account if target.account == account.id else account.neighbour(target.account)
        if owner is None or target.name not in owner.functions:
            raise ResourceNotFoundException(f"Function not found: {arn}")
        if len(payload) > limits.ASYNC_REQUEST_MAX_BYTES:
            raise RequestTooLargeException(f"{len(payload)} byte payload is too large for the Event invocation type")
        self.accept(owner, target.name, target.qualifier or None, payload, trace=over.trace or over.event.trace)

    async def _break_off(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _room(account: Account, name: str) -> tuple[int, int]:
    """How many of a function's invocations may run at once, and how many of its environments wait for one."""
    try:
        view = account.engine.controller.function(name)
    except KeyError:  # the engine has not been told of it yet
        return 1, 0
    return view.limit, view.idle


def _view(lane: Lane, now: float) -> SourceView:
    retries = len(lane.waiting)
    result = lane.result + (f"; {retries} waiting to be tried again" if retries else "")
    return SourceView(
        "asynchronous", lane.function, lane.function, result=result, calls=lane.runs, records=lane.received, failures=lane.failures, throttles=lane.throttles,
        backlog=lane.backlog, age_s=lane.oldest_s(now),
    )  # fmt: skip
