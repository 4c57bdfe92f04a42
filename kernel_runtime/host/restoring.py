"""A restore as the host orders it: a place of its own for a process that a snapshot is to fork (see ``template`` for the process's side)."""

from __future__ import annotations

import errno
import os
from typing import List, Optional

from ..wire import Start
from . import kernel_calls as calls
from . import processes
from .environment import Environment
from .zygotes import Zygote


def restore(environment: Environment, snapshot: Optional[Environment], start: Start, fds: List[int], deadline: float, zygote: Zygote) -> None:
    """``fds``: channel, log, ready. Raises OSError where it cannot be begun."""
    if snapshot is None or not snapshot.pid or not snapshot.is_snapshot:
        raise OSError(errno.ESRCH, "its snapshot is gone")
    place = environment.begin(start, processes.resident_bytes(snapshot.pid) // 1024, deadline)
    environment.restored_from(snapshot, start.init_timeout_s)
    own_root = bool(place["root"])
    order = {
        "plan": {**start.plan, "variables": {} if own_root else {"TMPDIR": environment.tmp, "HOME": environment.tmp}},
        "place": {
            "own_root": own_root,
            "own_user": place["uid"] is not None,
            "fresh": not start.again,
            "tmp": "/tmp" if own_root else environment.tmp,
            "old_tmp": "/tmp" if own_root else snapshot.tmp,
            "backstop": bool(place["backstop_mb"]),
            "landlock": place["landlock"],
        },
    }
    opened: List[int] = []
    try:
        if own_root:
            opened.append(calls.open_tree(environment.tmp))
        opened += [os.open(path, os.O_WRONLY | os.O_CLOEXEC) for path in place["groups"]]
        zygote.restore(environment.number, snapshot.pid, order, [*fds, *opened])
    finally:
        for fd in opened:
            os.close(fd)
    environment.limit_memory()
