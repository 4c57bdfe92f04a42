"""The functions of a lab that keeps a home: one SQLite table (write-ahead log), a row a function, its configuration as JSON."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..model.function import Function

_SCHEMA = "CREATE TABLE IF NOT EXISTS functions (name TEXT PRIMARY KEY, configuration TEXT NOT NULL)"


class FunctionTable:
    """Functions at rest. Survives a kill at any moment: a row is the old one or the new one."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute(_SCHEMA)

    def all(self) -> list[Function]:
        """Every function, by name."""
        with self._lock:
            rows = self._database.execute("SELECT configuration FROM functions ORDER BY name").fetchall()
        return [_from_json(json.loads(row[0])) for row in rows]

    def put(self, function: Function) -> None:
        text = json.dumps({f.name: _plain(getattr(function, f.name)) for f in fields(function)})
        with self._lock:
            self._database.execute("INSERT OR REPLACE INTO functions VALUES (?, ?)", (function.name, text))

    def delete(self, name: str) -> None:
        with self._lock:
            self._database.execute("DELETE FROM functions WHERE name = ?", (name,))

    def close(self) -> None:
        with self._lock:
            self._database.close()


def _plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "items") else value


def _from_json(row: dict[str, Any]) -> Function:
    known = {f.name for f in fields(Function)}
    values: dict[str, Any] = {name: tuple(value) if name == "layers" else value for name, value in row.items() if name in known}
    return Function(**values)
