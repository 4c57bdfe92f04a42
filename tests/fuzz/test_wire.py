"""What the kernel's side and the worker host say: round trips, any cut, any bytes; and a real host whose conversation breaks off."""

from __future__ import annotations

import itertools
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.slots import Slots
from kernel_runtime.wire import KINDS, MESSAGE_MAX_BYTES, VERSION, Decoder, Died, Hello, Interrupt, Measured, Start, Stop, Welcome, WireError, decode, encode

ROOT = Path(__file__).parents[2]
TEXT = st.text(max_size=20)
MESSAGES = st.one_of(
    st.builds(Hello, st.integers(), TEXT, TEXT, st.lists(TEXT, max_size=3)),
    st.builds(
        Start, st.integers(), st.integers(), st.integers(), TEXT, TEXT, TEXT, st.integers(), st.integers(), st.floats(0, 900), st.booleans(),
        st.lists(TEXT, max_size=3), st.dictionaries(TEXT, TEXT | st.integers(), max_size=3),
    ),
    st.builds(Interrupt, st.integers()),
    st.builds(Stop, st.integers()),
    st.builds(Welcome, st.integers(), st.lists(st.lists(TEXT, max_size=4), max_size=3), st.lists(TEXT, max_size=3), st.booleans()),
    st.builds(Died, st.integers(), st.integers(), TEXT, st.integers(), st.integers(), TEXT),
    st.builds(Measured, st.integers(), st.floats(0, 100), st.floats(0, 100)),
)  # fmt: skip
START = Start(1, 1, 1, sys.executable, "/", "", 128, 512, 10.0, False, [], {"variables": {}, "import_paths": [], "extra_paths": [], "sdk_paths": []})


def heard(pieces: list[bytes]) -> list[object]:
    decoder = Decoder()
    return [message for piece in pieces for message in decoder.feed(piece)]


def test_every_kind_of_message_is_tried() -> None:
    assert {Hello, Start, Interrupt, Stop, Welcome, Died, Measured} == set(KINDS.values())


@given(st.lists(MESSAGES, max_size=4), st.lists(st.integers(0, 3_000), max_size=8))
def test_messages_are_the_same_however_they_are_cut(messages: list[object], cuts: list[int]) -> None:
    whole = b"".join(map(encode, messages))
    at = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    assert heard([whole[a:b] for a, b in itertools.pairwise(at)]) == messages


def test_a_conversation_cut_at_every_byte() -> None:
    messages = [Hello(VERSION, "best", "/tmp/x", []), START, Stop(1)]
    whole = b"".join(map(encode, messages))
    for cut in range(len(whole) + 1):
        assert heard([whole[:cut], whole[cut:]]) == messages
        assert heard([whole[:cut]]) == messages[: len(heard([whole[:cut]]))]
    assert heard([whole[i : i + 1] for i in range(len(whole))]) == messages


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_bytes_give_messages_or_a_wire_error(pieces: list[bytes]) -> None:
    try:
        heard(pieces)
    except WireError:
        pass


@given(MESSAGES, st.data())
def test_a_wrong_byte_is_another_message_or_a_wire_error(message: object, data: st.DataObject) -> None:
    spoilt = bytearray(encode(message))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        heard([bytes(spoilt)])
    except WireError:
        pass


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"3", b"{}", b'{"kind":"Nobody"}', b'{"kind":["Stop"]}', b'{"kind":"Stop"}', b'{"kind":"Stop","environment":"1"}',
     b'{"kind":"Stop","environment":true}', b'{"kind":"Stop","environment":1,"more":2}', b"\xff", b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_message_is_a_wire_error(body: bytes) -> None:
    with pytest.raises(WireError):
        decode(body)


def test_an_absurd_length_is_refused_before_its_bytes_are_there() -> None:
    with pytest.raises(WireError, match="is the most"):
        Decoder().feed(struct.pack("<I", MESSAGE_MAX_BYTES + 1))


@contextmanager
def host() -> Iterator[tuple[socket.socket, subprocess.Popen[bytes]]]:
    ours, theirs = socket.socketpair()
    program = "import sys; sys.path.insert(0, sys.argv[1]); from kernel_runtime.host.__main__ import main; main(int(sys.argv[2]))"
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", program, str(ROOT), str(theirs.fileno())], pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
    theirs.close()
    try:
        yield ours, process
    finally:
        ours.close()
        process.kill()
        process.wait()


@pytest.mark.parametrize("part", [0.0, 0.05, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("words", ["greeting", "order"])
def test_a_host_whose_conversation_breaks_off_goes_and_leaves_nothing(words: str, part: float, tmp_path: Path) -> None:
    work_dir = tmp_path / f"serverless-lab-{os.getpid()}-wire"
    work_dir.mkdir()
    hello, slots, bell = encode(Hello(VERSION, "portable", str(work_dir), [])), Slots.make()[0], os.eventfd(0)
    said = hello[: int(len(hello) * part)] if words == "greeting" else encode(START)[: int(len(encode(START)) * part)]
    with host() as (ours, process):
        if words == "order":
            socket.send_fds(ours, [hello], [slots, bell])
            assert isinstance(heard([ours.recv(65_536)])[0], Welcome)
            if said:
                ours.sendall(said)  # and its descriptors never come
        elif said:
            socket.send_fds(ours, [said], [slots, bell])
        ours.shutdown(socket.SHUT_WR)
        assert process.wait(20) == 0, process.stderr and process.stderr.read().decode()
    assert not work_dir.exists() or not list(work_dir.iterdir())


@pytest.mark.parametrize("bytes_said", [b"\xff" * 64, struct.pack("<I", 2**32 - 1), encode(Stop(1)), struct.pack("<I", 2) + b"{}"])
def test_a_host_that_hears_nonsense_goes(bytes_said: bytes) -> None:
    with host() as (ours, process):
        ours.sendall(bytes_said)
        assert process.wait(20) == 0, process.stderr and process.stderr.read().decode()
