"""A template process: Python with what the runtime needs already imported, forked for every new process of an environment.

It runs under any Python of the machine (3.9 and up, standard library only), by ``python -I -S -c`` with its own end of a SEQPACKET socket as
argument. It is told

* ``F number {"plan", "place"}`` with three descriptors (channel, log, the socket on which to be ready), and answers ``P number pid``, or ``F number why``;
* ``T number …``, the same for a process that is to be a snapshot, and ``R number pid {"plan", "place"}`` with more descriptors, to have such a one forked
  (see ``template``); both are answered likewise;
* ``A number ["file of a control group", …]`` with one, a socket on which the host tells the child later what to be, and answers ``A number pid``, or
  ``B number why``.

When a child has died it says ``D pid status max_rss_kb``.

A child that is forked ahead joins its place's control groups and waits, bare: a fork and the joining are most of a cold start. Init is never done ahead.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from types import ModuleType
from typing import Any, Callable, Dict, List, NoReturn, Optional, Set

from ..runtimes.bootstraps import python as bootstrap
from ..runtimes.bootstraps.rehearsal import rehearse
from . import kernel_calls as calls
from . import privileges, root_fs, template
from .templates import Templates

_MESSAGE_MAX = template.MESSAGE_MAX
_REHEARSALS = 16
"""In the template: until the interpreter has adapted its bytecode to them, which each child would otherwise do in pages of its own."""
_loads = json.loads
_KEPT: List[ModuleType] = []
_born: Set[int] = set()


def main(control: socket.socket) -> None:
    """Fork on demand until the host goes away."""
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    calls.hear_deaths_only()  # each invocation ends in a freeze and the next one begins with a thaw: this process would wake twice a call
    for _ in range(_REHEARSALS):
        rehearse()
    gc.collect()
    gc.freeze()
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wake_read, select.POLLIN)
    templates = Templates(poll, lambda number, pid, why: _answer(control, b"R", number, pid, why))
    while True:
        for fd, _ in poll.poll():
            if fd == wake_read:
                _drain(wake_read)
                _reap(control, templates)
            elif fd != control.fileno():
                templates.hear()
            elif not _serve_one(control, templates):
                return


def _serve_one(control: socket.socket, templates: Templates) -> bool:
    data, fds, _, _ = socket.recv_fds(control, _MESSAGE_MAX, template.FDS_MAX)
    if not data:
        return False
    kind, number, order = data.split(b" ", 2)
    try:
        if kind == b"R":
            templates.restore(number, order, fds)
        elif kind == b"T":
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            pid = _fork(control, lambda: _become_environment([*fds, theirs.detach()], order))
            templates.add(pid, ours)
            _answer(control, kind, number, pid)
        else:
            _answer(control, kind, number, _fork(control, (lambda: _wait(fds[0], order)) if kind == b"A" else (lambda: _become_environment(fds, order))))
    except OSError as why:
        _answer(control, kind, number, 0, str(why.strerror))
    finally:
        for fd in fds:
            os.close(fd)
    return True


def _answer(control: socket.socket, kind: bytes, number: bytes, pid: int, why: str = "") -> None:
    """What has come of an order: a child, or not."""
    if pid:
        _born.add(pid)
        control.send(b"%b %b %d" % (b"A" if kind == b"A" else b"P", number, pid))
    else:
        control.send(b"%b %b %b" % (b"B" if kind == b"A" else b"F", number, why.encode()))


def _fork(control: socket.socket, live: Callable[[], NoReturn]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            _begin_life(control)
            live()
        finally:
            os._exit(1)
    return pid


def _wait(fd: int, groups: bytes) -> NoReturn:
    """Forked ahead: join, and wait for what to be."""
    politely = os.geteuid() == 0  # others may not take their politeness back
    if politely:
        os.setpriority(os.PRIO_PROCESS, 0, 19)
    _join(_loads(groups))
    rehearse()
    if politely:
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    order, fds, _, _ = socket.recv_fds(socket.socket(fileno=fd), _MESSAGE_MAX, 3)
    if not order:
        os._exit(0)
    _become_environment(fds, order)


def _reap(control: socket.socket, templates: Templates) -> None:
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        if pid in _born:
            _born.remove(pid)
            templates.gone(pid)
            _kill_orphans(templates)
            control.send(b"D %d %d %d" % (pid, status, usage.ru_maxrss))


def _kill_orphans(templates: Templates) -> None:
    """What a dead process had started and left is our child now, whatever group or session it made for itself."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            children = set(map(int, file.read().split()))
        templates.hear()  # a restored process is our child too, and was told of before it became one
        for pid in children - _born:
            os.kill(pid, signal.SIGKILL)
    except OSError:
        pass  # its group is killed by the host


def _drain(fd: int) -> None:
    try:
        while os.read(fd, 4_096):
            pass
    except BlockingIOError:
        pass


def _begin_life(control: socket.socket) -> None:
    """What a new child does first, whatever it is for."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    calls.prctl(calls.PR_SET_PDEATHSIG, signal.SIGKILL)
    control.close()
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.umask(0o022)
    _forget_the_lab()


def _become_environment(fds: List[int], order: bytes) -> NoReturn:
    """The child's whole life. Whatever happens, it never returns into the zygote's loop."""
    code = 1
    try:
        told = _loads(order)
        channel, ready, control = _arrange_descriptors(fds)
        _confine(told["place"])

        def initialised() -> None:
            os.write(ready, b"R")
            os.close(ready)

        bootstrap.serve(channel, told["plan"], initialised, (lambda: template.wait(control)) if control is not None else None)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        import traceback

        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code & 0xFF)


def _arrange_descriptors(fds: List[int]) -> "tuple[socket.socket, int, Optional[socket.socket]]":
    """0 is nothing, 1 and 2 the log; the channel, the ready socket and a snapshot's socket stay, the rest goes."""
    channel, log, ready = fds[:3]
    os.dup2(log, 1)
    os.dup2(log, 2)
    kept = sorted({channel, ready, *fds[3:]})
    low = 3
    for fd in kept:
        os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, max(low, 1_024))
    return socket.socket(fileno=channel), ready, socket.socket(fileno=fds[3]) if fds[3:] else None


def _confine(place: Dict[str, Any]) -> None:
    _join(place["groups"])
    if place["root"]:
        root_fs.enter(place["root"], place["code"], place["layers"], place["below_opt"], place["tmp"], place["for_snapshot"])
    else:
        os.chdir(place["code"])
    own_user = place["uid"] is not None
    privileges.limit_resources(place["tmp_mb"], own_user, place["for_snapshot"])
    if place["backstop_mb"]:
        calls.prctl(calls.PR_SET_CHILD_SUBREAPER, 1)  # no group tells who belongs to it, so what loses its parent stays below this process
        privileges.limit_address_space(place["backstop_mb"])
    if own_user:
        privileges.become(place["uid"])
    privileges.give_up_privileges()
    if place["landlock"]:
        privileges.landlock(place["landlock"]["readable"], place["landlock"]["writable"])


def _join(groups: List[str]) -> None:
    for path in groups:
        fd = os.open(path, os.O_WRONLY)
        os.write(fd, b"0")
        os.close(fd)


def _forget_the_lab() -> None:
    """A function can import neither the lab nor what only the lab has on its path."""
    for name in [n for n in sys.modules if n.partition(".")[0] == "kernel_runtime"]:
        _KEPT.append(sys.modules.pop(name))  # taking them apart would cost more than keeping them
    package_parent = sys.path.pop(0)
    sys.path_importer_cache.pop(package_parent, None)
