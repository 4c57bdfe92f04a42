"""Zips for tests, good ones and bad."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

BAD = "Could not unzip uploaded file. Please check your file, then try to upload again."


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, modes: Mapping[str, int] | None = None) -> bytes:
    """A zip of ``files``; modes: what stat would say of some of them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def patched(data: bytes, local: int, directory: int, value: bytes) -> bytes:
    """``data`` with ``value`` at these offsets of its first member's header and of its entry in the directory."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", local), (b"PK\x01\x02", directory)):
        start = data.index(mark) + at
        changed[start : start + len(value)] = value
    return bytes(changed)


def overlapping(count: int) -> bytes:
    """A zip whose ``count`` entries all have the bytes of one member."""
    data = zip_of({"a" * 8: bytes(1_000)})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    entries = b"".join(entry.replace(b"a" * 8, b"%08d" % number) for number in range(count))
    tail = bytearray(data[end:])
    tail[8:10] = tail[10:12] = count.to_bytes(2, "little")
    tail[12:16] = len(entries).to_bytes(4, "little")
    return data[:start] + entries + bytes(tail)
