"""What Lambda takes as a zip (AWS: ".zip file archives"): read as a directory first, believed only as far as its bytes bear it out, unpacked under count.

``contents`` reads no member: names, kinds, declared sizes and places are looked at, so that a bomb is refused for the price of its directory.
``unpack`` writes, and counts what really comes.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ..model.errors import InvalidParameterValueException
from .sizes import check_unpacked

BAD_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
EMPTY_ZIP = "Uploaded file must be a non-empty zip"
ENTRIES_MAX = 200_000
"""The lab's own bound: half a million empty files would fit in 50 MB."""
DEFLATE_RATIO_MAX = 1_032
"""No deflate stream unpacks to more times its size: a directory that says so lies."""

_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, NotImplementedError, EOFError, RuntimeError, ValueError)
"""What Python's zip reader raises for archives that are broken or of a kind it does not know."""
_UNREADABLE = (*_BROKEN, OSError)
"""And where an archive sends it to a place that no file has. While files are written an OSError is this machine's."""
_LOCAL_HEADER = struct.Struct("<4s2xHH4xLLLHH")
_LOCAL_MARK = b"PK\x03\x04"
_END = struct.Struct("<4s6xH10x")
_END_MARK = b"PK\x05\x06"
_MANY = 0xFFFF
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_SIZES_FOLLOW = 0x8
_ELSEWHERE = 0xFFFFFFFF
_CHUNK = 1 << 18
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a zip holds. files: plain names to declared bytes; folders: those that it names. unzipped_bytes counts every member, also ones written over."""

    files: dict[str, int]
    folders: tuple[str, ...]
    unzipped_bytes: int


def contents(file: IO[bytes]) -> Contents:
    """What the zip in ``file`` (which can seek) says it holds; no member is unpacked. Raises InvalidParameterValueException in AWS's words."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _looked_at(archive, file)
    except _UNREADABLE:
        raise InvalidParameterValueException(BAD_ZIP) from None


def verify(file: IO[bytes]) -> None:
    """Read every member to its end: sizes and checksums. Raises InvalidParameterValueException."""
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                for _ in _pieces(archive, member):
                    pass
    except _UNREADABLE:
        raise InvalidParameterValueException(BAD_ZIP) from None


def unpack(file: IO[bytes], folder: Path) -> None:
    """Write the zip's files into ``folder``, which is empty. Folders 755, files 644 or, where the zip says anybody may run them, 755.

    Every size and checksum is held against the directory's. Raises InvalidParameterValueException, OSError (no room); what has been written is the
    caller's to remove.
    """
    contents(file)
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if _is_top(member):
                    continue
                path = folder / plain_name(member.orig_filename)
                if member.is_dir():
                    _make_folder(path, folder)
                else:
                    _make_folder(path.parent, folder)
                    _write(archive, member, path)
    except _BROKEN:
        raise InvalidParameterValueException(BAD_ZIP) from None


def plain_name(name: str) -> str:
    """``name`` without ``./`` and ``//``. Raises InvalidParameterValueException where it is absolute, leaves the folder, or is none for a file here."""
    path = PurePosixPath(name)
    if not path.name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or _DRIVE.match(name) or not _encodes(name):
        raise InvalidParameterValueException(BAD_ZIP)
    return str(path)


def check_tree(files: dict[str, int], folders: tuple[str, ...] = ()) -> None:
    """Refuse a name that is a file's and a folder's at once."""
    parents = {str(parent) for name in (*files, *folders) for parent in PurePosixPath(name).parents}
    if any(name in parents or name in folders for name in files):
        raise InvalidParameterValueException(BAD_ZIP)


def _looked_at(archive: zipfile.ZipFile, file: IO[bytes]) -> Contents:
    members = archive.infolist()
    if not members:
        raise InvalidParameterValueException(EMPTY_ZIP)
    if len(members) > ENTRIES_MAX or _told_count(archive, file) not in (len(members), _MANY):
        raise InvalidParameterValueException(BAD_ZIP)
    check_unpacked(sum(member.file_size for member in members))
    files: dict[str, int] = {}
    folders: list[str] = []
    for member in members:
        if _is_top(member):
            continue
        name = plain_name(member.orig_filename)
        if member.is_dir():
            folders.append(name)
        else:
            files[name] = member.file_size
        _check_kind(member)
    check_tree(files, tuple(dict.fromkeys(folders)))
    _check_places(members, archive.start_dir, file)
    return Contents(files, tuple(dict.fromkeys(folders)), sum(member.file_size for member in members))


def _told_count(archive: zipfile.ZipFile, file: IO[bytes]) -> int:
    """How many members the end of the zip says there are: a length gone wrong can hide one behind another."""
    file.seek(-(_END.size + len(archive.comment)), os.SEEK_END)
    mark, count = _END.unpack(file.read(_END.size))
    return int(count) if mark == _END_MARK else -1


def _is_top(member: zipfile.ZipInfo) -> bool:
    """``./``: the folder that everything lies in, which some programs list."""
    return member.orig_filename in ("./", ".//")


def _check_kind(member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    plain = kind in (0, stat.S_IFREG, stat.S_IFDIR) and not (member.is_dir() and member.file_size)
    possible = member.file_size <= member.compress_size * DEFLATE_RATIO_MAX and (
        member.compress_type == zipfile.ZIP_DEFLATED or member.file_size == member.compress_size
    )
    if not plain or not possible or member.flag_bits & _ENCRYPTED or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InvalidParameterValueException(BAD_ZIP)


def _check_places(members: list[zipfile.ZipInfo], directory: int, file: IO[bytes]) -> None:
    """Refuse members that share bytes, reach into the directory, or have a header of their own that says otherwise than the directory."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if not end <= member.header_offset < directory:
            raise InvalidParameterValueException(BAD_ZIP)
        file.seek(member.header_offset)
        mark, flags, method, _, packed, unpacked, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        same_sizes = flags & _SIZES_FOLLOW or (packed, unpacked) == (member.compress_size, member.file_size) or _ELSEWHERE in (packed, unpacked)
        if mark != _LOCAL_MARK or method != member.compress_type or flags & _ENCRYPTED or not same_sizes:
            raise InvalidParameterValueException(BAD_ZIP)
        end = member.header_offset + _LOCAL_HEADER.size + name_length + extra_length + member.compress_size
        if end > directory:
            raise InvalidParameterValueException(BAD_ZIP)


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    left = member.file_size
    with archive.open(member) as source:
        while piece := source.read(_CHUNK):
            left -= len(piece)
            yield piece
    if left:
        raise zipfile.BadZipFile("a member is shorter than the directory says")


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with open(handle, "wb", buffering=0) as target:
        for piece in _pieces(archive, member):
            target.write(piece)
        os.fchmod(handle, 0o755 if (member.external_attr >> 16) & 0o111 else 0o644)


def _make_folder(path: Path, top: Path) -> None:
    if path == top or path.is_dir():
        return
    _make_folder(path.parent, top)
    path.mkdir()
    path.chmod(0o755)


def _encodes(name: str) -> bool:
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return False
    return len(encoded) <= 3_500 and all(len(part) <= 255 for part in encoded.split(b"/"))
