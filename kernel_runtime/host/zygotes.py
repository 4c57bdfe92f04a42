"""The zygotes that the host keeps, one an interpreter, started when first needed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, List

from ..model.function import Function
from ..runtimes.variables import process_variables

PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); import socket; from kernel_runtime.host import kernel_calls as c, zygote; "
    "c.prctl(c.PR_SET_PDEATHSIG, 9); c.prctl(c.PR_SET_CHILD_SUBREAPER, 1); zygote.main(socket.socket(fileno=int(sys.argv[2])))"
)
_RECEIVE_BYTES = 4_096


class Zygote:
    """One template process. ``shared_kb``: what it holds in memory and its children share."""

    def __init__(self, interpreter: str) -> None:
        self.interpreter = interpreter
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.socket, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1024 * 1024)
        command = [interpreter, "-I", "-S", "-B", "-X", "utf8", "-c", _PROGRAM, PACKAGE_PARENT, str(theirs.fileno())]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=_variables())
        theirs.close()

    def order(self, number: int, plan: Dict[str, Any], place: Dict[str, Any], fds: List[int]) -> None:
        """Fork. Raises OSError where the zygote is gone."""
        socket.send_fds(self.socket, [b"%d " % number + json.dumps({"plan": plan, "place": place}).encode()], fds)

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

    def forget(self, zygote: Zygote) -> None:
        self._by_interpreter.pop(zygote.interpreter, None)
        zygote.end()

    def end(self) -> None:
        for zygote in list(self._by_interpreter.values()):
            self.forget(zygote)
