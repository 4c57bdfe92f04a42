"""Clients that do not keep to HTTP, or stop in the middle, over bare sockets to a lab's door: each is answered in AWS's form or cut off, none is waited for
without end, and nothing of them stays."""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel_runtime import Lab
from kernel_runtime.endpoint import server
from kernel_runtime.endpoint.operations import operations
from kernel_runtime.endpoint.protocol import Protocol
from kernel_runtime.endpoint.server import Door
from kernel_runtime.endpoint.wording import Wording

from .operations.conftest import create
from .resources import Held, back_to
from .state import digest_of
from .wire import Wire

IDLE_S = 0.2
INVOKE = b"POST /2015-03-31/functions/there/invocations HTTP/1.1\r\nHost: localhost\r\n"
CREATE = b"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n"


class Watched:
    """A lab with a door that waits a short while only for what does not come."""

    def __init__(self, lab: Lab, door: Door) -> None:
        self.lab, self.door = lab, door
        self.before, self.digest = Held.at_rest(), digest_of(lab)
        now, owner = datetime.now(UTC), lab.credentials.owner.access_key
        scope = f"{owner}/{now:%Y%m%d}/us-east-1/lambda/aws4_request"
        self.claim = f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\nX-Amz-Date: {now:%Y%m%dT%H%M%SZ}\r\n".encode()

    def answer(self, data: bytes, *, then: str = "wait") -> bytes:
        """What comes back for ``data``. then: "wait" for it, "shut" the sending side first, or be "gone" at once."""
        at = urlsplit(self.door.url)
        with socket.create_connection((at.hostname, at.port), timeout=10) as conn:
            try:
                conn.sendall(data)
                if then == "gone":
                    return b""
                if then == "shut":
                    conn.shutdown(socket.SHUT_WR)
                return self._read(conn)
            except (BrokenPipeError, ConnectionResetError):
                return b""
            except OSError as why:
                if why.errno != errno.ENOTCONN:  # cut off before it could be shut
                    raise
                return b""

    def _read(self, conn: socket.socket) -> bytes:
        """One answer, or all until the end where it announces no length. Fails when nothing comes for ten seconds."""
        said = b""
        while chunk := conn.recv(65_536):
            said += chunk
            head, whole, body = said.partition(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), None)
            if whole and length is not None and len(body) >= length:
                return head + whole + body[:length]
        return said

    def expect_refusal(self, said: bytes) -> None:
        """Nothing (cut off), or an error as AWS's front says it; and all is as it was."""
        if said:
            head, _, body = said.partition(b"\r\n\r\n")
            status = int(head.split()[1])
            assert 400 <= status < 500, said
            assert b"x-amzn-errortype: " in head.lower() and b"x-amzn-requestid: " in head.lower(), said
            assert json.loads(body).keys() & {"message", "Message"}, said
        assert digest_of(self.lab) == self.digest

    def still_serves(self) -> None:
        wire = Wire(self.door.url, self.lab.credentials.owner)
        assert wire.send("POST", "/2015-03-31/functions/there/invocations", body=b"1").body == b"1"
        wire.close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    protocol = Protocol()
    with Lab(tmp_path_factory.mktemp("home")) as lab:
        create(lab.boto3("lambda"), "there")
        with Door(lab.accounts.get, operations(protocol.operations), Wording(protocol), lab.credentials, body_idle_s=IDLE_S) as door:
            first = Watched(lab, door)
            first.still_serves()
            yield Watched(lab, door)


