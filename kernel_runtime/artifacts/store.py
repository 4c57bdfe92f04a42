"""Code at rest, by the SHA-256 of its canonical zip. Written beside and renamed, so a kill at any byte leaves the old or the new, never half."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_HALF = "half-"
_ABANDONED_S = 3_600.0
"""What has been half written for so long was left by a process that was killed; younger may be another lab's at work in the same home."""


class Store:
    """Bundles under ``home``: ``blobs/SHA.zip``, and ``unpacked/SHA/``, which every user may read and nobody should write."""

    def __init__(self, home: Path) -> None:
        self._blobs = home / "blobs"
        self._unpacked = home / "unpacked"
        for folder in (self._blobs, self._unpacked):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
            sweep(folder)

    def put(self, bundle: Mapping[str, bytes]) -> str:
        """Keep a bundle; the same files give the same hex digest and are kept once."""
        data = canonical_zip(bundle)
        digest = hashlib.sha256(data).hexdigest()
        if not self._blob(digest).exists():
            write_whole(self._blob(digest), data)
        return digest

    def size_bytes(self, digest: str) -> int:
        """The size of the zip: AWS's CodeSize. Raises FileNotFoundError."""
        return self._blob(digest).stat().st_size

    def unpacked(self, digest: str) -> Path:
        """The folder with the bundle's files, unpacked when first asked for. Raises FileNotFoundError."""
        folder = self._unpacked / digest
        if not folder.is_dir():
            with zipfile.ZipFile(self._blob(digest)) as archive:
                beside = Path(tempfile.mkdtemp(dir=self._unpacked, prefix=_HALF))
                archive.extractall(beside)
            take_place(beside, folder)
        return folder

    def _blob(self, digest: str) -> Path:
        return self._blobs / f"{digest}.zip"


def code_sha256(digest: str) -> str:
    """A hex digest as AWS writes it: CodeSha256, in base64."""
    return base64.b64encode(bytes.fromhex(digest)).decode()


def canonical_zip(bundle: Mapping[str, bytes]) -> bytes:
    """A zip that depends on names and bytes alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(bundle):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, bundle[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: on disk before it bears its name."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=_HALF)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.rename(beside, path)


def take_place(beside: Path, folder: Path) -> None:
    """Give a finished folder its name. Another thread or lab may have been first with the same files; then this one goes."""
    publish_readable(beside)
    try:
        beside.rename(folder)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        if not folder.is_dir():
            raise


def publish_readable(folder: Path) -> None:
    """Folders and files 755, as Lambda has them under /var/task: a function's own user must read, and may run, what lies there."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def sweep(folder: Path) -> None:
    """Remove what killed processes have left half written."""
    for path in folder.glob(_HALF + "*"):
        try:
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            pass  # another lab has been first
