"""What becomes of a batch of stream records after each call: pure (AWS: "Polling and batching streams", "Configuring partial batch response").

A batch that fails is tried again until it succeeds, its attempts are used up or its records are too old. With BisectBatchOnFunctionError it is halved instead,
which uses no attempt, until a single record fails. With ReportBatchItemFailures what precedes the lowest identifier is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import answers

BACK_OFF_FIRST_S, BACK_OFF_MAX_S = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """sequence: its number in the shard. key: records of one key keep their order. arrived: at the service, seconds of the epoch; at: the same moment of the
    lab's clock. text: the record of the event as JSON."""

    sequence: str
    key: str
    arrived: float
    at: float
    text: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Records that are sent together. failed: how many attempts they have used; calls: how often the function ran for them."""

    records: tuple[StreamRecord, ...]
    failed: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """done: how many records at the front need no more. left: what is tried again, in this order. given_up: what is not. pause: whether a rest comes first."""

    done: int
    left: tuple[Piece, ...] = ()
    given_up: Piece | None = None
    pause: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Of one mapping; -1 is no limit."""

    attempts: int = -1
    age_s: int = -1
    bisects: bool = False
    reports: bool = False

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> Policy:
        return cls(
            attempts=_limit(mapping.get("MaximumRetryAttempts")),
            age_s=_limit(mapping.get("MaximumRecordAgeInSeconds")),
            bisects=bool(mapping.get("BisectBatchOnFunctionError")),
            reports="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or ()),
        )

    def expired(self, records: Sequence[StreamRecord], now: float) -> int:
        """How many at the front are too old; now: of the lab's clock."""
        if self.age_s < 0:
            return 0
        return next((number for number, record in enumerate(records) if now - record.at <= self.age_s), len(records))

    def judge(self, piece: Piece, ok: bool, answer: bytes) -> Verdict:
        """After a call that ran: what the function answered, or that it failed."""
        lowest = self._lowest_failed(piece.records, answer) if ok else 0
        if lowest is None:
            return Verdict(len(piece.records))
        rest, called = piece.records[lowest:], piece.calls + 1
        if lowest and self.bisects:
            return Verdict(lowest, (replace(piece, records=rest, calls=called),))
        if not lowest and self.bisects and len(rest) > 1:
            half = len(rest) // 2
            return Verdict(0, tuple(replace(piece, records=part, calls=called) for part in (rest[:half], rest[half:])))
        again = Piece(rest, 1 if lowest else piece.failed + 1, called)
        if 0 <= self.attempts < again.failed:
            return Verdict(lowest, given_up=again)
        return Verdict(lowest, (again,), pause=True)

    def _lowest_failed(self, records: Sequence[StreamRecord], answer: bytes) -> int | None:
        if not self.reports:
            return None
        failed = answers.failed_items(answer, [record.sequence for record in records])
        if failed is None:
            return 0
        return next((number for number, record in enumerate(records) if record.sequence in failed), None)


def back_off_s(times: int) -> float:
    """How long to rest after so many failures in a row, at least one."""
    return min(BACK_OFF_FIRST_S * 2.0 ** min(times - 1, 30), BACK_OFF_MAX_S)


def _limit(value: Any) -> int:
    return -1 if value is None else int(value)
