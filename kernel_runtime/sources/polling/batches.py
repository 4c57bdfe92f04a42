"""What is collected for one call (AWS: "Batching behavior"): until the batch is full, 6 MB, or its window is over."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ...model.limits import REQUEST_MAX_BYTES
from .calling import ENVELOPE_BYTES

Message = dict[str, Any]


@dataclass(slots=True)
class Item:
    """A message, or another thing that was read, with its record as JSON. arrived: when it was received."""

    message: Any
    text: bytes
    arrived: float

    @classmethod
    def of(cls, message: Message, record: dict[str, Any], arrived: float) -> Item:
        return cls(message, json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"), arrived)


@dataclass(slots=True)
class Collector:
    """size: the mapping's BatchSize. window_s: its MaximumBatchingWindowInSeconds, which begins with a batch's first message. Times are of one clock."""

    size: int = 10
    window_s: float = 0.0
    _waiting: deque[Item] = field(default_factory=deque)

    def add(self, items: list[Item]) -> None:
        self._waiting.extend(items)

    def __len__(self) -> int:
        return len(self._waiting)

    def missing(self) -> int:
        """How many more messages the next batch takes."""
        return max(self.size - len(self._waiting), 0)

    def due(self, now: float) -> float:
        """Seconds until the next batch is to be sent; 0 where it is due. Something must wait."""
        if not self.missing() or self._whole() < len(self._waiting):
            return 0.0
        return max(self._waiting[0].arrived + self.window_s - now, 0.0)

    def take(self) -> list[Item]:
        """The next batch, as large as may be."""
        return [self._waiting.popleft() for _ in range(self._whole())]

    def rest(self) -> list[Item]:
        """Everything that is left, taken away."""
        left = list(self._waiting)
        self._waiting.clear()
        return left

    def _whole(self) -> int:
        """How many of those that wait go into one batch; one at least."""
        bytes_left, count = REQUEST_MAX_BYTES - ENVELOPE_BYTES + 1, 0  # one comma less than there are records
        for item in self._waiting:
            bytes_left -= len(item.text) + 1
            if count == self.size or (bytes_left < 0 and count):
                break
            count += 1
        return count
