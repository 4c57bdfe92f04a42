"""Layer versions at rest: one SQLite table (write-ahead log), one document a version. In memory where the lab keeps nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..model.layer import LayerVersion
from ..model.layer_policy import LayerPolicy, LayerStatement

_SCHEMA = """
CREATE TABLE IF NOT EXISTS layer_versions (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (account, region, name, version)
) WITHOUT ROWID
"""
_BUSY_S = 30.0
"""How long one lab waits for another's write to the same home."""


class LayerTable:
    """Every layer version of every account and region, deleted ones too: a number is never used again, and functions keep what they have.

    path: None is in memory. Several processes may have the same file; each change is a transaction, so a kill leaves the old or the new.
    """

    def __init__(self, path: Path | None) -> None:
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None, timeout=_BUSY_S)
        self._lock = threading.Lock()
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute(_SCHEMA)

    def add(self, account: str, region: str, name: str, make: Callable[[int], LayerVersion]) -> LayerVersion:
        """Add what ``make`` gives for the next number of this layer: one more than any that it ever had."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                where = (account, region, name)
                row = self._database.execute("SELECT MAX(version) FROM layer_versions WHERE account = ? AND region = ? AND name = ?", where).fetchone()
                layer = make((row[0] or 0) + 1)
                self._database.execute("INSERT INTO layer_versions VALUES (?, ?, ?, ?, ?)", (*_key(layer), _to_json(layer)))
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
        return layer

    def change(self, account: str, region: str, name: str, version: int, make: Callable[[LayerVersion | None], LayerVersion | None]) -> LayerVersion | None:
        """Put what ``make`` gives for the version as it is (None: there is none) in its place; None changes nothing. What ``make`` raises changes nothing."""
        key = (account, region, name, version)
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                layer = make(self._one(key))
                if layer is not None:
                    self._database.execute("INSERT OR REPLACE INTO layer_versions VALUES (?, ?, ?, ?, ?)", (*_key(layer), _to_json(layer)))
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
        return layer

    def get(self, account: str, region: str, name: str, version: int) -> LayerVersion | None:
        """A version, also a deleted one; None where there never was one."""
        with self._lock:
            return self._one((account, region, name, version))

    def versions(self, account: str, region: str, name: str | None = None) -> list[LayerVersion]:
        """Every version of a layer, or of all layers here, deleted ones too: by name, then newest first."""
        query = "SELECT document FROM layer_versions WHERE account = ? AND region = ?" + (" AND name = ?" if name is not None else "")
        given = (account, region) if name is None else (account, region, name)
        with self._lock:
            rows = self._database.execute(f"{query} ORDER BY name, version DESC", given).fetchall()
        return [_from_json(row[0]) for row in rows]

    def all(self) -> list[LayerVersion]:
        """Every version of every account and region, deleted ones too."""
        with self._lock:
            rows = self._database.execute("SELECT document FROM layer_versions ORDER BY account, region, name, version").fetchall()
        return [_from_json(row[0]) for row in rows]

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _one(self, key: tuple[str, str, str, int]) -> LayerVersion | None:
        query = "SELECT document FROM layer_versions WHERE account = ? AND region = ? AND name = ? AND version = ?"
        row = self._database.execute(query, (*key[:3], min(key[3], 2**62))).fetchone()
        return _from_json(row[0]) if row else None


def _key(layer: LayerVersion) -> tuple[str, str, str, int]:
    return layer.account, layer.region, layer.name, layer.version


def _to_json(layer: LayerVersion) -> str:
    return json.dumps(asdict(layer))


def _from_json(text: str) -> LayerVersion:
    row: dict[str, Any] = json.loads(text)
    policy = row.pop("policy")
    for name in ("compatible_runtimes", "compatible_architectures"):
        row[name] = None if row[name] is None else tuple(row[name])
    statements = tuple(LayerStatement(**statement) for statement in policy["statements"])
    return LayerVersion(**row, policy=LayerPolicy(statements, policy["revision_id"]))
