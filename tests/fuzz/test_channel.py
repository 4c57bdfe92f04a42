"""Frames between callers and environments: round trips, any cut, any bytes."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.runtimes.channel import (
    BODY_MAX_BYTES,
    KINDS,
    ChannelError,
    Frames,
    Reply,
    Request,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)

TEXT = st.text(max_size=60)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # a client context may hold half of a surrogate pair
REQUESTS = st.builds(Request, TEXT, TEXT, st.integers(-(2**63), 2**63 - 1), TEXT, ANY_TEXT, ANY_TEXT, st.binary(max_size=2_000))
TIMES = st.integers(0, 2**63 - 1)
REPLIES = st.builds(Reply, st.sampled_from(sorted(KINDS)), TIMES, TIMES, st.integers(0, 2**32 - 1), TEXT, st.binary(max_size=2_000))


def bodies(data: list[bytes]) -> list[bytes]:
    """What a reader gets out of these pieces."""
    frames, found = Frames(), []
    for piece in data:
        body = frames.feed(piece)
        while body is not None:
            found.append(bytes(body))
            body = frames.feed(b"")
    return found


@given(REQUESTS)
def test_a_request_comes_back_as_it_was(request: Request) -> None:
    assert [decode_request(body) for body in bodies([encode_request(request)])] == [request]


@given(REPLIES)
def test_a_reply_comes_back_as_it_was(reply: Reply) -> None:
    assert [decode_reply(body) for body in bodies([encode_reply(reply)])] == [reply]


@given(REQUESTS, REPLIES, st.lists(st.integers(0, 5_000), max_size=8))
def test_frames_are_the_same_however_they_are_cut(request: Request, reply: Reply, cuts: list[int]) -> None:
    whole = encode_request(request) + encode_reply(reply) + encode_request(request)
    at = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    first, second, third = bodies([whole[a:b] for a, b in itertools.pairwise(at)])
    assert decode_request(first) == decode_request(third) == request
    assert decode_reply(second) == reply


def test_a_frame_cut_at_every_byte() -> None:
    request = Request("id", "arn", 1_700_000_000_000, "Root=1", '{"custom":{}}', "", b'{"a": [1, 2, 3]}')
    frame = encode_request(request)
    for cut in range(len(frame) + 1):
        assert [decode_request(body) for body in bodies([frame[:cut], frame[cut:]])] == [request]
    assert [decode_request(body) for body in bodies([frame[i : i + 1] for i in range(len(frame))])] == [request]


def test_a_body_that_ends_early_is_no_request_and_no_reply() -> None:
    body = encode_request(Request("id", "arn", 1, "trace", "client", "identity", b""))[4:]
    for cut in range(len(body)):
        with pytest.raises(ChannelError):
            decode_request(body[:cut])
    body = encode_reply(Reply(1, 2, 3, 4, "Error.Type", b""))[4:]
    for cut in range(len(body)):
        with pytest.raises(ChannelError):
            decode_reply(body[:cut])


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_bytes_give_frames_or_a_channel_error(pieces: list[bytes]) -> None:
    try:
        for body in bodies(pieces):
            for decode in (decode_request, decode_reply):
                try:
                    decode(body)
                except ChannelError:
                    pass
    except ChannelError:
        pass


@given(REQUESTS, REPLIES, st.data())
def test_a_wrong_byte_is_another_frame_or_a_channel_error(request: Request, reply: Reply, data: st.DataObject) -> None:
    for frame, decode in ((encode_request(request), decode_request), (encode_reply(reply), decode_reply)):
        spoilt = bytearray(frame)
        spoilt[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))
        try:
            for body in bodies([bytes(spoilt)]):
                decode(body)  # type: ignore[operator]
        except ChannelError:
            pass


@pytest.mark.parametrize("size", [BODY_MAX_BYTES + 1, 2**32 - 1])
def test_an_absurd_length_is_refused_before_its_bytes_are_there(size: int) -> None:
    head = struct.pack("<I", size)
    for pieces in ([head], [head[:2], head[2:]], [head + b"x"]):
        with pytest.raises(ChannelError, match="is the most"):
            bodies(pieces)


def test_the_largest_event_and_a_response_beyond_the_limit_pass() -> None:
    payload = b"x" * 6_500_000
    frame = encode_reply(Reply(3, payload=payload))
    assert decode_reply(bodies([frame[i : i + 65_536] for i in range(0, len(frame), 65_536)])[0]).payload == payload
    whole = bytes(BODY_MAX_BYTES)
    assert bodies([struct.pack("<I", len(whole)) + whole]) == [whole]
    with pytest.raises(ChannelError):
        bodies([struct.pack("<I", len(whole) + 1) + whole + b"x"])


def test_an_error_type_is_cut_not_refused() -> None:
    assert decode_reply(encode_reply(Reply(4, error_type="ü" * 100_000))[4:]).error_type == "ü" * 250
    assert decode_reply(encode_reply(Reply(4, error_type="a\ud800b"))[4:]).error_type == "a?b"
