"""One line that moves while something is waited for: in a notebook replaced in place, elsewhere printed when it changes."""

from __future__ import annotations

from html import escape
from types import TracebackType
from typing import Any

from .results import box

_COLOUR = "#56B4E9"


class Progress:
    """``with Progress(title, shell) as progress: progress.show(line, seconds)``. A notebook's line is cleared at the end: the result stands there."""

    def __init__(self, title: str, shell: Any) -> None:
        self._title = title
        self._in_notebook = hasattr(shell, "kernel")
        self._line = ""
        self._handle: Any = None

    def show(self, line: str, seconds: float) -> None:
        """The last line that the work has said, and how long it has gone on."""
        if not self._in_notebook:
            if line != self._line:
                print(f"{seconds:6.1f} s  {line}")
            self._line = line
            return
        from IPython.display import HTML, display

        shown = HTML(box(_COLOUR, f"<b>{escape(self._title)}</b> · {seconds:.0f} s<div><code>{escape(line)}</code></div>"))
        if self._handle is None:
            self._handle = display(shown, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(shown)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._handle is not None and kind is None:
            from IPython.display import HTML

            self._handle.update(HTML(""))
