"""Carries what no caller waits for: bodies of waits, in one thread with an event loop that is there once the first has come."""

from __future__ import annotations

import asyncio
import threading

from ..fleet.base import Waiting, awaiting

AT_ONCE = 8
"""More inits at a time would only wait for each other's CPU."""


class Background:
    """``carry`` from any thread; a body deals with its own errors. ``close`` breaks off what is not done."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._room: asyncio.Semaphore | None = None
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changing = threading.Lock()
        self._closed = False

    def carry(self, body: Waiting[None]) -> None:
        with self._changing:
            if self._closed:
                body.close()
                return
            if self._loop is None:
                self._loop, self._room = asyncio.new_event_loop(), asyncio.Semaphore(AT_ONCE)
                self._thread = threading.Thread(target=self._loop.run_forever, name="serverless-lab-background", daemon=True)
                self._thread.start()
            self._loop.call_soon_threadsafe(self._begin, body)

    def close(self) -> None:
        """Idempotent; returns when the thread has ended."""
        with self._changing:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._break_off(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    def _begin(self, body: Waiting[None]) -> None:
        task = asyncio.get_running_loop().create_task(self._run(body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, body: Waiting[None]) -> None:
        assert self._room is not None
        async with self._room:
            await awaiting(body)

    async def _break_off(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
