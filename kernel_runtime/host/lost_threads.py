"""Threads do not come along in a fork. Pools of them that the snapshot's init has used are told, so that they begin new ones when they are given something."""

from __future__ import annotations

import gc
import sys
import threading
from typing import Any, List


def pools() -> List[Any]:
    """The thread pools of ``concurrent.futures`` that there are, an event loop's own among them. To be asked before ``gc.freeze``."""
    module = sys.modules.get("concurrent.futures.thread")
    if module is None:
        return []
    return [found for found in gc.get_objects() if type(found) is module.ThreadPoolExecutor]


def begin_anew(found: List[Any]) -> None:
    """In a restored process."""
    for pool in found:
        pool._threads.clear()
        pool._idle_semaphore = threading.Semaphore(0)
