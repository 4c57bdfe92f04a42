"""Code at rest, by the SHA-256 of the zip that was sent: those very bytes, kept once, unpacked once, and safe against a kill at any byte."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import threading
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..model.errors import InvalidParameterValueException, InvalidZipFileException
from .places import HALF, locked, new_folder, remove, sweep_halves, write_whole
from .zips import Contents, contents, unpack, verify

LARGE_BYTES = 1_048_576
"""From so many bytes on, a zip is hashed and read through at the same time, in two threads."""
IDLE_S = 3_600.0
"""A blob that nobody is known to use may still be on its way into another lab's table, for no longer than this."""


class Store:
    """Zips under ``home``: ``blobs/SHA.zip``, and ``unpacked/SHA/``, which every user may read and nobody should write.

    durable: blobs survive the machine's end, not the process's alone.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._blobs = home / "blobs"
        self._unpacked = home / "unpacked"
        self._lock = home / "store.lock"
        self._durable = durable
        self._unzipped: dict[str, int] = {}
        self._unpacking: dict[str, threading.Lock] = {}
        for folder in (self._blobs, self._unpacked):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
            sweep_halves(folder)

    def put(self, data: bytes) -> str:
        """Keep a zip, and give its hex digest; the same bytes are kept once. Nothing is written before the zip has been read through.

        Raises InvalidParameterValueException in AWS's words (broken, empty, too large unpacked, links, names that leave the folder, encrypted, bombs).
        """
        digest, held = _read(data)
        with locked(self._lock, shared=True):
            if self._is_whole(digest, len(data)):
                os.utime(self._blob(digest))
                return digest
            write_whole(self._blob(digest), data, durable=self._durable)
            self._unzipped[digest] = held.unzipped_bytes
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes that were sent. Raises FileNotFoundError."""
        return self._blob(digest).read_bytes()

    def path(self, digest: str) -> Path:
        """The file that holds them, to be read and not written. Raises FileNotFoundError."""
        self.size_bytes(digest)
        return self._blob(digest)

    def size_bytes(self, digest: str) -> int:
        """The size of the zip: AWS's CodeSize. Raises FileNotFoundError."""
        return self._blob(digest).stat().st_size

    def contents(self, digest: str) -> Contents:
        """What the zip holds. Raises FileNotFoundError."""
        with open(self._blob(digest), "rb") as file:
            return contents(file)

    def unzipped_bytes(self, digest: str) -> int:
        """What the zip unpacks to; remembered. Raises FileNotFoundError."""
        known = self._unzipped.get(digest)
        if known is None:
            known = self._unzipped[digest] = self.contents(digest).unzipped_bytes
        return known

    @property
    def total_bytes(self) -> int:
        """All zips here, each once, however often it was published."""
        return sum(path.stat().st_size for path in self._kept())

    def unpacked(self, digest: str) -> Path:
        """The folder with the zip's files, unpacked when first asked for.

        Raises FileNotFoundError, InvalidZipFileException (the blob is no longer what was put).
        """
        folder = self._unpacked / digest
        if folder.is_dir():
            return folder
        with self._unpacking.setdefault(digest, threading.Lock()):
            if not folder.is_dir():
                with open(self._blob(digest), "rb") as file, new_folder(folder) as beside:
                    try:
                        unpack(file, beside)
                    except InvalidParameterValueException:
                        raise InvalidZipFileException("Lambda could not unzip the deployment package.") from None
        return folder

    def sweep(self, keep: Collection[str], *, idle_s: float = IDLE_S) -> int:
        """Remove every zip, and every unpacked folder, but those of the digests to ``keep`` and those put within ``idle_s``; gives the bytes of the zips.

        ``keep`` is everything that any lab with this home uses: what is deployed, what its tables name.
        """
        return self._remove([path.stem for path in self._kept() if path.stem not in keep], time.time() - idle_s)

    def discard(self, digests: Collection[str], *, before: float) -> int:
        """Remove these zips and their folders, those put again since ``before`` (of ``time.time``) left out; gives the bytes of the zips."""
        return self._remove(list(digests), before)

    def _remove(self, digests: list[str], before: float) -> int:
        freed = 0
        with locked(self._lock, shared=False):
            for digest in digests:
                blob = self._blob(digest)
                if not blob.exists() or blob.stat().st_mtime > before:
                    continue
                freed += blob.stat().st_size
                blob.unlink()
                self._unzipped.pop(digest, None)
            for folder in self._unpacked.iterdir():
                if not folder.name.startswith(HALF) and not self._blob(folder.name).exists():
                    remove(folder)
        return freed

    def _kept(self) -> list[Path]:
        return [path for path in self._blobs.glob("*.zip") if not path.name.startswith(HALF)]

    def _is_whole(self, digest: str, size: int) -> bool:
        """Whether the blob is there; one that a machine's end has cut short is written anew."""
        try:
            return self._blob(digest).stat().st_size == size
        except FileNotFoundError:
            return False

    def _blob(self, digest: str) -> Path:
        return self._blobs / f"{digest}.zip"


def _read(data: bytes) -> tuple[str, Contents]:
    """The hex digest of a zip and what it holds, every member of it read to its end. Raises InvalidParameterValueException."""
    if len(data) < LARGE_BYTES:
        return _digest(data), _looked_through(data)
    with ThreadPoolExecutor(1, thread_name_prefix="serverless-lab-hash") as beside:
        hashing = beside.submit(_digest, data)
        held = _looked_through(data)
        return hashing.result(), held


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _looked_through(data: bytes) -> Contents:
    held = contents(io.BytesIO(data))
    verify(io.BytesIO(data))
    return held


def code_sha256(digest: str) -> str:
    """A hex digest as AWS writes it: CodeSha256, in base64."""
    return base64.b64encode(bytes.fromhex(digest)).decode()
