"""Asynchronous invocation: the queue that Lambda puts events in, one for all accounts of a lab (AWS: "Invoking a Lambda function asynchronously").

An event is accepted once it is where it survives (``book``), has its turn in its function's lane (``lane``), runs in the sources' loop by the one way of an
invocation, is tried again by the timetable (``timetable``), and word of its end goes to its destinations (``delivery``). No thread waits for any of it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
import time
import uuid
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ...account import event_invoke
from ...account.account import Account
from ...account.identifiers import function_id
from ...account.records import FunctionRecord
from ...account.recursion import traced
from ...fleet.base import awaiting
from ...model import limits
from ...model.errors import LabClosed, RecursiveInvocationException, RequestTooLargeException, ResourceNotFoundException, TooManyRequestsException
from ...model.invocation import InvocationRecord
from ...model.names import LATEST
from ...model.tracing import trace_header
from ..payloads import destinations
from ..view import SourceView
from . import timetable
from .accepted import Accepted
from .book import Book
from .delivery import Deliveries, Over
from .lane import STARTS_PER_S, Lane

if TYPE_CHECKING:
    from ..ground import Ground

FILE = "asynchronous.sqlite"
TAKE_IN_PAUSE_S = 0.001
"""Who sends many is not interrupted for each."""
Key = tuple[str, str, str]
"""An account, a region, a function's name."""
log = logging.getLogger(__name__)


