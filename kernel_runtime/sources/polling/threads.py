"""Calls that block, made from the sources' loop: each in a thread that ends with the process, whatever it waits for.

A pool of the standard library waits at the interpreter's end for every call that is out, and a long poll is out for 20 s.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def in_thread(call: Callable[..., T], *given: Any, **more: Any) -> asyncio.Future[T]:
    """The call's result, in the loop that asks. One that nobody waits for any more goes on to its end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def body() -> None:
        result, error = None, None
        try:
            result = call(*given, **more)
        except BaseException as why:
            error = why
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            pass  # the loop has been closed

    threading.Thread(target=body, name="serverless-lab-poll", daemon=True).start()
    return future
