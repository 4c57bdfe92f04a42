"""Layers: numbered versions of a bundle, merged into one /opt (AWS: "Managing Lambda dependencies with layers")."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..model.errors import InvalidParameterValueException
from ..model.limits import UNZIPPED_MAX_BYTES
from ..model.names import ACCOUNT, REGION
from .bundles import bundle_from_source
from .store import Store, sweep, take_place, write_whole

_NAME = re.compile(r"[a-zA-Z0-9-_]{1,140}")
_ARN = re.compile(r"arn:aws:lambda:([^:]+):(\d{12}):layer:([a-zA-Z0-9-_]{1,140}):(\d+)", re.ASCII)


class Layers:
    """Layer versions under ``home``. An index file is replaced whole; merged /opt folders are kept by what they are made of."""

    def __init__(self, home: Path) -> None:
        self._store = Store(home)
        self._index_path = home / "layers.json"
        self._merged = home / "opt"
        self._merged.mkdir(exist_ok=True)
        self._merged.chmod(0o755)
        sweep(self._merged)
        self._changing = threading.Lock()
        self._index = self._read_index()

    def publish(self, name: str, content: Mapping[str, bytes] | bytes | Path | str) -> str:
        """A new version of layer ``name``, from a folder, a zip's bytes, or file names with their bytes; gives its ARN. Numbers are never used again.

        Raises InvalidParameterValueException, RequestTooLargeException.
        """
        if not _NAME.fullmatch(name):
            raise InvalidParameterValueException(f"A layer's name has 1-140 letters, digits, - and _: {name!r} has not")
        digest = self._store.put(bundle_from_source(Path(content) if isinstance(content, str) else content, ""))
        with self._changing, self._alone():
            index = self._read_index()
            versions = index.setdefault(name, [])
            versions.append(digest)
            write_whole(self._index_path, json.dumps(index).encode())
            self._index = index
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{name}:{len(versions)}"

    def merged(self, arns: Sequence[str]) -> Path | None:
        """One folder with the layers' files in order, the later over the earlier; None where there are no layers. Raises InvalidParameterValueException."""
        if not arns:
            return None
        digests = self._digests(arns)
        folder = self._merged / hashlib.sha256("".join(digests).encode()).hexdigest()
        if not folder.is_dir():
            beside = Path(tempfile.mkdtemp(dir=self._merged, prefix="half-"))
            try:
                for digest in digests:
                    _lay_over(self._store.unpacked(digest), beside)
                if sum(path.stat().st_size for path in beside.rglob("*") if path.is_file()) > UNZIPPED_MAX_BYTES:
                    raise InvalidParameterValueException(f"Unzipped size must be smaller than {UNZIPPED_MAX_BYTES} bytes")
                take_place(beside, folder)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        return folder

    def _digests(self, arns: Sequence[str]) -> list[str]:
        digests: list[str] = []
        seen: dict[str, str] = {}
        for arn in arns:
            match = _ARN.fullmatch(arn) if isinstance(arn, str) else None
            if match and match[1] != REGION:
                raise InvalidParameterValueException(f"Layers are not in the same region as the function. Layers are expected to be in region {REGION}.")
            versions = self._versions(match[3], int(match[4])) if match and match[2] == ACCOUNT else []
            if match is None or not 1 <= int(match[4]) <= len(versions):
                raise InvalidParameterValueException(f"Layer version {arn} does not exist.")
            if match[3] in seen:
                raise InvalidParameterValueException(
                    "Two different versions of the same layer are not allowed to be referenced in the same function. "
                    f"{seen[match[3]]} and {arn} are versions of the same layer."
                )
            seen[match[3]] = arn
            digests.append(versions[int(match[4]) - 1])
        return digests

    def _versions(self, name: str, wanted: int) -> list[str]:
        """A layer's digests by version; another lab with this home may have published since the index was read."""
        if len(self._index.get(name, [])) < wanted:
            self._index = self._read_index()
        return self._index.get(name, [])

    def _read_index(self) -> dict[str, list[str]]:
        try:
            index: dict[str, list[str]] = json.loads(self._index_path.read_bytes())
        except FileNotFoundError:
            return {}
        return index

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold off other labs with this home."""
        handle = os.open(self._index_path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _lay_over(layer: Path, folder: Path) -> None:
    """Put a layer's files into ``folder``, over what lies there. Hard links: a layer is on disk once, however many merges hold it."""
    for source in sorted(layer.rglob("*")):
        target = folder / source.relative_to(layer)
        if source.is_dir():
            if target.is_file():
                target.unlink()
            target.mkdir(exist_ok=True)
            continue
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        os.link(source, target)
