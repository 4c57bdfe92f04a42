"""The floor of everything that goes through the door: boto3 against a server of the same stack, in this process too, that answers a constant."""

from __future__ import annotations

import asyncio
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from botocore.config import Config
from starlette.routing import Router

from kernel_runtime.endpoint.client import client
from kernel_runtime.endpoint.credentials import Credentials

ONCE = Config(retries={"total_max_attempts": 1})


@contextmanager
def constant_server(body: bytes, after_s: float = 0.0) -> Iterator[str]:
    """Reads each request whole and answers it with ``body`` after ``after_s``: uvicorn with h11, Starlette's router, a thread of its own, no delayed
    acknowledgements."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        if after_s:
            await asyncio.sleep(after_s)
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"x-amz-executed-version", b"$LATEST")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(Router(default=answer), http="h11", ws="none", loop="asyncio", lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def constant_client(url: str) -> Any:
    """A client of Lambda that signs and parses as every other does."""
    return client("lambda", url, Credentials(), config=ONCE)


def side_by_side(times: int, *bodies: Callable[[], object], before: Callable[[], object] = lambda: None) -> list[float]:
    """The median of each body in milliseconds; they take turns, so that whatever else the machine does meets all of them. ``before``: untimed, each time."""
    taken: list[list[float]] = [[] for _ in bodies]
    for body in bodies:
        before()
        body()
    for _ in range(times):
        for body, times_ms in zip(bodies, taken, strict=True):
            before()
            began = time.perf_counter()
            body()
            times_ms.append((time.perf_counter() - began) * 1e3)
    return [statistics.median(times_ms) for times_ms in taken]
