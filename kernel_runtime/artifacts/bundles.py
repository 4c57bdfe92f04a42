"""What becomes a function's code: a module's text, a folder, or a zip, by Lambda's rules (AWS: "Lambda quotas", ".zip file archives").

A bundle is file names with their bytes. Nothing is written here.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ..model import limits
from ..model.errors import InvalidParameterValueException, RequestTooLargeException

Bundle = dict[str, bytes]
_BAD_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
_TOO_LARGE = f"Unzipped size must be smaller than {limits.UNZIPPED_MAX_BYTES} bytes"
_SKIPPED_FOLDERS = {"__pycache__", ".git", ".ipynb_checkpoints"}


def bundle_from_source(source: str | bytes | Mapping[str, bytes] | Path, handler: str) -> Bundle:
    """The bundle of any form that ``Lab.function`` takes. ``handler`` names the file of a bare module's text.

    Raises InvalidParameterValueException (a bad or too large zip, a folder that is not there), RequestTooLargeException (a zip over 50 MB).
    """
    if isinstance(source, str):
        return {module_file(handler): source.encode()}
    if isinstance(source, Path):
        return bundle_from_folder(source)
    if isinstance(source, Mapping):
        return _checked({name: bytes(data) for name, data in source.items()})
    return bundle_from_zip(source)


def module_file(handler: str) -> str:
    """``dir/index.handler`` lives in ``dir/index.py``; a package's ``pkg.mod.f`` in ``pkg/mod.py``."""
    module = handler.rpartition(".")[0] or handler
    return module.replace(".", "/") + ".py"


def bundle_from_folder(folder: Path) -> Bundle:
    """Every file below ``folder``; caches and repositories left out."""
    if not folder.is_dir():
        raise InvalidParameterValueException(f"{folder} is not a folder")
    bundle: Bundle = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not _SKIPPED_FOLDERS.intersection(relative.parts):
            bundle[relative.as_posix()] = path.read_bytes()
    return _checked(bundle)


def bundle_from_zip(data: bytes) -> Bundle:
    """The files of a zip. Refuses links, encrypted members, paths that leave the folder, and what unpacks to more than 250 MB, by counting real bytes."""
    if len(data) > limits.ZIPPED_MAX_BYTES:
        raise RequestTooLargeException(f"Zipped size must be smaller than {limits.ZIPPED_MAX_BYTES} bytes")
    bundle: Bundle = {}
    left = limits.UNZIPPED_MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                if stat.S_ISLNK(member.external_attr >> 16) or member.flag_bits & 0x1:
                    raise InvalidParameterValueException(_BAD_ZIP)
                with archive.open(member) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise InvalidParameterValueException(_TOO_LARGE)
                bundle[member.filename] = content
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as why:
        if isinstance(why, InvalidParameterValueException):
            raise
        raise InvalidParameterValueException(_BAD_ZIP) from None
    except Exception as why:
        if type(why).__module__ == "zlib":
            raise InvalidParameterValueException(_BAD_ZIP) from None
        raise
    return _checked(bundle)


def _checked(bundle: Bundle) -> Bundle:
    if sum(map(len, bundle.values())) > limits.UNZIPPED_MAX_BYTES:
        raise InvalidParameterValueException(_TOO_LARGE)
    for name in bundle:
        path = PurePosixPath(name)
        if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
            raise InvalidParameterValueException(_BAD_ZIP)
    return bundle
