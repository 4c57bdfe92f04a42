"""The HTTP/1.1 connection: uvicorn's own, except that what it cannot read is refused in AWS's form, and a body cut short by a closed connection is answered."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import h11
from h11._readers import ContentLengthReader
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.h11_impl import H11Protocol

from .arrival import AS_SENT
from .denials import IncompleteBody


class DoorProtocol(H11Protocol):
    """One connection of the door's. A head that does not come, or stops, is waited for no longer than the next request of a kept connection would be."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._note_spelling()
        self._await_head()

    def _note_spelling(self) -> None:
        """Let each request's scope have its headers' names as they were sent (``scope["state"][AS_SENT]()``): ASGI has them in lower case alone."""
        state = self.app_state = {**self.app_state}
        next_event = self.conn.next_event

        def noting() -> Any:
            event = next_event()
            if isinstance(event, h11.Request):
                state[AS_SENT] = event.headers.raw_items
            return event

        self.conn.next_event = noting  # type: ignore[method-assign]

    def data_received(self, data: bytes) -> None:
        if self._passes(data):
            return
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self._await_head()

    def _passes(self, data: bytes) -> bool:
        """Whether ``data`` was from the middle of a body whose length is known, and has gone straight to who reads it. h11 would copy it four times, which
        for a package of 50 MB takes longer than hashing it; it is told of what has passed by its count of what is left. A body's last piece goes through it."""
        reader, cycle = getattr(self.conn, "_reader", None), self.cycle
        if not isinstance(reader, ContentLengthReader) or len(data) >= reader._remaining or self.conn._receive_buffer or cycle is None:
            return False
        if self.conn.their_state is not h11.SEND_BODY or self.conn.our_state is h11.DONE:
            return False
        reader._remaining -= len(data)
        cycle.body += data
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()
        return True

    def _await_head(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def send_400_response(self, msg: str) -> None:
        self._refuse("BadRequestException", msg)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The sender has said its last. Within a body that is a refusal; after it, the answer is still sent before the connection closes."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        if self.conn.their_state is h11.SEND_BODY:
            if not cycle.response_started:
                self._refuse(IncompleteBody.__name__, "The request body terminated unexpectedly")
            return False
        cycle.keep_alive = False
        return True

    def _refuse(self, error: str, message: str) -> None:
        """Nothing, where an answer has begun: then closing the connection is all that can be said."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE} and not self.transport.is_closing():
            body = json.dumps({"message": message}).encode()
            headers = [
                (b"Content-Type", b"application/json"),
                (b"Content-Length", str(len(body)).encode()),
                (b"Connection", b"close"),
                (b"x-amzn-RequestId", str(uuid.uuid4()).encode()),
                (b"x-amzn-ErrorType", error.encode()),
            ]
            response = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
