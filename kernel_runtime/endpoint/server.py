"""The door: an HTTP server in a thread of its own, so that a busy cell delays it by no more than the interpreter's switch interval.

uvicorn carries the connections, Starlette the application. A door that is closed has no thread, no socket and no companion left.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from ..account.on_behalf import OnBehalf
from ..model.errors import AwsError, LabError
from .app import OpenPath, Parts, Sites, Watched, Wording, application
from .body import IDLE_S
from .credentials import Credentials
from .hosts import Names
from .http import DoorProtocol
from .listening import Listening
from .network import Network
from .operation_table import Operation, OperationTable
from .services import Services

THREADS = 64
"""Operations that may block at once; those that are awaited need none."""
KEEP_ALIVE_S = 60
LAST_ANSWERS_S = 1
"""How long requests in flight may go on after the door is told to close."""


class Door:
    """Joins the parts and serves them at ``url``.

    ``account_of(account, region)`` gives what operations work on; ``operations`` are botocore's names and functions ``(account, request, caller)``;
    ``services`` are endpoints of the user's own by boto3's service names. ``host`` other than loopback opens the lab to the network: whoever reaches it
    needs its credentials. ``sites``: what functions serve, made with the door's way to other services. ``listening``: a socket that is bound already, in
    place of ``host`` and ``port``. ``network``: functions' shares of it.
    """

    def __init__(
        self,
        account_of: Callable[[str, str], Any],
        operations: Mapping[str, Operation],
        wording: Wording,
        credentials: Credentials,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed_hosts: Iterable[str] = (),
        services: Mapping[str, str] | None = None,
        sites: Callable[[Services], Sites] | None = None,
        open_paths: Mapping[str, OpenPath] | None = None,
        watched: Watched | None = None,
        body_idle_s: float = IDLE_S,
        pushed: Callable[[OnBehalf, str, str, AwsError | None], None] = lambda behalf, region, function, refusal: None,
        changed: Callable[[str, str, str], None] = lambda service, region, account: None,
        listening: Listening | None = None,
        network: Network | None = None,
    ) -> None:
        self.credentials = credentials
        self._host, self._port, self._listening = listening.host if listening else host, port, listening
        self.services = Services(services or {}, credentials, changed)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="lab-door-operation")
        names, table = Names(self._host, allowed_hosts), OperationTable(operations)
        self._parts = Parts(
            account_of, table, wording, credentials, self.services, names, self._threads, sites(self.services) if sites else None, open_paths or {}, watched,
            body_idle_s=body_idle_s, network=network, pushed=pushed,
        )  # fmt: skip
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def open(self) -> str:
        """Listens, and returns the URL. Raises LabError when the address is taken or not this machine's."""
        listening = self._listening or Listening(self._host, self._port)
        listening.taken()
        self.url = listening.url
        self.services.door_url = self.url
        server = uvicorn.Server(_configuration(self._parts))
        opened = threading.Event()
        self._thread = threading.Thread(target=_serve, args=(server, listening.socket, opened), name="lab-door", daemon=True)
        self._thread.start()
        opened.wait()
        if not server.started:
            raise LabError("The door could not be opened; the log of uvicorn.error says why.")
        self._server = server
        return self.url

    def close(self) -> None:
        """Takes no more requests, gives those in flight a second, ends the companion. Twice is once."""
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.should_exit = True
            self._thread.join()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Door:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _configuration(parts: Parts) -> uvicorn.Config:
    return uvicorn.Config(
        application(parts),
        http=DoorProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=LAST_ANSWERS_S,
    )


def _serve(server: uvicorn.Server, listening: socket.socket, opened: threading.Event) -> None:
    async def serve() -> None:
        announce = asyncio.get_running_loop().create_task(_announce(server, opened))
        await server.serve(sockets=[listening])
        announce.cancel()

    try:
        asyncio.run(serve())
    finally:
        listening.close()
        opened.set()


async def _announce(server: uvicorn.Server, opened: threading.Event) -> None:
    while not server.started:
        await asyncio.sleep(0.001)
    opened.set()
