"""The waits of a caller that owns a socket or expects a fact: each in a blocking and in an awaiting way."""

from __future__ import annotations

import asyncio
import select
import socket
from concurrent.futures import Future
from typing import Any


class Readable:
    """Until the socket has something to read, or its other end is gone. Made once a socket, used for every wait."""

    __slots__ = ("_poll", "_socket")
    _EVENTS = select.POLLIN

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._poll = select.poll()
        self._poll.register(sock, self._EVENTS)

    def block(self) -> None:
        self._poll.poll()

    async def asynchronous(self) -> None:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        fd = self._socket.fileno()
        self._add(loop)(fd, lambda: None if ready.done() else ready.set_result(None))
        try:
            await ready
        finally:
            self._remove(loop)(fd)

    def _add(self, loop: asyncio.AbstractEventLoop) -> Any:
        return loop.add_reader

    def _remove(self, loop: asyncio.AbstractEventLoop) -> Any:
        return loop.remove_reader


class Writable(Readable):
    """Until the socket takes more."""

    __slots__ = ()
    _EVENTS = select.POLLOUT

    def _add(self, loop: asyncio.AbstractEventLoop) -> Any:
        return loop.add_writer

    def _remove(self, loop: asyncio.AbstractEventLoop) -> Any:
        return loop.remove_writer


class Settled:
    """Until a future has its result."""

    __slots__ = ("_future",)

    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def block(self) -> None:
        self._future.exception()

    async def asynchronous(self) -> None:
        await asyncio.wait([asyncio.wrap_future(self._future)])
