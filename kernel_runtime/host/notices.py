"""Asking the system to tell when a group uses so much memory, beside the host's loop: it takes 10 ms or more each (the system waits for every CPU).

Until it is asked, the group's limit stands all the same. The only thread beside the loop's; it touches nothing of the host's but what it is given.
"""

from __future__ import annotations

import os
import queue
import threading
from typing import Optional


class Notices:
    """One thread, begun with the first notice."""

    def __init__(self) -> None:
        self._wanted: "queue.SimpleQueue[tuple[str, int, int]]" = queue.SimpleQueue()
        self._thread: Optional[threading.Thread] = None

    def ask(self, folder: str, event: int, usage_bytes: int) -> None:
        """Make ``event`` readable when the memory group at ``folder`` uses ``usage_bytes``. A group that is gone by then is passed over."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        self._wanted.put((folder, os.dup(event), usage_bytes))

    def _run(self) -> None:
        while True:
            folder, event, usage_bytes = self._wanted.get()
            try:
                register(folder, event, usage_bytes)
            except OSError:
                pass  # the group is gone
            finally:
                os.close(event)


def register(folder: str, event: int, usage_bytes: int) -> None:
    """Raises OSError."""
    usage = os.open(folder + "/memory.usage_in_bytes", os.O_RDONLY | os.O_CLOEXEC)
    try:
        control = os.open(folder + "/cgroup.event_control", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(control, b"%d %d %d" % (event, usage, usage_bytes))
        finally:
            os.close(control)
    finally:
        os.close(usage)
