"""Tumbling windows: what a window is, which records are in it, and what its calls are told (AWS: "Stateful processing", tumbling windows). Pure.

A window begins at a multiple of its length since 1970. Its last call comes when a record of a later one is there, or its time is over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .stream_course import StreamRecord

STATE_MAX_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Window:
    """start: seconds of the epoch, as the lab's clock has them. state: what the function last answered. early: the state has grown over 1 MB."""

    start: int
    length_s: int
    state: Any
    early: bool = False

    @property
    def end(self) -> int:
        return self.start + self.length_s

    def members(self, shard_id: str, stream_arn: str, final: bool) -> bytes:
        """What an event has beside its records, as JSON without braces."""
        told = {
            "window": {"start": _stamp(self.start), "end": _stamp(self.end)},
            "state": self.state,
            "shardId": shard_id,
            "eventSourceARN": stream_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": self.early,
        }
        return json.dumps(told, separators=(",", ":")).encode()[1:-1]

    def after(self, answer: bytes) -> Window:
        """The window with the state that a call answered; an answer without one leaves it empty."""
        try:
            told = json.loads(answer)
            state = told.get("state") if isinstance(told, dict) else None
        except ValueError:
            state = None
        state = {} if state is None else state
        early = len(json.dumps(state).encode()) > STATE_MAX_BYTES
        return Window(self.start, self.length_s, state if not early else self.state, early)


def window_at(moment: float, length_s: int) -> Window:
    """The empty window that a moment is in."""
    return Window(int(moment // length_s) * length_s, length_s, {})


def inside(records: Sequence[StreamRecord], window: Window) -> int:
    """How many at the front belong to the window; what came late to an earlier one counts for this."""
    return next((number for number, record in enumerate(records) if record.at >= window.end), len(records))


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
