"""What a lab keeps, as one digest: whoever was refused must leave it as it was."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from kernel_runtime import Lab

_QUERIES = (("lab.sqlite", "SELECT * FROM documents ORDER BY 1, 2, 3"), ("layers.sqlite", "SELECT * FROM layer_versions ORDER BY 1, 2, 3, 4"))


def digest_of(lab: Lab) -> str:
    """Every document of every account and region, every layer version, and every file with its size. ``lab`` has a home that it keeps."""
    said = hashlib.sha256()
    for database, query in _QUERIES:
        with closing(sqlite3.connect(lab.home / database)) as held:
            said.update(repr(held.execute(query).fetchall()).encode())
    files = (Path(folder, name) for folder, _, names in os.walk(lab.home) for name in names)
    said.update(repr(sorted((str(file), file.stat().st_size) for file in files if ".sqlite" not in file.name)).encode())
    return said.hexdigest()


def settle(aws: Any, lab: Lab) -> None:
    """Wait until no function and no update is on its way."""
    for name in lab.functions:
        for waiter in ("function_active_v2", "function_updated_v2"):
            aws.get_waiter(waiter).wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
