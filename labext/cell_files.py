"""Files that go beside a cell's code: a path, or the name of a notebook variable that holds one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .mistakes import mistake


def path_of(given: str, notebook: Mapping[str, Any]) -> Path:
    """The path that ``given`` means."""
    return Path(str(notebook.get(given, given))).expanduser()


def files_beside(paths: Iterable[str], notebook: Mapping[str, Any]) -> dict[str, bytes]:
    """File names with their bytes. A file that cannot be read is a mistake."""
    files = {}
    for given in paths:
        path = path_of(given, notebook)
        try:
            files[path.name] = path.read_bytes()
        except OSError as why:
            raise mistake("FileNotFound", f"--file {given}: {why.strerror}: give a path, or the name of a notebook variable that holds one") from None
    return files
