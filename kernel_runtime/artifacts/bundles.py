"""What becomes a function's code: a module's text, a folder, or a zip, by Lambda's rules (AWS: "Lambda quotas", ".zip file archives").

A bundle is file names with their bytes. Nothing is written here.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ..model import limits
from ..model.errors import InvalidParameterValueException, RequestTooLargeException

Bundle = dict[str, bytes]
_BAD_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
_TOO_LARGE = f"Unzipped size must be smaller than {limits.UNZIPPED_MAX_BYTES} bytes"
_SKIPPED_FOLDERS = {"__pycache__", ".git", ".ipynb_checkpoints"}
_UNREADABLE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What Python's zip reader raises for archives that are broken, encrypted or of a kind it does not know."""


def bundle_from_source(source: str | bytes | Mapping[str, bytes] | Path, handler: str) -> Bundle:
    """The bundle of any form that ``Lab.function`` takes. ``handler`` names the file of a bare module's text.

    Raises InvalidParameterValueException (a bad or too large zip, a folder that is not there), RequestTooLargeException (a zip over 50 MB).
    """
    if isinstance(source, str):
        return _checked({module_file(handler): source.encode("utf-8", "surrogatepass")})
    if isinstance(source, Path):
        return bundle_from_folder(source)
    if isinstance(source, Mapping):
        return _checked({name: bytes(data) for name, data in source.items()})
    return bundle_from_zip(source)


def module_file(handler: str) -> str:
    """``dir/index.handler`` lives in ``dir/index.py``; a package's ``pkg.mod.f`` in ``pkg/mod.py``."""
    module = handler.rpartition(".")[0] or handler
    parts = [part for part in module.replace("\0", "").replace("\\", "").replace(".", "/").split("/") if part]
    return "/".join(parts or ["index"]) + ".py"


def bundle_from_folder(folder: Path) -> Bundle:
    """Every file below ``folder``; caches and repositories left out, links to files followed. Raises InvalidParameterValueException."""
    if not folder.is_dir():
        raise InvalidParameterValueException(f"{folder} is not a folder")
    bundle: Bundle = {}
    left = limits.UNZIPPED_MAX_BYTES
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if _SKIPPED_FOLDERS.intersection(relative.parts):
            continue
        if path.is_symlink() and path.is_dir():
            raise InvalidParameterValueException(f"{path} is a link to a folder: put the folder itself there")
        if path.is_file():
            left -= path.stat().st_size
            if left < 0:
                raise InvalidParameterValueException(_TOO_LARGE)
            bundle[relative.as_posix()] = path.read_bytes()
    return _checked(bundle)


def bundle_from_zip(data: bytes) -> Bundle:
    """The files of a zip. Refuses links, encrypted members, paths that leave the folder, and what unpacks to more than 250 MB, by counting real bytes."""
    if len(data) > limits.ZIPPED_MAX_BYTES:
        raise RequestTooLargeException(f"Zipped size must be smaller than {limits.ZIPPED_MAX_BYTES} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            bundle = _members(archive)
    except _UNREADABLE:
        raise InvalidParameterValueException(_BAD_ZIP) from None
    return _checked(bundle)


def _members(archive: zipfile.ZipFile) -> Bundle:
    bundle: Bundle = {}
    left = limits.UNZIPPED_MAX_BYTES
    for member in archive.infolist():
        if member.is_dir():
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            raise InvalidParameterValueException(_BAD_ZIP)
        with archive.open(member) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise InvalidParameterValueException(_TOO_LARGE)
        bundle[member.filename] = content
    return bundle


def _checked(bundle: Bundle) -> Bundle:
    """The bundle with its names in plain form; refused where a name leaves the folder, or is a file's and a folder's at once."""
    if sum(map(len, bundle.values())) > limits.UNZIPPED_MAX_BYTES:
        raise InvalidParameterValueException(_TOO_LARGE)
    plain: Bundle = {}
    folders: set[str] = set()
    for name, data in bundle.items():
        path = PurePosixPath(name)
        if not path.name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not _encodes(name):
            raise InvalidParameterValueException(_BAD_ZIP)
        plain[str(path)] = data
        folders.update(str(parent) for parent in path.parents)
    if folders.intersection(plain):
        raise InvalidParameterValueException(_BAD_ZIP)
    return plain


def _encodes(name: str) -> bool:
    try:
        return all(len(part) <= 255 for part in name.encode().split(b"/"))
    except UnicodeEncodeError:
        return False
