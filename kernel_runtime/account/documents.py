"""What an account keeps, as JSON documents: one SQLite table (write-ahead log) beside the lab's home, or memory alone where the lab keeps nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

Document = dict[str, Any]
_SCHEMA = "CREATE TABLE IF NOT EXISTS documents (owner TEXT, kind TEXT, key TEXT, document TEXT NOT NULL, PRIMARY KEY (owner, kind, key))"


class Documents:
    """Tables of documents by owner (an account in a region) and kind. Survives a kill at any moment: a document is the old one or the new one."""

    def __init__(self, path: Path | None) -> None:
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        if path is not None:
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(_SCHEMA)
        self._kept = path is not None

    def table(self, owner: str, kind: str) -> Table:
        """Every document of this owner and kind, read once and written through."""
        with self._lock:
            rows = self._database.execute("SELECT key, document FROM documents WHERE owner = ? AND kind = ? ORDER BY key", (owner, kind)).fetchall()
        return Table(self, owner, kind, {key: json.loads(text) for key, text in rows})

    def owners(self) -> list[str]:
        """Who has documents here."""
        with self._lock:
            return [row[0] for row in self._database.execute("SELECT DISTINCT owner FROM documents ORDER BY owner")]

    def write(self, owner: str, kind: str, key: str, document: Document | None) -> None:
        """Put a document, or take it away (None)."""
        if not self._kept:
            return
        with self._lock:
            if document is None:
                self._database.execute("DELETE FROM documents WHERE owner = ? AND kind = ? AND key = ?", (owner, kind, key))
            else:
                self._database.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", (owner, kind, key, json.dumps(document)))

    def close(self) -> None:
        with self._lock:
            self._database.close()


class Table(MutableMapping[str, Document]):
    """Documents by key. A document that was changed in place is written by assigning it again."""

    def __init__(self, documents: Documents, owner: str, kind: str, held: dict[str, Document]) -> None:
        self._documents, self._owner, self._kind, self._held = documents, owner, kind, held

    def __getitem__(self, key: str) -> Document:
        return self._held[key]

    def __setitem__(self, key: str, document: Document) -> None:
        self._documents.write(self._owner, self._kind, key, document)
        self._held[key] = document

    def __delitem__(self, key: str) -> None:
        del self._held[key]
        self._documents.write(self._owner, self._kind, key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)
