"""Lambda's REST protocol without any I/O: a request read, a result written, an error written.

    protocol = Protocol()
    call = protocol.read("POST", "/2015-03-31/functions/hello/invocations", "", {"x-amz-log-type": "Tail"}, b"{}")
    call.operation, call.request        # "Invoke", {"FunctionName": "hello", "LogType": "Tail", "Payload": b"{}"}
    protocol.write(call.operation, {"StatusCode": 200, "Payload": b"null", "ExecutedVersion": "$LATEST"})
    protocol.refuse(ResourceNotFoundException("Function not found: …"))

Everything comes from botocore's model, compiled for an operation at its first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..model.errors import AwsError
from .event_stream import Framer, framer_of
from .parse import Reader, reader_of
from .refusals import Refusals
from .response import Response
from .routes import Query, Route, Routes, query_of
from .serialise import Writer, writer_of
from .service import lambda_service
from .validate import Validator, validator_of


class Call(NamedTuple):
    """One request: ``operation`` is botocore's name of it, ``request`` holds botocore's member names, blobs as bytes, timestamps as datetimes."""

    operation: str
    request: dict[str, Any]


class Protocol:
    """The one door to this room's reading and writing. Threads may share it."""

    def __init__(self) -> None:
        self._service = lambda_service()
        self.operations: tuple[str, ...] = tuple(self._service.operation_names)
        self._routes = Routes(self._service.operation_model(name) for name in self.operations)
        self._refusals = Refusals(self._service.error_shapes)
        self._readers: dict[str, tuple[Reader, Validator]] = {}
        self._writers: dict[str, Writer] = {}
        self._framers: dict[str, Framer] = {}

    def route(self, method: str, path: str, query: str) -> str:
        """The operation's name alone, before its body has come (its bound and its authorisation depend on it). Raises as ``read`` does."""
        return self._routes.find(method, path, query_of(query)).operation

    def read(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Call:
        """A request, parsed and validated. ``path`` and ``query`` are still URL-encoded, ``headers`` have lower-case names.

        Raises AccessDeniedException (no such operation), SerializationException (unreadable), ValidationException and, where AWS answers so,
        InvalidParameterValueException (``departures``); never anything but AwsError.
        """
        asked: Query = query_of(query)
        route: Route = self._routes.find(method, path, asked)
        parse, validate = self._readers.get(route.operation) or self._compile_reader(route.operation)
        request = parse(route.labels, asked, headers, body)
        validate(request)
        return Call(route.operation, request)

    def write(self, operation: str, result: dict[str, Any]) -> Response:
        """The answer to ``operation``: ``result`` has botocore's member names. A stream's events are {name: members}; they become ``frames``."""
        return (self._writers.get(operation) or self._compile_writer(operation))(result)

    def refuse(self, error: AwsError) -> Response:
        """The answer that an error is."""
        return self._refusals.write(error)

    def frame(self, operation: str, event: dict[str, Any]) -> bytes:
        """One event of ``operation``'s stream as bytes, for whoever sends them as they come."""
        framer = self._framers.get(operation)
        if framer is None:
            shape = self._service.operation_model(operation).output_shape
            framer = self._framers.setdefault(operation, framer_of(shape.members[shape.serialization["payload"]]))
        return framer(event)

    def _compile_reader(self, operation: str) -> tuple[Reader, Validator]:
        model = self._service.operation_model(operation)
        return self._readers.setdefault(operation, (reader_of(model), validator_of(model)))

    def _compile_writer(self, operation: str) -> Writer:
        return self._writers.setdefault(operation, writer_of(self._service.operation_model(operation)))
