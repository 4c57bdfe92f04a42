"""Result -> status, headers, body, each where the model puts it. Each operation becomes a closure once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.model import OperationModel, Shape, StructureShape

from .event_stream import EVENT_STREAM, framer_of
from .json_fragments import fragment_of, structure_of
from .response import JSON, Response
from .service import body_members, placed_members, wire_name

Writer = Callable[[dict[str, Any]], Response]
_NO_CONTENT = 204
BESIDE_THE_MODEL = dict.fromkeys(("Invoke", "InvokeWithResponseStream"), (("TraceId", "X-Amzn-Trace-Id"),))
"""Headers that Lambda sends (recorded) and the model does not name: the result's member, the header."""


def writer_of(operation: OperationModel) -> Writer:
    """result -> Response. Members of a result that the shape does not have are left out, so is None.

    The status is the model's ``responseCode`` unless the result holds the member that the shape puts there (Invoke's StatusCode).
    """
    shape = operation.output_shape
    usual = int(operation.http.get("responseCode", 200))
    status_member = next(iter(placed_members(shape, "statusCode")), None)
    headers = [(name, wire_name(name, member)) for name, member in placed_members(shape, "header").items()]
    headers += BESIDE_THE_MODEL.get(operation.name, ())
    if operation.has_event_stream_output:
        return _streaming(shape, usual, status_member, headers)
    body_of = _body_writer(shape)

    def write(result: dict[str, Any]) -> Response:
        status = result.get(status_member, usual) if status_member else usual
        body = b"" if status == _NO_CONTENT else body_of(result)
        sent = {"Content-Type": JSON} if body else {}
        for name, wire in headers:
            value = result.get(name)
            if value is not None:
                sent[wire] = value
        return Response(status, sent, body)

    return write


def _body_writer(shape: StructureShape | None) -> Callable[[dict[str, Any]], bytes]:
    if shape is None:
        return lambda result: b""
    payload = shape.serialization.get("payload")
    if payload is None:
        write = structure_of(body_members(shape).items())
        return lambda result: write(result).encode("utf-8", "replace")
    return _payload_writer(payload, shape.members[payload])


def _payload_writer(name: str, member: Shape) -> Callable[[dict[str, Any]], bytes]:
    if member.type_name == "blob":
        return lambda result: result.get(name) or b""
    write = fragment_of(member)
    return lambda result: write(result[name]).encode("utf-8", "replace") if result.get(name) is not None else b""


def _streaming(shape: StructureShape, usual: int, status_member: str | None, headers: list[tuple[str, str]]) -> Writer:
    stream = shape.serialization["payload"]
    frame = framer_of(shape.members[stream])

    def write(result: dict[str, Any]) -> Response:
        status = result.get(status_member, usual) if status_member else usual
        sent = {} if status == _NO_CONTENT else {"Content-Type": EVENT_STREAM}
        sent.update((wire, result[name]) for name, wire in headers if result.get(name) is not None)
        return Response(status, sent, b"", map(frame, result.get(stream) or ()))

    return write
