"""What a home still holds and nobody needs: code that a function had before it was changed or deleted, zips of uploads that led to nothing.

It goes when a lab opens the home and no other lab has it open. So nothing that any lab runs, or is about to name in a table, is ever removed.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ..artifacts.layer_book import LayerBook
from ..artifacts.opt import OptFolders
from ..artifacts.store import Store
from ..model.errors import AwsError
from .accounts import Accounts
from .documents import Documents


class Hold:
    """A lab's hold on its home, until ``close`` or the process's end, however it ends. alone: whether no other lab had one, and none gets one before
    ``share``."""

    def __init__(self, home: Path) -> None:
        self._handle = os.open(home / "open.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.alone = True
        except BlockingIOError:
            self.alone = False

    def share(self) -> None:
        """Let other labs in; waits for one that is alone."""
        fcntl.flock(self._handle, fcntl.LOCK_SH)
        self.alone = False

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def sweep(accounts: Accounts, documents: Documents, store: Store, layers: LayerBook, opt: OptFolders) -> int:
    """Remove every zip and every unpacked or merged folder that no version of a function and no layer needs; gives the bytes of the zips.

    For whoever has the home alone, before functions run.
    """
    versions = [version for records in accounts.records(documents).values() for record in records for version in record.all_versions()]
    attached = [tuple(version.settings.get("Layers", ())) for version in versions]
    used = {version.code_sha256 for version in versions} | layers.digests({arn for arns in attached for arn in arns})
    try:
        merged = [[layer.code_digest for layer in layers.attached(arns)] for arns in attached if arns]
    except AwsError:
        return 0  # a function has a layer that the book has never had: nothing is removed on the word of tables that contradict each other
    freed = store.sweep(used, idle_s=0)
    opt.sweep(merged, idle_s=0)
    return freed
