"""One folder's contents into another: what a snapshot's init has left in /tmp, for each environment that is restored from it. Links stay links; what is
neither file, folder nor link is left out."""

from __future__ import annotations

import os
import stat

_CHUNK_BYTES = 1 << 20
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def copy_folder(source: int, target: str) -> None:
    """``source``: an open folder. What may not be read is left out. Raises OSError where ``target`` takes no more."""
    with os.scandir(source) as entries:
        for entry in list(entries):
            try:
                _copy(entry.name, entry.stat(follow_symlinks=False), source, f"{target}/{entry.name}")
            except PermissionError:
                pass


def _copy(name: str, status: os.stat_result, folder: int, target: str) -> None:
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(name, dir_fd=folder), target)
        return
    if not stat.S_ISDIR(status.st_mode) and not stat.S_ISREG(status.st_mode):
        return
    source = os.open(name, _OPEN, dir_fd=folder)
    try:
        if stat.S_ISDIR(status.st_mode):
            os.mkdir(target)
            copy_folder(source, target)
        else:
            _copy_file(source, target)
    finally:
        os.close(source)
    os.chmod(target, stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _copy_file(source: int, path: str) -> None:
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        while os.sendfile(target, source, None, _CHUNK_BYTES):  # type: ignore[arg-type]
            pass
    finally:
        os.close(target)
