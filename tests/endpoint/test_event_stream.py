"""Streamed answers, read by botocore's own decoder."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.eventstream import EventStream
from botocore.parsers import create_parser

from kernel_runtime.endpoint.protocol import Protocol
from kernel_runtime.endpoint.service import lambda_service

PROTOCOL = Protocol()
EVENTS = [
    {"PayloadChunk": {"Payload": b"\0\xff" * 50_000}},
    {"PayloadChunk": {"Payload": b""}},
    {"InvokeComplete": {"ErrorCode": "Unhandled", "ErrorDetails": '{"errorMessage":"é"}', "LogResult": None}},
]


class _Body:
    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    def stream(self) -> Iterator[bytes]:
        yield from self._chunks


def decoded(chunks: list[bytes]) -> list[dict[str, object]]:
    shape = lambda_service().operation_model("InvokeWithResponseStream").output_shape
    return list(EventStream(_Body(chunks), shape.members["EventStream"], create_parser("rest-json")._event_stream_parser, "InvokeWithResponseStream"))


def test_botocore_reads_the_frames_whole_and_in_pieces() -> None:
    answer = PROTOCOL.write("InvokeWithResponseStream", {"StatusCode": 200, "ExecutedVersion": "$LATEST", "EventStream": EVENTS})
    assert answer.headers == {"Content-Type": "application/vnd.amazon.eventstream", "X-Amz-Executed-Version": "$LATEST"}
    assert answer.frames is not None
    sent = b"".join(answer.frames)
    expected = [*EVENTS[:2], {"InvokeComplete": {"ErrorCode": "Unhandled", "ErrorDetails": '{"errorMessage":"é"}'}}]
    assert decoded([sent]) == expected
    assert decoded([sent[at : at + 7] for at in range(0, len(sent), 7)]) == expected


def test_one_event_alone_is_the_same_frame() -> None:
    frames = list(PROTOCOL.write("InvokeWithResponseStream", {"EventStream": EVENTS}).frames or ())
    assert frames == [PROTOCOL.frame("InvokeWithResponseStream", event) for event in EVENTS]


def test_the_answer_may_name_the_content_type_and_have_no_events() -> None:
    answer = PROTOCOL.write("InvokeWithResponseStream", {"ResponseStreamContentType": "text/plain"})
    assert (answer.status, answer.headers, list(answer.frames or ())) == (200, {"Content-Type": "text/plain"}, [])
    assert PROTOCOL.write("InvokeWithResponseStream", {"StatusCode": 204}).headers == {}
