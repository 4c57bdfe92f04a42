"""What a restored process does with the descriptors that the snapshot's init had opened, which a fork would let it share with all that are restored from it.

A file in /tmp becomes the same file in its own /tmp. A TCP connection is found closed by the other side, as after a restore on AWS (AWS: "Networking best
practices" of SnapStart), so that clients connect anew. What an event loop is made of is made anew and is empty: pipes and UNIX sockets whose ends are both in
this process, event counters, and epoll with what was registered there. Everything else stays shared.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import socket
import stat
from typing import Any, Callable, Dict, Iterable, List

from . import kernel_calls as calls
from .unix_peers import peers

_KEPT_FLAGS = os.O_ACCMODE | os.O_APPEND | os.O_NONBLOCK | os.O_SYNC
_REGISTERED = re.compile(r"^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+)", re.MULTILINE)


def settle(old_tmp: str, new_tmp: str, own: Iterable[int]) -> None:
    """``old_tmp``: how the paths of open files begin that were in the snapshot's /tmp. ``own``: descriptors that are no inheritance."""
    inherited = sorted({int(name) for name in os.listdir("/proc/self/fd")} - {0, 1, 2, *own})
    links = {fd: _link(fd) for fd in inherited}
    for fd, path in links.items():
        if path.startswith(old_tmp + "/"):
            _try(_reopen, fd, new_tmp + path[len(old_tmp) :])
        elif path.startswith("socket:"):
            _try(_drop_connection, fd)
        elif path == "anon_inode:[eventfd]":
            _try(_count_anew, fd)
    _try(_pipe_anew, links)
    _try(_pair_anew, links)
    for fd, path in links.items():
        if path == "anon_inode:[eventpoll]":
            _try(_register_anew, fd)


def _try(what: Callable[..., None], *arguments: Any) -> None:
    """What cannot be had anew stays as it is."""
    try:
        what(*arguments)
    except OSError:
        pass


def _link(fd: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""  # the listing's own


def _reopen(fd: int, path: str) -> None:
    if stat.S_ISREG(os.fstat(fd).st_mode):
        again = os.open(path, fcntl.fcntl(fd, fcntl.F_GETFL) & _KEPT_FLAGS)
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


def _count_anew(fd: int) -> None:
    if hasattr(os, "eventfd"):  # Python 3.10
        _replace(fd, os.eventfd(0))


def _pipe_anew(links: Dict[int, str]) -> None:
    """Pipes are known by their inode, the same at both ends."""
    for pipe in {path for path in links.values() if path.startswith("pipe:")}:
        ends: Dict[int, List[int]] = {os.O_RDONLY: [], os.O_WRONLY: []}
        for fd in (fd for fd, path in links.items() if path == pipe):
            ends.setdefault(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE, []).append(fd)
        if ends[os.O_RDONLY] and ends[os.O_WRONLY]:
            read, write = os.pipe()
            _replace_all(ends[os.O_RDONLY], read)
            _replace_all(ends[os.O_WRONLY], write)


def _pair_anew(links: Dict[int, str]) -> None:
    by_inode: Dict[int, List[int]] = {}
    for fd, path in links.items():
        if path.startswith("socket:["):
            by_inode.setdefault(int(path[len("socket:[") : -1]), []).append(fd)
    for one, other in peers(by_inode).items():
        if one < other and other in by_inode:
            known = socket.socket(fileno=os.dup(by_inode[one][0]))
            kind = known.type
            known.close()
            first, second = socket.socketpair(socket.AF_UNIX, kind)
            _replace_all(by_inode[one], first.detach())
            _replace_all(by_inode[other], second.detach())


def _register_anew(fd: int) -> None:
    with open(f"/proc/self/fdinfo/{fd}") as file:
        registered = _REGISTERED.findall(file.read())
    again = calls.epoll_create()
    for watched, events, data in registered:
        try:
            calls.epoll_add(again, int(watched), int(events, 16), int(data, 16))
        except OSError as why:
            if why.errno != errno.EBADF:  # closed in the snapshot, while a copy of it was open
                raise
    _replace(fd, again)


def _replace_all(fds: List[int], by: int) -> None:
    for fd in fds[1:]:
        _replace(fd, os.dup(by))
    _replace(fds[0], by)


def _replace(fd: int, by: int) -> None:
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    os.dup2(by, fd, inheritable=os.get_inheritable(fd))
    os.close(by)
    fcntl.fcntl(fd, fcntl.F_SETFL, flags)
