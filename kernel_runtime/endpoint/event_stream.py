"""Frames of ``application/vnd.amazon.eventstream`` (AWS: "Amazon event stream encoding"), in which a streamed invocation is answered.

A frame: total length, length of the headers, CRC-32 of those eight bytes; headers; payload; CRC-32 of all before it. Big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any
from zlib import crc32

from botocore.model import StructureShape

from .json_fragments import structure_of

EVENT_STREAM = "application/vnd.amazon.eventstream"
Framer = Callable[[dict[str, Any]], bytes]
_STRING = 7
_PRELUDE_AND_CHECKSUMS = 16


def framer_of(shape: StructureShape) -> Framer:
    """{event name: its members} -> one frame; ``shape`` is the stream's (botocore: InvokeWithResponseStreamResponseEvent)."""
    payloads = {name: _payload_of(event) for name, event in shape.members.items()}

    def frame(event: dict[str, Any]) -> bytes:
        ((name, members),) = event.items()
        content_type, payload = payloads[name](members)
        return _frame({":event-type": name, ":content-type": content_type, ":message-type": "event"}, payload)

    return frame


def _payload_of(event: StructureShape) -> Callable[[dict[str, Any]], tuple[str, bytes]]:
    raw = next((name for name, member in event.members.items() if member.serialization.get("eventpayload")), None)
    if raw is not None:
        return lambda members: ("application/octet-stream", members.get(raw) or b"")
    write = structure_of(event.members.items())
    return lambda members: ("application/json", write(members).encode("utf-8", "replace"))


def _frame(headers: dict[str, str], payload: bytes) -> bytes:
    head = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    prelude = struct.pack("!II", _PRELUDE_AND_CHECKSUMS + len(head) + len(payload), len(head))
    unchecked = b"".join((prelude, struct.pack("!I", crc32(prelude)), head, payload))
    return unchecked + struct.pack("!I", crc32(unchecked))


def _header(name: bytes, value: bytes) -> bytes:
    return struct.pack("!B", len(name)) + name + struct.pack("!BH", _STRING, len(value)) + value
