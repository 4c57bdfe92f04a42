"""The protocol's answers in the form that the door sends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from ..model.errors import AwsError
from .answer import Answer
from .protocol import Call, Protocol
from .response import Response


class Wording:
    """``app.Wording`` by ``Protocol``."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol

    def read(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Call:
        return self._protocol.read(method, path, query, headers, body)

    def write(self, operation: str, result: dict[str, Any]) -> Answer:
        return _sent(self._protocol.write(operation, result))

    def refuse(self, error: AwsError) -> Answer:
        return _sent(self._protocol.refuse(error))


def _sent(response: Response) -> Answer:
    return Answer(response.status, response.headers, response.body if response.frames is None else _streamed(response.frames))


async def _streamed(frames: Iterator[bytes]) -> AsyncIterator[bytes]:
    for frame in frames:
        yield frame
