"""An environment's process as a snapshot: it has initialised and waits, and for each restore it forks one that carries on as another environment.

It runs in the function's own process, with what that may do. What a restored process needs beside a fork comes as descriptors with the order: its
channel, its log, the socket on which to be ready, the file system of its /tmp, the files by which it joins its control groups. It makes a user and a mount
namespace of its own where the snapshot has a root of its own. It is forked twice, so that it becomes a child of the zygote, which tells of its death.
"""

from __future__ import annotations

import _random
import gc
import json
import os
import socket
import sys
import time
from typing import Any, Callable, Dict, List, Tuple

from . import copying, inherited, lost_threads, privileges, root_fs
from . import kernel_calls as calls

MESSAGE_MAX = 256 * 1024
FDS_MAX = 8
_loads = json.loads
_Generator: Any = _random.Random
_Restored = Tuple[socket.socket, Dict[str, Any], Callable[[], None]]


def wait(control: socket.socket) -> _Restored:
    """Fork on demand, for ever; returns in each restored process. See ``bootstraps.python.Snapshot``.

    It says ``P pid`` or ``F why`` of each fork, and ``D`` once it holds nothing more of that order: it may be stopped then.
    """
    calls.prctl(calls.PR_SET_CHILD_SUBREAPER, 0)
    privileges.share_user()
    gc.collect()
    pools = lost_threads.pools()
    gc.freeze()
    while True:
        order, fds, _, _ = socket.recv_fds(control, MESSAGE_MAX, FDS_MAX)
        if not order:
            os._exit(0)
        parent = _fork(control)
        if parent:
            control.close()
            try:
                lost_threads.begin_anew(pools)
                return _carry_on(_loads(order), fds, parent)
            except BaseException as why:  # nothing of the function's runs that is not in its place
                os.write(2, f"the lab could not restore this environment: {why}\n".encode())
                os._exit(1)
        for fd in fds:
            os.close(fd)
        control.send(b"D")


def _fork(control: socket.socket) -> int:
    """0, or in the restored process the number of its parent, which is about to end: its own number is told before."""
    generator = getattr(sys.modules.get("random"), "_inst", None)
    state = generator.getstate() if isinstance(generator, _Generator) else None
    try:
        first = os.fork()
    except OSError as why:
        control.send(b"F " + str(why.strerror).encode())
        return 0
    if first:
        try:
            os.waitpid(first, 0)
        except ChildProcessError:
            pass  # the function has asked not to be told of its children's deaths
        return 0
    between = os.getpid()
    try:
        second = os.fork()
    except OSError as why:
        control.send(b"F " + str(why.strerror).encode())
        os._exit(1)
    if second:
        control.send(b"P %d" % second)
        os._exit(0)
    if isinstance(generator, _Generator):
        generator.setstate(state)  # a fork seeds it anew, a restore on AWS does not
    return between


def _carry_on(told: Dict[str, Any], fds: List[int], parent: int) -> _Restored:
    place = told["place"]
    channel, log, ready = fds[:3]
    rest = fds[3:]
    os.setsid()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    tmp = rest.pop(0) if place["own_root"] else -1
    for group in rest:
        os.write(group, b"0")
        os.close(group)
    if place["own_root"]:
        old = root_fs.enter_again(tmp)
        os.close(tmp)
        if place["own_user"]:
            privileges.limit_own_processes()
    else:
        old = os.open(place["old_tmp"], os.O_RDONLY | os.O_DIRECTORY)
    if place["fresh"]:
        copying.copy_folder(old, place["tmp"])
    os.close(old)
    inherited.settle(place["old_tmp"], place["tmp"], (channel, ready))
    if place["backstop"]:
        calls.prctl(calls.PR_SET_CHILD_SUBREAPER, 1)
    while os.getppid() == parent:
        time.sleep(0.0002)
    privileges.give_up_privileges()  # from here on it dies with the zygote
    if place["landlock"]:
        privileges.landlock(place["landlock"]["readable"], place["landlock"]["writable"])
    if place["old_tmp"] != place["tmp"] and "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]

    def initialised() -> None:
        os.write(ready, b"R")
        os.close(ready)

    return socket.socket(fileno=channel), told["plan"], initialised
