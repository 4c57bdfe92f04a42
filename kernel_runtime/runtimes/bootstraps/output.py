"""What a handler prints: straight to the log, nothing kept back, so that a kill loses nothing; bounded by bytes an invocation.

The log is file descriptor 1 (and 2): a file that the caller shares. Only what goes through here is bounded; a child process writes to the descriptor itself.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from ...model.log_frames import framed

_write = os.write


class Log:
    """Bytes to the descriptor, at most ``max_bytes`` an invocation; the rest is counted, and one closing line says how much it was."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._left = max_bytes
        self._dropped = 0

    def bound(self, max_bytes: int) -> None:
        """How much an invocation may print, from now on."""
        self._max_bytes = self._left = max_bytes

    def write(self, data: bytes) -> None:
        if len(data) > self._left:
            kept = _whole_characters(data, self._left)
            self._dropped += len(data) - len(kept)
            self._left, data = 0, kept
        else:
            self._left -= len(data)
        while data:
            data = data[_write(1, data) :]

    def say(self, text: str) -> None:
        """Text as the runtime itself writes it, whatever the handler has put in place of sys.stdout."""
        self.write(text.encode("utf-8", "backslashreplace"))

    def record(self, text: str) -> None:
        """One record, marked as one: see ``log_frames``."""
        self.say(framed(text))

    def end_invocation(self) -> None:
        """Say what was dropped, and begin to count anew."""
        if self._dropped:
            _write(1, f"\n[the lab keeps {self._max_bytes:,} bytes of one invocation's output: {self._dropped:,} more were dropped]\n".encode())
            self._dropped = 0
        self._left = self._max_bytes


class Stream(io.RawIOBase):
    """The raw end of stdout or of stderr."""

    mode = "wb"

    def __init__(self, log: Log, name: str, fd: int) -> None:
        super().__init__()
        self._log = log
        self._fd = fd
        self.name = name

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def write(self, data: Any) -> int:
        text = data if isinstance(data, bytes) else bytes(data)
        self._log.write(text)
        return len(text)


def _text(stream: Stream) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)  # type: ignore[type-var,arg-type]


_LOG = Log(0)
_OUT, _ERR = _text(Stream(_LOG, "<stdout>", 1)), _text(Stream(_LOG, "<stderr>", 2))
"""Made in the template, which prints nothing: a process has one log."""


def install(max_bytes: int) -> Log:
    """Point sys.stdout and sys.stderr to the log."""
    sys.stdout = sys.__stdout__ = _OUT  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _ERR  # type: ignore[misc]
    _LOG.bound(max_bytes)
    return _LOG


def _whole_characters(data: bytes, size: int) -> bytes:
    """At most ``size`` bytes of ``data``, no UTF-8 character cut in two."""
    end = size
    while end > 0 and size - end < 4 and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]
