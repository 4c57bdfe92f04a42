"""Layers: numbered versions of a bundle, merged into one /opt (AWS: "Managing Lambda dependencies with layers")."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from ..model.errors import InvalidParameterValueException
from ..model.names import ACCOUNT, REGION
from .bundles import Bundle
from .store import Store, publish_readable

_ARN = re.compile(r"arn:aws:lambda:([^:]+):(\d{12}):layer:([a-zA-Z0-9-_]{1,140}):(\d+)")


class Layers:
    """Layer versions under ``home``. An index file is replaced whole; merged /opt folders are kept by what they are made of."""

    def __init__(self, home: Path) -> None:
        self._store = Store(home)
        self._index_path = home / "layers.json"
        self._merged = home / "opt"
        self._merged.mkdir(exist_ok=True)
        self._merged.chmod(0o755)
        self._lock = threading.Lock()
        self._index: dict[str, list[str]] = json.loads(self._index_path.read_text()) if self._index_path.exists() else {}

    def publish(self, name: str, bundle: Bundle) -> str:
        """A new version of layer ``name``; gives its ARN. Numbers are never used again."""
        if not re.fullmatch(r"[a-zA-Z0-9-_]{1,140}", name):
            raise InvalidParameterValueException(f"A layer's name has 1-140 letters, digits, - and _: {name!r} has not")
        digest = self._store.put(bundle)
        with self._lock:
            versions = self._index.setdefault(name, [])
            versions.append(digest)
            beside = self._index_path.with_suffix(".half")
            beside.write_text(json.dumps(self._index))
            beside.rename(self._index_path)
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{name}:{len(versions)}"

    def merged(self, arns: Sequence[str]) -> Path | None:
        """One folder with the layers' files in order, the later over the earlier; None where there are no layers. Raises InvalidParameterValueException."""
        if not arns:
            return None
        digests = self._digests(arns)
        folder = self._merged / hashlib.sha256("".join(digests).encode()).hexdigest()
        if not folder.is_dir():
            beside = Path(tempfile.mkdtemp(dir=self._merged, prefix="half-"))
            for digest in digests:
                shutil.copytree(self._store.unpacked(digest), beside, dirs_exist_ok=True)
            publish_readable(beside)
            try:
                beside.rename(folder)
            except OSError:  # another thread was first
                shutil.rmtree(beside, ignore_errors=True)
        return folder

    def _digests(self, arns: Sequence[str]) -> list[str]:
        digests: list[str] = []
        seen: dict[str, str] = {}
        for arn in arns:
            match = _ARN.fullmatch(arn) if isinstance(arn, str) else None
            versions = self._index.get(match[3], []) if match else []
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
