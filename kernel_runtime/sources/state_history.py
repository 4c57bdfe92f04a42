"""What a Step Functions execution did, from its history: each visit of a state, and each call of a function in it. Pure.

Step Functions API Reference, "HistoryEvent": ``previousEventId`` leads from each event to what came before it on its own branch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SCHEDULED = {"LambdaFunctionScheduled", "TaskScheduled"}
_CALL_ENDS = {f"{kind}{end}" for kind in ("LambdaFunction", "Task") for end in ("Succeeded", "Failed", "TimedOut")} | {
    "LambdaFunctionScheduleFailed", "LambdaFunctionStartFailed", "TaskStartFailed", "TaskSubmitFailed",
}  # fmt: skip
Event = Mapping[str, Any]


@dataclass(slots=True)
class Call:
    """One try of a task. function: whose, empty where the task calls none. Times in seconds of the epoch; error: empty where it succeeded. start: the
    environment's (``cold``, ``warm`` …), empty where it is not known."""

    function: str
    began_at: float
    ended_at: float | None = None
    error: str = ""
    start: str = ""


@dataclass(slots=True)
class Visit:
    """One visit of a state. kind: ``Task``, ``Wait``, …. within: the iterations around it, such as ``Map[2]``. ended_at: None where it was not left."""

    name: str
    kind: str
    within: tuple[str, ...]
    began_at: float
    ended_at: float | None = None
    error: str = ""
    calls: list[Call] = field(default_factory=list)

    @property
    def title(self) -> str:
        return " ".join([*self.within, self.name])


def visits(events: Iterable[Event]) -> list[Visit]:
    """In the order in which they began."""
    return _History(events).visits


class _History:
    def __init__(self, events: Iterable[Event]) -> None:
        self.visits: list[Visit] = []
        self._events = {int(event["id"]): event for event in events}
        self._by_entry: dict[int, Visit] = {}
        self._entry_of_exit: dict[int, int] = {}
        self._calls: dict[int, Call] = {}
        for id in sorted(self._events):
            self._take(id, self._events[id])

    def _take(self, id: int, event: Event) -> None:
        kind, at = event["type"], _seconds(event)
        if kind.endswith("StateEntered"):
            visit = Visit(event["stateEnteredEventDetails"]["name"], kind.removesuffix("StateEntered"), self._within(id), at)
            self._by_entry[id] = visit
            self.visits.append(visit)
        elif kind.endswith("StateExited"):
            self._leave(id, event["stateExitedEventDetails"]["name"], at)
        elif kind in _SCHEDULED:
            self._calls[id] = Call(_function_of(event), at)
            entry = self._nearest(id, self._by_entry)
            if entry is not None:
                self._by_entry[entry].calls.append(self._calls[id])
        elif kind in _CALL_ENDS:
            self._end_call(id, event, at)
        elif kind in {"ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"}:
            self._break_off(event, at)

    def _leave(self, id: int, name: str, at: float) -> None:
        for before in self._way_back(id):
            if before in self._by_entry and self._by_entry[before].name == name:
                self._entry_of_exit[id] = before
                self._by_entry[before].ended_at = at
                return

    def _end_call(self, id: int, event: Event, at: float) -> None:
        scheduled = self._nearest(id, self._calls)
        if scheduled is None:
            return
        call = self._calls[scheduled]
        call.ended_at = at
        if not event["type"].endswith("Succeeded"):
            call.error = _error_of(event) or event["type"]

    def _break_off(self, event: Event, at: float) -> None:
        """Whatever is open at the end has failed with it."""
        error = _error_of(event) or event["type"].removeprefix("Execution")
        for visit in self.visits:
            if visit.ended_at is None:
                visit.ended_at, visit.error = at, error
                for call in visit.calls:
                    if call.ended_at is None:
                        call.ended_at, call.error = at, error

    def _within(self, id: int) -> tuple[str, ...]:
        around = []
        for before in self._way_back(id):
            details = self._events[before].get("mapIterationStartedEventDetails")
            if details is not None:
                around.append(f"{details['name']}[{details['index']}]")
        return tuple(reversed(around))

    def _way_back(self, id: int) -> Iterable[int]:
        """What came before on this branch, states that were left on the way passed over as a whole."""
        seen = {id}
        at = int(self._events[id].get("previousEventId") or 0)
        while at in self._events and at not in seen:
            seen.add(at)
            yield at
            entry = self._entry_of_exit.get(at)
            at = int(self._events[entry if entry is not None else at].get("previousEventId") or 0)

    def _nearest(self, id: int, among: Mapping[int, Any]) -> int | None:
        return next((before for before in self._way_back(id) if before in among), None)


def mark_starts(found: Sequence[Visit], ran: Iterable[tuple[str, float, str]]) -> None:
    """Say of each call how its environment began. ``ran``: a function's name, when it ended (seconds of the epoch), and the kind of its start, for each
    invocation that is known. An invocation belongs to the call that was open when it ended, the one that ended first after it where there are several."""
    open_calls = [call for visit in found for call in visit.calls if call.function and call.ended_at is not None]
    open_calls.sort(key=lambda call: call.ended_at or 0.0)
    left: dict[str, list[tuple[float, str]]] = {}
    for name, ended_at, start in sorted(ran, key=lambda one: one[1]):
        left.setdefault(name, []).append((ended_at, start))
    for call in open_calls:
        assert call.ended_at is not None
        for at, (ended_at, start) in enumerate(left.get(call.function, ())):
            if call.began_at <= ended_at <= call.ended_at:
                call.start = start
                del left[call.function][at]
                break


def _seconds(event: Event) -> float:
    at = event["timestamp"]
    return at.timestamp() if hasattr(at, "timestamp") else float(at)


def _error_of(event: Event) -> str:
    for name, details in event.items():
        if name.endswith("EventDetails") and isinstance(details, Mapping) and details.get("error"):
            return str(details["error"])
    return ""


def _function_of(event: Event) -> str:
    """A function's name, from its ARN or from the parameters of ``lambda:invoke``."""
    plain = event.get("lambdaFunctionScheduledEventDetails")
    if plain is not None:
        return _name(plain["resource"])
    details = event.get("taskScheduledEventDetails") or {}
    if details.get("resourceType") != "lambda":
        return ""
    try:
        return _name(str(json.loads(details.get("parameters") or "{}").get("FunctionName", "")))
    except ValueError:
        return ""


def _name(function: str) -> str:
    parts = function.split(":")
    return parts[6] if len(parts) > 6 else parts[0]
