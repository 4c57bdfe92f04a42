"""A large body goes past the parser, and nobody can tell but by its speed."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kernel_runtime import Lab
from kernel_runtime.endpoint.http import DoorProtocol

EVENT = json.dumps(os.urandom(1_000_000).hex()).encode()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        lab.function("digest", source="import hashlib\ndef handler(event, context):\n    return hashlib.sha256(event.encode()).hexdigest()\n")
        lab.get("digest").invoke("")
        yield lab


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the pieces that the parser has not seen."""
    sizes: list[int] = []
    real = DoorProtocol._passes

    def watched(self: DoorProtocol, data: bytes) -> bool:
        passes = real(self, data)
        if passes:
            sizes.append(len(data))
        return passes

    monkeypatch.setattr(DoorProtocol, "_passes", watched)
    return sizes


def head(lab: Lab, body: bytes, *more: str) -> bytes:
    url = urlsplit(lab.endpoint_url)
    request = AWSRequest("POST", f"{lab.endpoint_url}/2015-03-31/functions/digest/invocations", data=body)
    owner = lab.credentials.owner
    SigV4Auth(Credentials(owner.access_key, owner.secret), "lambda", "us-east-1").add_auth(request)
    lines = [f"Host: {url.netloc}", f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in request.headers.items()), *more]
    return "\r\n".join([f"POST {url.path}/2015-03-31/functions/digest/invocations HTTP/1.1", *lines, "", ""]).encode()


def answer(conn: socket.socket) -> tuple[int, bytes]:
    file = conn.makefile("rb")
    status = int(file.readline().split()[1])
    headers = dict(line.decode().lower().strip().split(": ", 1) for line in iter(file.readline, b"\r\n"))
    return status, file.read(int(headers.get("content-length", 0)))


def connected(lab: Lab) -> socket.socket:
    url = urlsplit(lab.endpoint_url)
    return socket.create_connection((url.hostname, url.port), timeout=30)


def digest(body: bytes) -> bytes:
    return f'"{hashlib.sha256(json.loads(body).encode()).hexdigest()}"'.encode()


def test_a_large_body_passes_and_the_next_request_is_read(lab: Lab, passed: list[int]) -> None:
    with connected(lab) as conn:
        for body in (EVENT, b'"small"', EVENT[:1_000_001] + b'"', b'""'):
            conn.sendall(head(lab, body) + body)
            assert answer(conn) == (200, digest(body))
    assert sum(passed) > len(EVENT) // 2


def test_two_requests_in_one_breath(lab: Lab, passed: list[int]) -> None:
    with connected(lab) as conn:
        conn.sendall(head(lab, EVENT) + EVENT + head(lab, b'"next"') + b'"next"')
        assert [answer(conn), answer(conn)] == [(200, digest(EVENT)), (200, digest(b'"next"'))]


def test_who_waits_to_be_asked_for_it(lab: Lab, passed: list[int]) -> None:
    with connected(lab) as conn:
        conn.sendall(head(lab, EVENT, "Expect: 100-continue"))
        assert conn.recv(65_536).startswith(b"HTTP/1.1 100")
        conn.sendall(EVENT)
        assert answer(conn) == (200, digest(EVENT))


def test_one_that_stops_is_refused(lab: Lab, passed: list[int]) -> None:
    with connected(lab) as conn:
        conn.sendall(head(lab, EVENT) + EVENT[:-1])
        conn.shutdown(socket.SHUT_WR)
        status, body = answer(conn)
        assert status == 400 and json.loads(body)["message"] == "The request body terminated unexpectedly"
    assert passed


def test_one_that_was_changed_is_refused(lab: Lab, passed: list[int]) -> None:
    with connected(lab) as conn:
        conn.sendall(head(lab, EVENT) + EVENT[:-2] + b'?"')
        assert answer(conn)[0] == 403
    assert passed
