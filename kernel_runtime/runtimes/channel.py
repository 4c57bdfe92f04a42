"""Frames between a caller and an environment's process; sans-IO.

Every frame is a little-endian length (4 bytes) and a body. A request is a small JSON head (what the context object needs) and the event's bytes, which nobody
but the handler's runtime parses. A reply is a fixed head (kind, times, memory), an error type and the response's bytes.
"""

from __future__ import annotations

import json
import struct
from typing import NamedTuple, Optional

READY, INIT_FAILED, ANSWER, FAILED = 1, 2, 3, 4
BODY_MAX_BYTES = 8 * 1024 * 1024

_LENGTH = struct.Struct("<I")
_HEAD = struct.Struct("<H")
_REPLY = struct.Struct("<BqqIH")


class ChannelError(Exception):
    """Bytes that are no frame."""


class Request(NamedTuple):
    """One invocation as the environment sees it. ``payload`` is the event's JSON text; ``deadline_epoch_ms`` is of the Unix epoch."""

    request_id: str
    arn: str
    deadline_epoch_ms: int
    trace_id: str
    client_context: str
    cognito_identity: str
    payload: bytes


class Reply(NamedTuple):
    """How an init or an invocation went. Times in ns, memory in KiB; ``payload`` is the response or the error as JSON."""

    kind: int
    duration_ns: int = 0
    cpu_ns: int = 0
    max_rss_kb: int = 0
    error_type: str = ""
    payload: bytes = b""


def encode_request(request: Request) -> bytes:
    """One request frame."""
    head = json.dumps(request[:-1], ensure_ascii=False).encode()
    return b"".join((_LENGTH.pack(_HEAD.size + len(head) + len(request.payload)), _HEAD.pack(len(head)), head, request.payload))


def decode_request(body: bytes) -> Request:
    """A request frame's body. Raises ChannelError."""
    try:
        (size,) = _HEAD.unpack_from(body)
        start = _HEAD.size + size
        return Request(*json.loads(body[_HEAD.size : start]), body[start:])
    except (struct.error, ValueError, TypeError) as why:
        raise ChannelError(f"no request: {why}") from None


def encode_reply(reply: Reply) -> bytes:
    """One reply frame."""
    error_type = reply.error_type.encode("utf-8", "replace")[:1_000]
    size = _REPLY.size + len(error_type) + len(reply.payload)
    head = _REPLY.pack(reply.kind, reply.duration_ns, reply.cpu_ns, min(reply.max_rss_kb, 0xFFFFFFFF), len(error_type))
    return b"".join((_LENGTH.pack(size), head, error_type, reply.payload))


def decode_reply(body: bytes) -> Reply:
    """A reply frame's body. Raises ChannelError."""
    try:
        kind, duration_ns, cpu_ns, max_rss_kb, size = _REPLY.unpack_from(body)
        start = _REPLY.size
        error_type = body[start : start + size].decode()
    except (struct.error, UnicodeDecodeError) as why:
        raise ChannelError(f"no reply: {why}") from None
    if kind not in (READY, INIT_FAILED, ANSWER, FAILED) or len(body) < start + size:
        raise ChannelError(f"no reply: kind {kind}")
    return Reply(kind, duration_ns, cpu_ns, max_rss_kb, error_type, body[start + size :])


class Frames:
    """Bytes in, whole frame bodies out. Usable after each body; a ChannelError is final."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._held = 0
        self._wanted: Optional[int] = None

    def feed(self, data: bytes) -> Optional[bytes]:
        """The next body if ``data`` completes it, else None. Bytes beyond it are kept for ``feed(b"")``. Raises ChannelError on an absurd length."""
        self._chunks.append(data)
        self._held += len(data)
        if self._wanted is None:
            if self._held < _LENGTH.size:
                return None
            self._join()
            (self._wanted,) = _LENGTH.unpack_from(self._chunks[0])
            if self._wanted > BODY_MAX_BYTES:
                raise ChannelError(f"a frame of {self._wanted} bytes; {BODY_MAX_BYTES} is the most")
        end = _LENGTH.size + self._wanted
        if self._held < end:
            return None
        self._join()
        whole = self._chunks[0]
        rest = whole[end:]
        self._chunks, self._held, self._wanted = ([rest] if rest else []), len(rest), None
        return whole[_LENGTH.size : end]

    def _join(self) -> None:
        if len(self._chunks) > 1:
            self._chunks = [b"".join(self._chunks)]
