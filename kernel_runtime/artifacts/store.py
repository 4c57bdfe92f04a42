"""Code at rest, by the SHA-256 of its canonical zip. Written beside and renamed, so a kill at any byte leaves the old or the new, never half."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)


class Store:
    """Bundles under ``home``: ``blobs/SHA.zip``, and ``unpacked/SHA/``, which every user may read and nobody should write."""

    def __init__(self, home: Path) -> None:
        self._blobs = home / "blobs"
        self._unpacked = home / "unpacked"
        for folder in (self._blobs, self._unpacked):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)

    def put(self, bundle: Mapping[str, bytes]) -> str:
        """Keep a bundle; the same files give the same hex digest and are kept once."""
        data = canonical_zip(bundle)
        digest = hashlib.sha256(data).hexdigest()
        if not self._blob(digest).exists():
            self._write(self._blob(digest), data)
        return digest

    def size_bytes(self, digest: str) -> int:
        """The size of the zip."""
        return self._blob(digest).stat().st_size

    def unpacked(self, digest: str) -> Path:
        """The folder with the bundle's files, unpacked when first asked for. Raises FileNotFoundError."""
        folder = self._unpacked / digest
        if not folder.is_dir():
            beside = Path(tempfile.mkdtemp(dir=self._unpacked, prefix="half-"))
            with zipfile.ZipFile(self._blob(digest)) as archive:
                archive.extractall(beside)
            publish_readable(beside)
            try:
                beside.rename(folder)
            except OSError:  # another thread was first
                shutil.rmtree(beside, ignore_errors=True)
        return folder

    def _blob(self, digest: str) -> Path:
        return self._blobs / f"{digest}.zip"

    def _write(self, path: Path, data: bytes) -> None:
        handle, beside = tempfile.mkstemp(dir=self._blobs, prefix="half-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(beside, path)


def canonical_zip(bundle: Mapping[str, bytes]) -> bytes:
    """A zip that depends on names and bytes alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(bundle):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, bundle[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def publish_readable(folder: Path) -> None:
    """Folders 755, files 755, as Lambda has them under /var/task: a function's own user must read, and may run, what lies there."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
