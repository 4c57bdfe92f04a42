"""What a caller gets of one invocation. The payload is parsed and the log formatted when they are asked for: the warm path does neither."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .journal import cost, report
from .model.invocation import InvocationRecord, Start


@dataclass(frozen=True)
class FunctionError:
    """A function's own failure, as Lambda answers it. ``body`` is the whole JSON object, ``stack_trace`` the handler's own frames."""

    body: dict[str, Any]

    @classmethod
    def of(cls, payload: Any) -> FunctionError:
        """Of what a failed invocation answered."""
        return cls(payload if isinstance(payload, dict) else {"errorMessage": str(payload)})

    @property
    def type(self) -> str:
        return str(self.body.get("errorType", ""))

    @property
    def message(self) -> str:
        return str(self.body.get("errorMessage", ""))

    @property
    def stack_trace(self) -> list[str]:
        return [str(frame) for frame in self.body.get("stackTrace") or ()]

    def __str__(self) -> str:
        return f"{self.type}: {self.message}"


def payload_of(raw: bytes) -> Any:
    """A response parsed from JSON; its bytes where it is not JSON."""
    try:
        return json.loads(raw)
    except ValueError:
        return raw


class Report:
    """REPORT's figures; ``str()`` is the line itself. Durations, ``init_ms`` and ``restore_ms`` in ms (None: no init was paid for as such, nothing was
    restored), memory in MB."""

    def __init__(self, record: InvocationRecord) -> None:
        self.status = record.status
        self.duration_ms = record.duration_ms
        self.billed_ms = record.billed_ms
        self.memory_mb = record.memory_mb
        self.max_memory_mb = record.max_memory_mb
        self.init_ms = record.init_ms
        self.restore_ms = record.restore.duration_ms if record.restore is not None else None
        self.error_type = record.error_type
        self._record = record

    def __str__(self) -> str:
        return report.report_line(self._record)

    __repr__ = __str__


class Outcome:
    """One invocation that ran, well or not. ``raw`` is the response as bytes; ``record`` the invocation's own record."""

    def __init__(self, record: InvocationRecord, raw: bytes, notes: tuple[str, ...] = ()) -> None:
        self.record = record
        self.raw = raw
        self.notes = notes

    @property
    def request_id(self) -> str:
        return self.record.request_id

    @property
    def function(self) -> str:
        return self.record.function

    @property
    def ok(self) -> bool:
        """Whether the function answered without an error."""
        return self.record.status == "success"

    @property
    def start(self) -> Start:
        """``cold``, ``warm``, ``suppressed``, ``provisioned`` or ``restored``."""
        return self.record.start

    @cached_property
    def payload(self) -> Any:
        """What the handler returned, parsed from JSON (bytes where it is not JSON); the error's body where it failed."""
        return payload_of(self.raw)

    @cached_property
    def error(self) -> FunctionError | None:
        if self.ok:
            return None
        return FunctionError.of(self.payload)

    @cached_property
    def report(self) -> Report:
        return Report(self.record)

    @cached_property
    def log(self) -> str:
        """The log as CloudWatch Logs would hold it: INIT_START, START, what was printed, END, REPORT."""
        return report.log_text(self.record)

    @property
    def cost_usd(self) -> float:
        """USD by the published prices, free tier left out."""
        return cost.record_usd(self.record)

    def __repr__(self) -> str:
        what = f"payload={self.payload!r}" if self.ok else f"error={str(self.error)!r}"
        return f"<Outcome {self.function} {self.start} {self.record.duration_ms:.2f} ms {what}>"
