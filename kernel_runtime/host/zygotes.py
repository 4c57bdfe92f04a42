"""The zygotes that the host keeps, one an interpreter, started when first needed, each with a few children forked ahead, each of those in a place of its
own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from ..model.function import Function
from ..runtimes.variables import process_variables
from .berths import Berth

PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); import socket; from kernel_runtime.host import kernel_calls as c, zygote; "
    "c.prctl(c.PR_SET_PDEATHSIG, 9); c.prctl(c.PR_SET_CHILD_SUBREAPER, 1); zygote.main(socket.socket(fileno=int(sys.argv[2])))"
)
_RECEIVE_BYTES = 4_096
AHEAD = 4
"""Children that wait. Joining a control group takes the system 10 ms or more, several at once no longer than one."""


class Ahead:
    """A child that waits in ``berth``. ``pid`` is 0 until the zygote has told it."""

    def __init__(self, berth: Berth, sock: socket.socket) -> None:
        self.berth = berth
        self.pid = 0
        self._socket = sock

    def order(self, order: Dict[str, Any], fds: List[int]) -> bool:
        """Tell it what to be; whether it still lives to hear it."""
        try:
            socket.send_fds(self._socket, [json.dumps(order).encode()], fds)
        except OSError:
            return False
        finally:
            self._socket.close()
        return True

    def give_up(self) -> None:
        self._socket.close()
        self.berth.remove()


class Zygote:
    """One template process. ``shared_kb``: what it holds in memory and its children share."""

    def __init__(self, interpreter: str) -> None:
        self.interpreter = interpreter
        self._ahead: Dict[int, Ahead] = {}
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.socket, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1024 * 1024)
        command = [interpreter, "-I", "-S", "-B", "-X", "utf8", "-c", _PROGRAM, PACKAGE_PARENT, str(theirs.fileno())]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=_variables())
        theirs.close()

    def order(self, number: int, order: Dict[str, Any], fds: List[int], for_snapshot: bool = False) -> None:
        """Fork. Raises OSError where the zygote is gone."""
        socket.send_fds(self.socket, [b"%b %d " % (b"T" if for_snapshot else b"F", number) + json.dumps(order).encode()], fds)

    def restore(self, number: int, snapshot: int, order: Dict[str, Any], fds: List[int]) -> None:
        """Have a snapshot, by its process number, forked. Raises OSError where the zygote is gone."""
        socket.send_fds(self.socket, [b"R %d %d " % (number, snapshot) + json.dumps(order).encode()], fds)

    def fork_ahead(self, berth: Berth) -> None:
        """One more child that waits, in a place that no environment has yet. Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1024 * 1024)
        ahead = self._ahead[berth.number] = Ahead(berth, ours)
        groups = berth.group.joining() if berth.group else []
        try:
            socket.send_fds(self.socket, [b"A %d " % berth.number + json.dumps(groups).encode()], [theirs.fileno()])
        except OSError:
            del self._ahead[berth.number]
            ahead.give_up()
            raise
        finally:
            theirs.close()

    def forked_ahead(self, number: int, pid: int) -> None:
        """The zygote has done so."""
        if number in self._ahead:
            self._ahead[number].pid = pid

    def not_forked_ahead(self, number: int) -> None:
        """The zygote could not."""
        ahead = self._ahead.pop(number, None)
        if ahead is not None:
            ahead.give_up()

    def take_ahead(self) -> Optional[Ahead]:
        """A child that waits, the one that has waited longest; None where there is none."""
        for number, ahead in self._ahead.items():
            if ahead.pid:
                return self._ahead.pop(number)
        return None

    def lost_ahead(self, pid: int) -> None:
        """A child that waited has died."""
        for number, ahead in list(self._ahead.items()):
            if ahead.pid == pid:
                self._ahead.pop(number).give_up()

    @property
    def short(self) -> bool:
        return len(self._ahead) < AHEAD

    def news(self) -> List[List[str]]:
        """What it has to say, split at blanks; an empty list once it is gone."""
        try:
            data = self.socket.recv(_RECEIVE_BYTES)
        except OSError:
            data = b""
        return [data.decode().split(" ", 3)] if data else []

    def shared_kb(self) -> int:
        try:
            with open(f"/proc/{self.process.pid}/statm") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
        except OSError:
            return 0

    def end(self) -> None:
        self.socket.close()
        self.process.kill()
        self.process.wait()
        for ahead in self._ahead.values():
            ahead.give_up()
        self._ahead = {}


def _variables() -> Dict[str, str]:
    """What every function's process will have among its variables: a new one has little left to set. No library path: it would be the zygote's own too."""
    variables = process_variables(Function("template", ""), log_stream="")
    return {name: value for name, value in variables.items() if name != "LD_LIBRARY_PATH"}


class Zygotes:
    """By interpreter. ``begun`` is told of each new one, so that the loop listens to it."""

    def __init__(self, begun: Callable[[Zygote], None]) -> None:
        self._begun = begun
        self._by_interpreter: Dict[str, Zygote] = {}

    def get(self, interpreter: str) -> Zygote:
        zygote = self._by_interpreter.get(interpreter)
        if zygote is None:
            zygote = self._by_interpreter[interpreter] = Zygote(interpreter)
            self._begun(zygote)
        return zygote

    def short(self) -> Optional[Zygote]:
        """One that could do with another child ahead."""
        return next((zygote for zygote in self._by_interpreter.values() if zygote.short), None)

    def forget(self, zygote: Zygote) -> None:
        self._by_interpreter.pop(zygote.interpreter, None)
        zygote.end()

    def end(self) -> None:
        for zygote in list(self._by_interpreter.values()):
            self.forget(zygote)
