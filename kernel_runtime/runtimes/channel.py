"""Frames between a caller and an environment's process; sans-IO.

Every frame is a little-endian length (4 bytes) and a body. A request's body is a fixed head (deadline, lengths), the five texts that the context object
needs in one run, and the event's bytes, which nobody but the handler's runtime parses. A reply's is a fixed head (kind, times, memory), an error type and
the response's bytes.
"""

from __future__ import annotations

import struct
from typing import List, NamedTuple, Optional, Union

READY, INIT_FAILED, ANSWER, FAILED, RESTORED, RESTORE_FAILED = 1, 2, 3, 4, 5, 6
KINDS = frozenset((READY, INIT_FAILED, ANSWER, FAILED, RESTORED, RESTORE_FAILED))
BODY_MAX_BYTES = 8 * 1024 * 1024
"""More than any legal event or response (6 MB) with its head and an error's trace; what says it is longer is no frame."""

Body = Union[bytes, memoryview]
_LENGTH = struct.Struct("<I")
_REQUEST = struct.Struct("<Iq5I")
_REQUEST_HEAD = struct.Struct("<q5I")
_REPLY = struct.Struct("<IBqqIH")
_REPLY_HEAD = struct.Struct("<BqqIH")


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
    """How an init, a restore or an invocation went. Times in ns, memory in KiB; ``payload`` is the response or the error as JSON.

    Of a restore, ``cpu_ns`` is the time by the clock that the process itself took: what is billed.
    """

    kind: int
    duration_ns: int = 0
    cpu_ns: int = 0
    max_rss_kb: int = 0
    error_type: str = ""
    payload: bytes = b""


def encode_request(request: Request) -> bytes:
    """One request frame."""
    one, two, deadline_epoch_ms, three, four, five, payload = request
    texts = (one + two + three + four + five).encode("utf-8", "surrogatepass")
    size = _REQUEST_HEAD.size + len(texts) + len(payload)
    return b"".join((_REQUEST.pack(size, deadline_epoch_ms, len(texts), len(one), len(two), len(three), len(four)), texts, payload))


def decode_request(body: Body) -> Request:
    """A request frame's body. Raises ChannelError."""
    try:
        deadline_epoch_ms, size, one, two, three, four = _REQUEST_HEAD.unpack_from(body)
        at = _REQUEST_HEAD.size + size
        if at > len(body):
            raise ChannelError(f"no request: texts of {size} bytes in {len(body)}")
        texts = str(body[_REQUEST_HEAD.size : at], "utf-8", "surrogatepass")
    except (struct.error, UnicodeDecodeError) as why:
        raise ChannelError(f"no request: {why}") from None
    two += one
    three += two
    four += three
    if four > len(texts):
        raise ChannelError(f"no request: {four} characters in {len(texts)}")
    return Request(texts[:one], texts[one:two], deadline_epoch_ms, texts[two:three], texts[three:four], texts[four:], bytes(body[at:]))


def encode_reply(reply: Reply) -> bytes:
    """One reply frame. An error type over 250 characters is cut."""
    kind, duration_ns, cpu_ns, max_rss_kb, error_type, payload = reply
    name = error_type[:250].encode("utf-8", "replace") if error_type else b""
    size = _REPLY_HEAD.size + len(name) + len(payload)
    return b"".join((_REPLY.pack(size, kind, duration_ns, cpu_ns, min(max_rss_kb, 0xFFFFFFFF), len(name)), name, payload))


def decode_reply(body: Body) -> Reply:
    """A reply frame's body. Raises ChannelError."""
    try:
        kind, duration_ns, cpu_ns, max_rss_kb, size = _REPLY_HEAD.unpack_from(body)
        at = _REPLY_HEAD.size + size
        if kind not in KINDS or len(body) < at:
            raise ChannelError(f"no reply: kind {kind}, {len(body)} bytes")
        error_type = str(body[_REPLY_HEAD.size : at], "utf-8") if size else ""
    except (struct.error, UnicodeDecodeError) as why:
        raise ChannelError(f"no reply: {why}") from None
    return Reply(kind, duration_ns, cpu_ns, max_rss_kb, error_type, bytes(body[at:]))


class Frames:
    """Bytes in, whole frame bodies out. Usable after each body; a ChannelError is final."""

    def __init__(self) -> None:
        self._chunks: List[bytes] = []
        self._held = 0
        self._wanted: Optional[int] = None

    def feed(self, data: bytes) -> Optional[Body]:
        """The next body if ``data`` completes it, else None. Bytes beyond it are kept for ``feed(b"")``. Raises ChannelError on an absurd length."""
        if not self._held and len(data) >= 4 and _LENGTH.unpack_from(data)[0] == len(data) - 4:
            if len(data) - 4 > BODY_MAX_BYTES:
                raise _absurd(len(data) - 4)
            return data[4:]  # the common case: one receive is one frame
        self._chunks.append(data)
        self._held += len(data)
        if self._wanted is None:
            if self._held < 4:
                return None
            self._join()
            (self._wanted,) = _LENGTH.unpack_from(self._chunks[0])
            if self._wanted > BODY_MAX_BYTES:
                raise _absurd(self._wanted)
        end = 4 + self._wanted
        if self._held < end:
            return None
        self._join()
        whole = self._chunks[0]
        rest = whole[end:]
        self._chunks, self._held, self._wanted = ([rest] if rest else []), len(rest), None
        return memoryview(whole)[4:end]

    def _join(self) -> None:
        if len(self._chunks) > 1:
            self._chunks = [b"".join(self._chunks)]


def _absurd(size: int) -> ChannelError:
    return ChannelError(f"a frame of {size} bytes; {BODY_MAX_BYTES} is the most")
