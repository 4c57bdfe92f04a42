"""The worker host as the kernel's side holds it: one process, one socket, one small thread that hears what the host says on its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..model.errors import LabError
from ..slots import Slots
from ..wire import VERSION, Decoder, Hello, Welcome, WireError, encode

_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from kernel_runtime.host.__main__ import main; main(int(sys.argv[2]))"
_PREFIX = "serverless-lab-"
_GREETING_S = 20.0


class HostProcess:
    """``heard`` is told each message, ``lost`` once when the host is gone; both from the thread."""

    def __init__(self, mechanisms: str, remove: list[str], heard: Callable[[Any], None], lost: Callable[[HostProcess], None]) -> None:
        self._heard = heard
        self._lost = lost
        self._sending = threading.Lock()
        self.closing = False
        self._work_dir = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        os.chmod(self._work_dir, 0o755)
        slots_fd, self.slots = Slots.make()
        self.doorbell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _PROGRAM, _PACKAGE_PARENT, str(theirs.fileno())]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (read when the host has died)
        self.process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=self._said, stderr=self._said, start_new_session=True
        )
        theirs.close()
        socket.send_fds(self._socket, [encode(Hello(VERSION, mechanisms, self._work_dir, remove))], [slots_fd, self.doorbell])
        os.close(slots_fd)
        self._decoder = Decoder()
        self.welcome: Welcome | None = None
        self.welcome = self._await_welcome()
        self._thread = threading.Thread(target=self._hear, name="serverless-lab-host", daemon=True)
        self._thread.start()

    def say(self, message: Any, fds: list[int] | None = None) -> None:
        """Send a message. A host that is gone does not raise: its end is told by ``lost``."""
        data = encode(message)
        try:
            with self._sending:
                if fds:
                    sent = socket.send_fds(self._socket, [data], fds)
                    self._socket.sendall(data[sent:])
                else:
                    self._socket.sendall(data)
        except OSError:
            pass

    def ring(self) -> None:
        """Wake the host."""
        os.eventfd_write(self.doorbell, 1)

    def close(self) -> None:
        """End it and wait until nothing of it is left."""
        self.closing = True
        self._socket.shutdown(socket.SHUT_RDWR)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.sweep()
        os.close(self.doorbell)

    def sweep(self) -> None:
        """Remove what a host that was killed has left: its groups with all that runs in them, its folder."""
        for folder in self.welcome.leftovers if self.welcome else []:
            _remove_group(folder)
        if os.path.isdir(self._work_dir):
            if self.welcome is not None and self.welcome.own_root:
                os.rmdir(self._work_dir)  # its mounts were in the host's own namespace
            else:
                shutil.rmtree(self._work_dir, ignore_errors=True)

    def last_words(self) -> str:
        """What the host printed, at most 2,000 characters."""
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace")[-2_000:].strip()

    def _await_welcome(self) -> Welcome:
        self._socket.settimeout(_GREETING_S)
        try:
            while True:
                data = self._socket.recv(65_536)
                messages = self._decoder.feed(data)
                if messages:
                    self._socket.settimeout(None)
                    return messages[0]  # type: ignore[no-any-return]
                if not data:
                    raise EOFError
        except (OSError, EOFError, WireError):
            self.process.kill()
            self.process.wait()
            self.sweep()
            raise LabError(f"the worker host does not start: {self.last_words() or 'it said nothing'}") from None

    def _hear(self) -> None:
        while True:
            try:
                data = self._socket.recv(65_536)
                messages = self._decoder.feed(data)
            except (OSError, WireError):
                break
            if not data:
                break
            for message in messages:
                self._heard(message)
        if not self.closing:
            self.process.kill()
            self.process.wait()
            self.sweep()
        self._lost(self)


def _remove_group(folder: str) -> None:
    """A cgroup and those below it, with what runs in them. Others may be removing it too, and another user's is left to that user."""
    try:
        inner = [entry.path for entry in os.scandir(folder) if entry.is_dir()]
    except (FileNotFoundError, PermissionError):
        return
    for below in inner:
        _remove_group(below)
    for _ in range(1_000):
        try:
            for pid in Path(folder, "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
            os.rmdir(folder)
            return
        except (FileNotFoundError, PermissionError):
            return
        except OSError:
            time.sleep(0.001)


def sweep_leftovers() -> None:
    """Remove what labs left whose kernel and host were both killed: their folders and groups carry the kernel's process number."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}[0-9]*-*"):
        if not _alive(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    for group in _groups():
        if not _alive(os.path.basename(group)):
            _remove_group(group)


def _groups() -> list[str]:
    """Control groups of labs, whoever they are of. Other labs come and go meanwhile, and their groups with them: what is gone by then is passed over."""
    found = []
    for controller in ("memory", "cpu", "pids", ""):
        for folder, below, _ in os.walk(f"/sys/fs/cgroup/{controller}"):
            own = [name for name in below if name.startswith(_PREFIX)]
            found += [os.path.join(folder, name) for name in own]
            below[:] = [name for name in below if name not in own]  # nothing of another lab is below a lab's
    return list(dict.fromkeys(os.path.normpath(group) for group in found))


def _alive(name: str) -> bool:
    number = name[len(_PREFIX) :].partition("-")[0]
    return number.isdigit() and Path("/proc", number).exists()