class Asynchronous:
    """``accept`` and ``accept_soon`` take an event in, from any thread. Everything else happens in the sources' loop."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._began, self._began_steady = ground.clock.now(), time.monotonic()
        self._book = Book(ground.home / FILE if ground.home else None, self._kept)
        self._deliveries = Deliveries(ground.client, self._forward)
        self._lanes: dict[Key, Lane] = {}
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._inbox: list[Accepted] = []
        self._taking_in = False
        self._changing = threading.Lock()
        self._closed = False
        earlier = self._book.read()
        self._numbers = itertools.count(earlier[-1].number + 1 if earlier else 1)
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
            if self._taking_in or self._closed:
                return
            self._taking_in = True
        self._ground.loop.run(self._take_in())

    async def _take_in(self) -> None:
        while True:
            with self._changing:
                events, self._inbox = self._inbox, []
                if not events:
                    self._taking_in = False
                    return
            touched = set()
            now = self.now()
            for event in events:
                key = (event.account, event.region, event.function)
                lane = self._lanes.get(key)
                if lane is None:
                    lane = self._lanes[key] = Lane(event.function, STARTS_PER_S / self._ground.clock.speed)
                lane.received += 1
                lane.put(event, now)
                touched.add(key)
            for key in touched:
                self._drive(key)
            await asyncio.sleep(TAKE_IN_PAUSE_S)

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
                self._give_up(account, lane, record, event, "ZeroReservedConcurrency")
        limit, idle = _room(account, lane.function)
        while (event := lane.next(now, limit, idle)) is not None:
            task = asyncio.get_running_loop().create_task(self._attempt(key, account, lane, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._wake_again(key, lane, now)

    def _wake_again(self, key: Key, lane: Lane, now: float) -> None:
        if (old := self._timers.pop(key, None)) is not None:
            old.cancel()
        moment = lane.wakes_at(now)
        if moment is not None:
            self._timers[key] = asyncio.get_running_loop().call_later(self._ground.clock.real_s(moment - now), self._drive, key)

    async def _attempt(self, key: Key, account: Account, lane: Lane, event: Accepted) -> None:
        lane.begun()
        record = account.functions.get(event.function)
        now = self.now()
        try:
            if record is None or lane.gone:
                self._drop(account, lane, event)
            elif (over := timetable.before_running(event.accepted_at, now, _rules(record, event))) is not None:
                self._give_up(account, lane, record, event, over.condition)
            else:
                await self._run(account, lane, record, event)
        finally:
            lane.left(event)
        self._drive(key)

    async def _run(self, account: Account, lane: Lane, record: FunctionRecord, event: Accepted) -> None:
        began_at, age_s = time.time(), event.age_s(self.now())
        try:
            trace = traced(account, record, event.trace or trace_header(event.request_id, began_at))
        except RecursiveInvocationException as loop:  # AWS names no condition of its own for it
            self._give_up(account, lane, record, event, "RetriesExhausted", loop.status, str(loop))
            return
        invocation = account.engine.invoke(
            event.function, event.payload, event.qualifier or None, synchronous=False, request_id=event.request_id, trace_id=trace
        )
        try:
            ran, body = await awaiting(invocation)
        except LabClosed:
            return
        except ResourceNotFoundException as why:
            if record.called(event.qualifier) is not None:  # the engine has not been told of it yet
                self._refused(account, lane, record, event, why)
            else:
                self._drop(account, lane, event)
        except Exception as why:  # a throttle, or whatever else kept it from running: it stays in the queue
            self._refused(account, lane, record, event, why)
        else:
            account.measures.add("AsyncEventAge", event.function, event.qualifier, at=began_at, value=age_s * 1e3, unit="Milliseconds")
            self._ran(account, lane, event, ran, body, trace)

    def _ran(self, account: Account, lane: Lane, event: Accepted, ran: InvocationRecord, body: bytes, trace: str) -> None:
        lane.ran(event)
        event.runs += 1
        event.refusals = 0
        record = account.functions.get(event.function)
        if record is None or lane.gone:
            self._drop(account, lane, event)
            return
        now = self.now()
        if ran.status == "success":
            lane.result = "Success"
            self._conclude(record, Over(account, event, "Success", self._ground.clock.now(), ran.version, False, body, trace=trace))
            return
        lane.failures += 1
        lane.result = ran.error_type or "Error"
        after = timetable.after_error(event.runs, event.accepted_at, now, _rules(record, event))
        if isinstance(after, timetable.Again):
            self._again(lane, event, after.due_at, now)
            return
        self._dropped(account, lane, event)
        message = destinations.error_message(body)
        self._conclude(record, Over(account, event, after.condition, self._ground.clock.now(), ran.version, True, body, message=message, trace=trace))

    def _refused(self, account: Account, lane: Lane, record: FunctionRecord, event: Accepted, why: Exception) -> None:
        """Throttled, or kept from running by a system error: no attempt is used up."""
        now = self.now()
        throttled = isinstance(why, TooManyRequestsException)
        lane.refused(event, now)
        lane.throttles += throttled
        lane.result = why.reason if isinstance(why, TooManyRequestsException) else f"{type(why).__name__}: {why}"
        event.refusals += 1
        after = timetable.after_refusal(event.refusals, event.accepted_at, now, _rules(record, event))
        if isinstance(after, timetable.Again):
            self._again(lane, event, after.due_at, now)
        else:
            self._give_up(account, lane, record, event, after.condition, 429 if throttled else 500, why.args[0] if why.args else "")

    def _again(self, lane: Lane, event: Accepted, due_at: float, now: float) -> None:
        lane.left(event)
        event.due_at = due_at
        self._book.change(event)
        lane.put(event, now)

    # Ends

    def _give_up(
        self, account: Account, lane: Lane, record: FunctionRecord, event: Accepted, condition: timetable.Condition, code: int = 429, message: str = ""
    ) -> None:
        """An end without a run of its own."""
        lane.result = condition
        self._dropped(account, lane, event)
        self._conclude(record, Over(account, event, condition, self._ground.clock.now(), code=code, message=message or "Rate Exceeded."))

    def _conclude(self, record: FunctionRecord, over: Over) -> None:
        destination, dead_letter = _targets(record, over)
        if destination or dead_letter:
            self._deliveries.send(over, destination, dead_letter, lambda: self._book.strike(over.event))
        else:
            self._book.strike(over.event)

    def _dropped(self, account: Account, lane: Lane, event: Accepted) -> None:
        lane.dropped += 1
        account.measures.add("AsyncEventsDropped", event.function, event.qualifier, at=time.time())

    def _drop(self, account: Account, lane: Lane, event: Accepted) -> None:
        """Its function, version or alias is there no more: nobody is told."""
        self._dropped(account, lane, event)
        self._book.strike(event)

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
            self._drop(self._ground.accounts.get(key[0], key[1]), lane, event)

    async def _empty(self, account: Account, lane: Lane) -> None:
        for event in lane.clear():
            self._drop(account, lane, event)

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


def _config(record: FunctionRecord, event: Accepted) -> event_invoke.Config:
    config: event_invoke.Config = record.attached.get(event_invoke.NOUN, {}).get(event.qualifier or LATEST) or {}
    return config


def _rules(record: FunctionRecord, event: Accepted) -> timetable.Rules:
    config = _config(record, event)
    return timetable.Rules(config.get("MaximumRetryAttempts", timetable.RETRIES_DEFAULT), config.get("MaximumEventAgeInSeconds", timetable.AGE_DEFAULT_S))


def _targets(record: FunctionRecord, over: Over) -> tuple[str, str]:
    """Where word of it goes: a destination's ARN and a dead-letter queue's, empty where there is none."""
    member = "OnSuccess" if over.condition == "Success" else "OnFailure"
    destination = ((_config(record, over.event).get("DestinationConfig") or {}).get(member) or {}).get("Destination") or ""
    if over.condition == "Success":
        return destination, ""
    version = record.version(over.version) if over.version else record.called(over.event.qualifier)
    dead_letter = ((version.settings.get("DeadLetterConfig") if version else None) or {}).get("TargetArn") or ""
    return destination, dead_letter


def _view(lane: Lane, now: float) -> SourceView:
    retries = len(lane.waiting)
    result = lane.result + (f"; {retries} waiting to be tried again" if retries else "")
    return SourceView(
        "asynchronous", lane.function, lane.function, result=result, calls=lane.runs, records=lane.received, failures=lane.failures, throttles=lane.throttles,
        backlog=lane.backlog, age_s=lane.oldest_s(now),
    )  # fmt: skip
