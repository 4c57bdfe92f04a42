"""One try of an event and what comes of it: it has run, well or not; it was refused, and is tried again; it is given up, and word of that goes out."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...account import event_invoke
from ...account.account import Account
from ...account.records import FunctionRecord
from ...account.recursion import traced
from ...fleet.base import awaiting
from ...model.errors import LabClosed, RecursiveInvocationException, ResourceNotFoundException, TooManyRequestsException
from ...model.invocation import InvocationRecord
from ...model.names import LATEST
from ...model.tracing import trace_header
from ..payloads import destinations
from . import timetable
from .accepted import Accepted
from .book import Book
from .delivery import Deliveries, Over
from .lane import Lane


class Tries:
    """now: seconds of the queue's clock. wall: seconds of the epoch, as records of ends show them. Everything happens in the sources' loop."""

    def __init__(self, book: Book, deliveries: Deliveries, now: Callable[[], float], wall: Callable[[], float]) -> None:
        self._book, self._deliveries, self._now, self._wall = book, deliveries, now, wall

    async def run(self, account: Account, lane: Lane, event: Accepted) -> None:
        """The event has its turn."""
        lane.begun()
        record = account.functions.get(event.function)
        try:
            if record is None or lane.gone:
                self.drop(account, lane, event)
            elif (over := timetable.before_running(event.accepted_at, self._now(), _rules(record, event))) is not None:
                self.give_up(account, lane, record, event, over.condition)
            else:
                await self._invoke(account, lane, record, event)
        finally:
            lane.left(event)

    def give_up(
        self, account: Account, lane: Lane, record: FunctionRecord, event: Accepted, condition: timetable.Condition, code: int = 429, message: str = ""
    ) -> None:
        """An end without a run of its own. code, message: what a dead letter says of it."""
        lane.result = condition
        self._dropped(account, lane, event)
        self._conclude(record, Over(account, event, condition, self._wall(), code=code, message=message or "Rate Exceeded."))

    def drop(self, account: Account, lane: Lane, event: Accepted) -> None:
        """Its function, version or alias is there no more: nobody is told."""
        self._dropped(account, lane, event)
        self._book.strike(event)

    async def _invoke(self, account: Account, lane: Lane, record: FunctionRecord, event: Accepted) -> None:
        began_at, age_s = time.time(), event.age_s(self._now())
        try:
            trace = traced(account, record, event.trace or trace_header(event.request_id, began_at))
        except RecursiveInvocationException as loop:  # AWS names no condition of its own for it
            self.give_up(account, lane, record, event, "RetriesExhausted", loop.status, str(loop))
            return
        invocation = account.engine.invoke(
            event.function, self._book.payload(event), event.qualifier or None, synchronous=False, request_id=event.request_id, trace_id=trace
        )
        try:
            ran, body = await awaiting(invocation)
        except LabClosed:
            return
        except ResourceNotFoundException as why:
            if record.called(event.qualifier) is not None:  # the engine has not been told of it yet
                self._refused(account, lane, record, event, why)
            else:
                self.drop(account, lane, event)
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
            self.drop(account, lane, event)
            return
        now = self._now()
        if ran.status == "success":
            lane.result = "Success"
            self._conclude(record, Over(account, event, "Success", self._wall(), ran.version, False, body, trace=trace))
            return
        lane.failures += 1
        lane.result = ran.error_type or "Error"
        after = timetable.after_error(event.runs, event.accepted_at, now, _rules(record, event))
        if isinstance(after, timetable.Again):
            self._again(account, lane, event, after.due_at, now)
            return
        self._dropped(account, lane, event)
        message = destinations.error_message(body)
        self._conclude(record, Over(account, event, after.condition, self._wall(), ran.version, True, body, message=message, trace=trace))

    def _refused(self, account: Account, lane: Lane, record: FunctionRecord, event: Accepted, why: Exception) -> None:
        """Throttled, or kept from running by a system error: no attempt is used up."""
        now = self._now()
        throttled = isinstance(why, TooManyRequestsException)
        lane.refused(event, now)
        lane.throttles += throttled
        lane.result = why.reason if isinstance(why, TooManyRequestsException) else f"{type(why).__name__}: {why}"
        event.refusals += 1
        after = timetable.after_refusal(event.refusals, event.accepted_at, now, _rules(record, event))
        if isinstance(after, timetable.Again):
            self._again(account, lane, event, after.due_at, now)
        else:
            self.give_up(account, lane, record, event, after.condition, 429 if throttled else 500, why.args[0] if why.args else "")

    def _again(self, account: Account, lane: Lane, event: Accepted, due_at: float, now: float) -> None:
        if lane.gone:
            self.drop(account, lane, event)
            return
        event.due_at = due_at
        self._book.change(event)
        lane.put(event, now)

    def _conclude(self, record: FunctionRecord, over: Over) -> None:
        destination, dead_letter = _targets(record, over)
        if destination or dead_letter:
            self._deliveries.send(over, destination, dead_letter, lambda: self._book.strike(over.event))
        else:
            self._book.strike(over.event)

    def _dropped(self, account: Account, lane: Lane, event: Accepted) -> None:
        lane.dropped += 1
        account.measures.add("AsyncEventsDropped", event.function, event.qualifier, at=time.time())


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
