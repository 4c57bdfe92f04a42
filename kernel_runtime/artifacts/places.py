"""Writing so that a kill at any byte leaves the old or the new, never half: beside, then renamed. Two labs may work in one folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HALF = "half-"
_ABANDONED_S = 3_600.0
"""What has been half written for so long was left by a process that was killed; younger may be another lab's at work in the same home."""


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put ``data`` at ``path``: whole before it bears its name. durable: on disk before that, so that a machine's end does not cost it either."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=HALF)
    try:
        with open(handle, "wb", buffering=0) as file:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            if durable:
                os.fsync(file.fileno())
        os.chmod(beside, 0o644)
        os.rename(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill, which becomes ``folder`` at the end. Another thread or lab may have been first with the same; then this one goes."""
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=HALF))
    try:
        yield beside
        beside.chmod(0o755)
        try:
            beside.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def sweep_halves(folder: Path) -> None:
    """Remove what killed processes have left half written."""
    for path in folder.glob(HALF + "*"):
        try:
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                remove(path)
        except OSError:
            pass  # another lab has been first


def remove(path: Path) -> None:
    """A file, or a folder with all that it holds: out of sight first, so that nobody finds it half."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    gone = path.parent / f"{HALF}gone-{os.getpid()}-{time.monotonic_ns()}"
    try:
        path.rename(gone)
    except FileNotFoundError:
        return  # another lab has been first
    shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def locked(path: Path, *, shared: bool) -> Iterator[None]:
    """Hold ``path``'s lock against other threads and labs: several may add at once (shared), who removes is alone."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
