"""An error as a notebook shows it: its type, its message and the reader's own line, without a traceback through the lab's files. A program and a debugger
see the exception as any other.

IPython asks an exception for ``_render_traceback_`` before it draws a traceback (``InteractiveShell.showtraceback``).
"""

from __future__ import annotations

import linecache
from types import TracebackType

_OURS = ("kernel_runtime", "labext")
_MACHINERY = ("IPython", "ipykernel", "asyncio", "traitlets", "runpy", "contextlib")


class Short(Exception):
    """What the lab's own errors are."""

    @property
    def type(self) -> str:
        return type(self).__name__

    def _render_traceback_(self) -> list[str]:
        line = _reader_line(self.__traceback__)
        return [f"\x1b[31m{self.type}\x1b[39m: {self}", *([line] if line else [])]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while the lab waits: still a KeyboardInterrupt, and a notebook shows a line that says what became of the work."""

    def _render_traceback_(self) -> list[str]:
        return [f"\x1b[31mKeyboardInterrupt\x1b[39m: {self}"]


def _reader_line(trace: TracebackType | None) -> str:
    """The last line of the reader's before the lab's own begin; empty where there is none."""
    found = ""
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if module in _OURS:
            break
        if module not in _MACHINERY:
            text = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
            found = f"  in line {trace.tb_lineno}: {text}" if text else found
        trace = trace.tb_next
    return found
