"""What goes back over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

JSON = "application/json"


@dataclass(slots=True)
class Response:
    """An HTTP answer; whoever sends it adds Content-Length and x-amzn-RequestId. ``frames`` follow the body where the answer is a stream."""

    status: int
    headers: dict[str, str]
    body: bytes
    frames: Iterator[bytes] | None = None