HEADS = {
    "nothing": b"\r\n\r\n",
    "no request line": b"hello\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40) + b"\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/3.0": b"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n",
    "a method in lower case": b"post /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "spaces in the path": b"GET /a b c HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "NUL in the path": b"GET /%00\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path of another host": b"GET http://example.com/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "the whole server": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tunnel": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n",
    "another's host": b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "a header without a colon": INVOKE + b"Nonsense\r\n\r\n",
    "a header without a name": INVOKE + b": x\r\n\r\n",
    "a folded header": INVOKE + b"X-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
    "NUL in a header": INVOKE + b"X-A: \x00\r\n\r\n",
    "a head without end": INVOKE + b"X-A: " + b"a" * 200_000,
    "ten thousand headers": INVOKE + b"X-A: 1\r\n" * 10_000 + b"\r\n",
    "a negative length": INVOKE + b"Content-Length: -1\r\n\r\n",
    "a length in words": INVOKE + b"Content-Length: ten\r\n\r\n",
    "a length in other digits": INVOKE + "Content-Length: ١\r\n\r\n".encode(),
    "a length beyond all bounds": INVOKE + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
    "two lengths": INVOKE + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n11",
    "a length and chunks": INVOKE + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": INVOKE + b"Transfer-Encoding: zip\r\n\r\n",
}


@pytest.mark.parametrize("data", HEADS.values(), ids=HEADS.keys())
def test_what_is_no_request(watched: Watched, data: bytes) -> None:
    watched.expect_refusal(watched.answer(data, then="shut"))
    watched.still_serves()


BODIES = {
    "a chunk that stops": b"Transfer-Encoding: chunked\r\n\r\n5\r\n12",
    "chunks that stop": b"Transfer-Encoding: chunked\r\n\r\n2\r\n12\r\n",
    "no chunk at all": b"Transfer-Encoding: chunked\r\n\r\n",
    "a chunk of no size": b"Transfer-Encoding: chunked\r\n\r\nx\r\n12\r\n0\r\n\r\n",
    "a chunk of a negative size": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n12\r\n0\r\n\r\n",
    "a chunk of a size beyond all bounds": b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n12\r\n0\r\n\r\n",
    "a chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n1\r\n123\r\n0\r\n\r\n",
    "a trailer that stops": b"Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nX-A: ",
    "a length that stops": b"Content-Length: 10\r\n\r\n12",
    "a length that never begins": b"Content-Length: 10\r\n\r\n",
    "a length over the bound": b"Content-Length: 70167212\r\n\r\n",
    "a wait for leave": b"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
}


@pytest.mark.parametrize("then", ["wait", "shut", "gone"])
@pytest.mark.parametrize("head", [INVOKE, CREATE], ids=["Invoke", "CreateFunction"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_bodies_that_stop(watched: Watched, head: bytes, body: bytes, then: str) -> None:
    said = watched.answer(head + watched.claim + body, then=then)
    watched.expect_refusal(said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"))
    watched.still_serves()


@settings(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([INVOKE, CREATE]), st.binary(max_size=60), st.integers(0, 400), st.sampled_from(["shut", "gone"]))
def test_any_bytes_after_any_part_of_a_request(watched: Watched, head: bytes, noise: bytes, end: int, then: str) -> None:
    whole = head + watched.claim + b"Content-Length: 2\r\n\r\n{}"
    watched.expect_refusal(watched.answer(whole[:end] + noise, then=then))


def test_many_who_stop_at_once_hold_nobody_up(watched: Watched) -> None:
    at = urlsplit(watched.door.url)
    stopped = [socket.create_connection((at.hostname, at.port), timeout=10) for _ in range(200)]
    for number, conn in enumerate(stopped):
        conn.sendall((INVOKE + watched.claim + b"Content-Length: 10\r\n\r\n12")[: 40 + number * 2])
    watched.still_serves()
    for conn in stopped:
        conn.close()


@pytest.mark.parametrize("begun", [b"", b"POST /2015", INVOKE])
def test_a_head_that_never_ends_is_not_waited_for(watched: Watched, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    protocol = Protocol()
    monkeypatch.setattr(server, "KEEP_ALIVE_S", IDLE_S)
    with Door(watched.lab.accounts.get, operations(protocol.operations), Wording(protocol), watched.lab.credentials) as door:
        at = urlsplit(door.url)
        with socket.create_connection((at.hostname, at.port), timeout=10) as conn:
            conn.sendall(begun)
            assert conn.recv(1) == b""


def test_nothing_is_left_of_them(watched: Watched) -> None:
    held = back_to(watched.before)
    assert held.no_more_than(watched.before), f"{watched.before} before, {held} after"
