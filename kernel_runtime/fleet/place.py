"""One environment as the kernel's side holds it: its slot, and of its present process the channel, the log and the group to freeze."""

from __future__ import annotations

import array
import fcntl
import os
import signal
import socket
import struct
from concurrent.futures import Future

from ..model.function import Function
from ..model.limits import LOG_MAX_BYTES
from ..runtimes.channel import Frames, Reply, decode_reply
from ..wire import Died
from .base import Ahead
from .plans import new_log_stream
from .waits import Readable, Writable

_CREDENTIALS = struct.Struct("3i")
_RECEIVE_BYTES = 65_536  # more costs 20 µs a call: malloc then maps and unmaps it each time
_LOG_READ_BYTES = LOG_MAX_BYTES + 65_536


class Place:
    """``generation``: which worker host it lives in. ``died`` is settled with the host's word when the process is dead. ``restoring``: its present process
    comes from a snapshot."""

    def __init__(self, number: int, function: Function, slot: int, generation: int, ahead: Ahead | None = None) -> None:
        self.number = number
        self.function = function
        self.slot = slot
        self.generation = generation
        self.ahead = ahead
        self.restoring = self.gives_up = False
        self.process = 0
        self.group = 0
        self.died: Future[Died] = Future()
        self.log_fd = -1
        self.socket: socket.socket | None = None
        self.waited_on = False
        self.began_s = 0.0
        self.log_stream = new_log_stream(function)

    def open_channel(self) -> tuple[int, int]:
        """A fresh channel and log; gives the environment's ends, which the caller closes once they are sent."""
        self.close_channel()
        self.process += 1
        self.gives_up = False
        self.died = Future()
        self.group = 0
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        ours.setblocking(False)
        self.socket = ours
        self.readable, self.writable = Readable(ours), Writable(ours)
        self.frames = Frames()
        self.log_fd = os.memfd_create("serverless-lab-log", os.MFD_CLOEXEC)
        fcntl.fcntl(self.log_fd, fcntl.F_SETFL, os.O_APPEND)
        return theirs.detach(), self.log_fd

    def close_channel(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None
        if self.log_fd >= 0:
            os.close(self.log_fd)
            self.log_fd = -1

    def receive(self) -> Reply | None:
        """What has come; None where it is not whole yet. Raises EOFError at the end. The first frame tells whose process group it is."""
        assert self.socket is not None
        try:
            if self.group:
                data = self.socket.recv(_RECEIVE_BYTES)
            else:
                data, ancillary, _, _ = self.socket.recvmsg(_RECEIVE_BYTES, socket.CMSG_SPACE(_CREDENTIALS.size))
                self._learn_group(ancillary)
        except BlockingIOError:
            return None
        except ConnectionResetError:
            data = b""
        if not data:
            raise EOFError
        body = self.frames.feed(data)
        return decode_reply(body) if body is not None else None

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def settle(self, died: Died) -> None:
        """The present process is dead, for this reason; the first word stands."""
        if not self.died.done():
            self.died.set_result(died)

    def take_log(self) -> bytes:
        """What has been printed since the last time, bounded."""
        try:
            printed = os.pread(self.log_fd, _LOG_READ_BYTES, 0)
            if printed:
                size = os.fstat(self.log_fd).st_size if len(printed) == _LOG_READ_BYTES else len(printed)
                os.ftruncate(self.log_fd, 0)
                if size > len(printed):
                    printed += f"\n[the lab keeps {_LOG_READ_BYTES:,} bytes of one invocation's output: {size - len(printed):,} more were dropped]\n".encode()
        except OSError:
            printed = b""
        return printed

    def _learn_group(self, ancillary: list[tuple[int, int, bytes]]) -> None:
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                self.group = _CREDENTIALS.unpack(array.array("B", data).tobytes()[: _CREDENTIALS.size])[0]

    def _signal(self, number: int) -> None:
        if self.group:
            try:
                os.killpg(self.group, number)
            except (ProcessLookupError, PermissionError):
                pass  # dead; the socket says so
