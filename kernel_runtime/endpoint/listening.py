"""The door's socket. It listens from the lab's first moment, so that every function can be told the address; what answers there is made when somebody calls.

Standard library only: a lab whose door nobody uses pays for a socket and a thread that sleeps.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import threading
from collections.abc import Callable

from ..model.errors import LabError

BACKLOG = 1024
log = logging.getLogger(__name__)


class Listening:
    """Bound when made. Raises LabError when the address is taken or not this machine's. ``url``: how to call it."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.socket = _bound(host, port)
        self.url = f"http://{_reachable(host)}:{self.socket.getsockname()[1]}"
        self._ending = threading.Lock()
        self._wake = -1
        """While a thread waits: closing it ends the wait."""

    def when_called(self, answer: Callable[[], None]) -> None:
        """``answer`` is called once, in a thread of its own, when the first connection comes; not at all if ``taken`` or ``close`` comes before.

        Who connects waits meanwhile, as the system keeps the connection. Where ``answer`` fails, nothing listens any longer: callers are refused rather than
        left waiting.
        """
        woken, self._wake = os.pipe2(os.O_CLOEXEC)
        threading.Thread(target=self._wait, args=(answer, woken), name="lab-door-listening", daemon=True).start()

    def taken(self) -> None:
        """A server has the socket now, and closes it in its time."""
        self._end()

    def close(self) -> None:
        """Idempotent, and after ``taken`` too."""
        self._end()
        self.socket.close()

    def _end(self) -> None:
        with self._ending:
            if self._wake >= 0:
                os.close(self._wake)
            self._wake = -1

    def _wait(self, answer: Callable[[], None], woken: int) -> None:
        poll = select.poll()
        with self._ending:
            poll.register(woken, select.POLLIN)
            if self._wake >= 0:
                poll.register(self.socket, select.POLLIN)
        called = woken not in [ready for ready, _ in poll.poll()]
        os.close(woken)
        if not called:
            return
        try:
            answer()
        except Exception:
            log.exception("The door could not be opened")
            self.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
        # Accepted connections inherit it. asyncio sets it on sockets of a named protocol only; without it each answer waits 40 ms for an acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise LabError(f"The door cannot listen on {host}:{port}: {why}. Choose another port, or 0 for a free one.") from None
    return listening


def _reachable(host: str) -> str:
    """An address to call for one to listen on."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, f"[{host}]" if ":" in host else host)
