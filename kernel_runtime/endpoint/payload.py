"""A body on its way to another service: streamed where its hash was named beforehand, else kept (in memory, then on disk) until its signature is proven."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass

from .body import Body
from .denials import XAmzContentSHA256Mismatch

KEPT_IN_MEMORY_BYTES = 4_194_304
CHUNK_BYTES = 262_144


@dataclass(frozen=True)
class Payload:
    """``chunks`` may be walked once; ``digest`` is its SHA-256 in hex or the marker that was signed in its place; ``small`` all of it where that is at hand."""

    chunks: AsyncIterator[bytes]
    length: int | None
    digest: str
    small: bytes | None = None


def streamed(body: Body, digest: str, *, declared: bool) -> Payload:
    """With ``declared`` the stream breaks off with XAmzContentSHA256Mismatch, one chunk before its end, when it turns out to be another body."""
    return Payload(_proven(body, digest) if declared else body.chunks(), body.length, digest)


def nothing() -> Payload:
    """No body at all."""
    return Payload(_once(b""), 0, "", b"")


async def kept(body: Body) -> Payload:
    """All of it, hashed."""
    digest = hashlib.sha256()
    spool = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY_BYTES)  # noqa: SIM115 (closed by the reader of its chunks)
    async for chunk in body.chunks():
        digest.update(chunk)
        spool.write(chunk)
    size = spool.tell()
    spool.seek(0)
    if size <= KEPT_IN_MEMORY_BYTES:
        small = spool.read()
        spool.close()
        return Payload(_once(small), size, digest.hexdigest(), small)
    return Payload(_read(spool), size, digest.hexdigest())


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _read(spool: tempfile.SpooledTemporaryFile[bytes]) -> AsyncIterator[bytes]:
    with spool:
        while chunk := spool.read(CHUNK_BYTES):
            yield chunk


async def _proven(body: Body, expected: str) -> AsyncIterator[bytes]:
    digest, held = hashlib.sha256(), b""
    async for chunk in body.chunks():
        digest.update(chunk)
        if held:
            yield held
        held = chunk
    if digest.hexdigest() != expected:
        raise XAmzContentSHA256Mismatch
    if held:
        yield held
