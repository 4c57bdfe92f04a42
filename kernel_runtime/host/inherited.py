"""What a restored process does with the descriptors that the snapshot's init had opened, which a fork would let it share with all that are restored from it.

A file in /tmp becomes the same file in its own /tmp. A TCP connection is found closed by the other side, as after a restore on AWS (AWS: "Networking best
practices" of SnapStart), so that clients connect anew.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
from typing import Iterable

_KEPT_FLAGS = os.O_ACCMODE | os.O_APPEND | os.O_NONBLOCK | os.O_SYNC


def settle(old_tmp: str, new_tmp: str, own: Iterable[int]) -> None:
    """``old_tmp``: how the paths of open files begin that were in the snapshot's /tmp. ``own``: descriptors that are no inheritance."""
    left_alone = {0, 1, 2, *own}
    for fd in [int(name) for name in os.listdir("/proc/self/fd")]:
        if fd in left_alone:
            continue
        try:
            kind = os.fstat(fd).st_mode
            if stat.S_ISREG(kind):
                _reopen(fd, old_tmp, new_tmp)
            elif stat.S_ISSOCK(kind):
                _drop_connection(fd)
        except OSError:
            pass  # it is gone, or nothing that can be had anew


def _reopen(fd: int, old_tmp: str, new_tmp: str) -> None:
    path = os.readlink(f"/proc/self/fd/{fd}")
    if not path.startswith(old_tmp + "/"):
        return
    again = os.open(new_tmp + path[len(old_tmp) :], fcntl.fcntl(fd, fcntl.F_GETFL) & _KEPT_FLAGS)
    os.lseek(again, os.lseek(fd, 0, os.SEEK_CUR), os.SEEK_SET)
    _replace(fd, again)


def _drop_connection(fd: int) -> None:
    sock = socket.socket(fileno=os.dup(fd))
    try:
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or sock.type != socket.SOCK_STREAM:
            return
        sock.getpeername()  # raises where it is not connected
    finally:
        sock.close()
    ours, theirs = socket.socketpair()
    theirs.close()
    _replace(fd, ours.detach())


def _replace(fd: int, by: int) -> None:
    os.dup2(by, fd, inheritable=os.get_inheritable(fd))
    os.close(by)
