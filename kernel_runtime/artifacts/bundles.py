"""What becomes a function's code or a layer: a module's text, a folder, file names with their bytes, or a zip, which stays the very bytes that it is.

All but a zip become a canonical one, which depends on names, bytes and who may run them alone.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model.errors import InvalidParameterValueException
from .sizes import check_unpacked, check_zipped
from .zips import EMPTY_ZIP, check_tree, plain_name

Source = str | bytes | Mapping[str, bytes] | Path
_SKIPPED_FOLDERS = {"__pycache__", ".git", ".ipynb_checkpoints"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PROGRAMS = (b"#!", b"\x7fELF")
"""How a file begins that somebody means to run; names with bytes carry no permissions."""


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    executable: bool


def zip_from_source(source: Source, handler: str = "") -> bytes:
    """The zip of any form that ``Lab.function`` takes. ``handler`` names the file of a bare module's text. A zip's own bytes are given back unread.

    Raises InvalidParameterValueException (a folder that is not there, a name that leaves it, over 250 MB, nothing in it),
    RequestEntityTooLargeException (a zip over 50 MB).
    """
    if isinstance(source, str):
        return _zip({module_file(handler): _File(source.encode("utf-8", "surrogatepass"), False)})
    if isinstance(source, Path):
        return _zip(_files_of(source))
    if isinstance(source, Mapping):
        return canonical_zip(source)
    if not isinstance(source, bytes | bytearray | memoryview):
        raise InvalidParameterValueException(f"a source is a module's text, a folder as pathlib.Path, files by name, or a zip as bytes, not {source!r}")
    check_zipped(len(source))
    return bytes(source)


def canonical_zip(files: Mapping[str, bytes]) -> bytes:
    """A zip that depends on names and bytes alone; a file that begins as a program does may be run."""
    return _zip({name: _File(bytes(data), bytes(data[:4]).startswith(_PROGRAMS)) for name, data in files.items()})


def module_file(handler: str) -> str:
    """``dir/index.handler`` lives in ``dir/index.py``; a package's ``pkg.mod.f`` in ``pkg/mod.py``."""
    module = handler.rpartition(".")[0] or handler
    parts = [part for part in module.replace("\0", "").replace("\\", "").replace(".", "/").split("/") if part]
    return "/".join(parts or ["index"]) + ".py"


def _files_of(folder: Path) -> dict[str, _File]:
    """Every file below ``folder``; caches and repositories left out, links to files followed."""
    if not folder.is_dir():
        raise InvalidParameterValueException(f"{folder} is not a folder")
    files: dict[str, _File] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if _SKIPPED_FOLDERS.intersection(relative.parts):
            continue
        if path.is_symlink() and path.is_dir():
            raise InvalidParameterValueException(f"{path} is a link to a folder: put the folder itself there")
        if path.is_file():
            total += path.stat().st_size
            check_unpacked(total)
            files[relative.as_posix()] = _File(path.read_bytes(), bool(path.stat().st_mode & 0o111))
    return files


def _zip(files: Mapping[str, _File]) -> bytes:
    check_unpacked(sum(len(file.data) for file in files.values()))
    if not files:
        raise InvalidParameterValueException(EMPTY_ZIP)
    plain = {plain_name(name): file for name, file in files.items()}
    check_tree({name: len(file.data) for name, file in plain.items()})
    return _written(sorted(plain.items()))


def _written(files: Iterable[tuple[str, _File]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = (0o100755 if file.executable else 0o100644) << 16
            info.create_system = 3
            archive.writestr(info, file.data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
