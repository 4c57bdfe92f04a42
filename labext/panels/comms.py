"""Keeps a widget answering while a cell runs.

JupyterLab sends widget messages on a subshell. ipykernel 7.4 moves a comm to the shell that last published on it, and a slider would answer only after
the cell; told to keep the shell that a message came by, it answers at once. Harmless on other versions.
"""

from __future__ import annotations

from typing import Any


def answer_at_once(*widgets: Any) -> None:
    """For each widget and what it contains."""
    for widget in widgets:
        comm = getattr(widget, "comm", None)
        if comm is not None and hasattr(comm, "_reply_subshell_for"):
            comm._reply_subshell_for = _keep
        answer_at_once(*getattr(widget, "children", ()))


def _keep(data: Any, default: Any) -> Any:
    return default
