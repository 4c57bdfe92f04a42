"""One /opt from several layers: unpacked in order, the later over the earlier (AWS: "Managing Lambda dependencies with layers"). Kept by what it is made of."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from ..model.limits import TIMEOUT_MAX_S
from .places import HALF, new_folder, remove, sweep_halves
from .store import Store


class OptFolders:
    """Merged folders under ``home/opt``, of hard links: a layer's bytes are on disk once, however many merges hold it."""

    def __init__(self, home: Path, store: Store) -> None:
        self._store = store
        self._merged = home / "opt"
        self._merged.mkdir(parents=True, exist_ok=True)
        self._merged.chmod(0o755)
        sweep_halves(self._merged)

    def merged(self, digests: Sequence[str]) -> Path | None:
        """One folder with the layers' files in order; None where there are no layers. Raises FileNotFoundError, InvalidZipFileException."""
        if not digests:
            return None
        folder = self._merged / _name(digests)
        try:
            os.utime(folder)
        except FileNotFoundError:
            with new_folder(folder) as beside:
                for digest in digests:
                    _lay_over(self._store.unpacked(digest), beside)
        return folder

    def sweep(self, keep: Collection[Sequence[str]], *, idle_s: float = TIMEOUT_MAX_S) -> None:
        """Remove every merged folder but those of the lists of digests to ``keep``, and those asked for within ``idle_s``: an invocation that began
        before its function was changed may still run in one."""
        kept = {_name(digests) for digests in keep}
        for folder in self._merged.iterdir():
            if folder.name not in kept and not folder.name.startswith(HALF) and time.time() - folder.stat().st_mtime > idle_s:
                remove(folder)


def _name(digests: Sequence[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _lay_over(layer: Path, folder: Path) -> None:
    for source in sorted(layer.rglob("*")):
        target = folder / source.relative_to(layer)
        if source.is_dir():
            if target.is_file():
                target.unlink()
            target.mkdir(exist_ok=True)
            target.chmod(0o755)
            continue
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        os.link(source, target)
