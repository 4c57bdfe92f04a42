"""The door over real sockets: boto3 on one side, bare sockets where a client misbehaves."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kernel_runtime.endpoint.addresses import Address
from kernel_runtime.endpoint.answer import Answer
from kernel_runtime.endpoint.arrival import Arrival
from kernel_runtime.endpoint.body import Body
from kernel_runtime.endpoint.client import client
from kernel_runtime.endpoint.credentials import Credentials, Key
from kernel_runtime.endpoint.server import Door
from kernel_runtime.model.errors import LabError

from .stand_ins import Operations, open_door

ONCE = Config(retries={"total_max_attempts": 1})
UNREAD = b"POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: localhost\r\n"


class EchoingSites:
    async def __call__(self, address: Address, arrival: Arrival, body: Body, request_id: str) -> Answer:
        return Answer(200, {"Content-Type": "text/plain"}, f"{address.kind} {address.id} {address.region} {address.path} ".encode() + await body.whole())


async def download(arrival: Arrival, body: Body) -> Answer:
    return Answer(200, {"Content-Type": "application/zip"}, b"PK")


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[Door, Operations]]:
    with open_door(body_idle_s=0.3, sites=lambda services: EchoingSites(), open_paths={"snapshots": download}) as both:
        yield both


@pytest.fixture
def door(opened: tuple[Door, Operations]) -> Door:
    return opened[0]


@pytest.fixture
def lambda_client(door: Door) -> Any:
    return client("lambda", door.url, door.credentials, config=ONCE)


def claimed(door: Door, access_key: str = "") -> bytes:
    """Headers of a signature that is whole, though not right."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{access_key or door.credentials.owner.access_key}/{now[:8]}/us-east-1/lambda/aws4_request"
    return f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\nX-Amz-Date: {now}\r\n".encode()


def raw(door: Door, data: bytes, *, half_close: bool = False) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names as sent) and body of the answer to ``data``; fails when the door neither answers nor hangs up in ten seconds."""
    address = urlsplit(door.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as conn:
        conn.sendall(data)
        if half_close:
            conn.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := conn.recv(65536):
            answer += chunk
            head, found, body = answer.partition(b"\r\n\r\n")
            lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            if found and lengths and len(body) >= int(lengths[0].split(b":")[1]):
                break
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


def refused(call: Any, **arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def test_boto3_invokes(lambda_client: Any) -> None:
    answer = lambda_client.invoke(FunctionName="f", Payload=b'{"a": 1}')
    assert answer["Payload"].read() == b'{"a": 1}'
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert answer["ExecutedVersion"] == "$LATEST"
    assert len(headers["x-amzn-requestid"]) == 36 and headers["connection"] == "keep-alive"
    assert {"date", "content-type", "content-length"} <= set(headers) and "server" not in headers


@pytest.mark.parametrize("name", ["plain", "arn:aws:lambda:us-east-1:000000000000:function:f", "a b/ü+%~:'", "..", "a//b"])
def test_names_of_every_kind_are_signed_the_same_on_both_sides(opened: tuple[Door, Operations], name: str) -> None:
    unchecked = client("lambda", opened[0].url, opened[0].credentials, config=Config(parameter_validation=False))
    unchecked.invoke(FunctionName=name, Payload=b"1")
    assert opened[1].invoked[-1][0] == name


def test_account_and_region_are_the_callers(door: Door) -> None:
    other = client("lambda", door.url, door.credentials, region="eu-west-1", account="123456789012")
    assert other.get_function_configuration(FunctionName="f")["FunctionArn"] == "arn:aws:lambda:eu-west-1:123456789012:function:f"
    role = door.credentials.of_role("arn:aws:iam::123456789012:role/r", "f")
    told = client("lambda", door.url, role).get_function_configuration(FunctionName="f")
    assert told["Description"] == "arn:aws:sts::123456789012:assumed-role/r/f"


def test_blocking_operations_run_in_threads_and_awaitable_ones_in_the_loop(door: Door, lambda_client: Any) -> None:
    assert lambda_client.get_function_configuration(FunctionName="f")["Handler"].startswith("lab-door-operation")
    assert lambda_client.get_account_settings()["AccountUsage"]["FunctionCount"] == len("lab-door")


def test_sixty_four_invocations_are_served_at_once(door: Door) -> None:
    one = client("lambda", door.url, door.credentials, config=ONCE)
    with ThreadPoolExecutor(64) as callers:
        answers = list(callers.map(lambda _: one.invoke(FunctionName="crowd", Payload=b"64")["StatusCode"], range(64)))
    assert answers == [200] * 64


def test_streams_arrive_in_pieces() -> None:
    with open_door(credentials=Credentials(accept_any=True)) as (door, _):
        head = b"POST /2021-11-15/functions/f/response-streaming-invocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        status, headers, body = raw(door, head + claimed(door, "anybody") + b"\r\n")
    assert status == 200 and headers["Transfer-Encoding"].lower() == "chunked"
    assert b"chunk 0;" in body and b"chunk 2;" in body and body.endswith(b"0\r\n\r\n")


def test_wrong_keys_are_refused_as_aws_refuses_them(door: Door) -> None:
    stranger = client("lambda", door.url, Key("AKIASTRANGER", "x", "", ""), config=ONCE)
    assert refused(stranger.invoke, FunctionName="f") == (403, "UnrecognizedClientException", "The security token included in the request is invalid.")
    forger = client("lambda", door.url, Key(door.credentials.owner.access_key, "x", "", ""), config=ONCE)
    status, code, message = refused(forger.invoke, FunctionName="f")
    assert (status, code) == (403, "InvalidSignatureException")
    assert message.startswith("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key")


def test_an_unsigned_request_is_a_missing_token_in_lambdas_form(door: Door) -> None:
    status, headers, body = raw(door, b"GET /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (status, headers["x-amzn-ErrorType"]) == (403, "MissingAuthenticationTokenException")
    assert json.loads(body)["message"] == "Missing Authentication Token"
    assert list(headers)[:5] == ["Date", "Content-Type", "Content-Length", "Connection", "x-amzn-RequestId"]


def test_the_signature_of_another_service_is_refused_on_lambdas_paths(door: Door) -> None:
    wrong = client("lambda", door.url, door.credentials, config=ONCE)
    wrong._request_signer._signing_name = "sqs"
    assert refused(wrong.invoke, FunctionName="f") == (403, "InvalidSignatureException", "Credential should be scoped to correct service: 'lambda'. ")


def test_a_bug_of_the_labs_is_a_service_exception(lambda_client: Any, caplog: pytest.LogCaptureFixture) -> None:
    status, code, message = refused(lambda_client.get_function, FunctionName="bug")
    assert (status, code) == (500, "ServiceException") and "a bug of the lab's" in message
    assert refused(lambda_client.get_function, FunctionName="f")[:2] == (404, "ResourceNotFoundException")
    assert refused(lambda_client.list_layers)[:2] == (404, "UnknownOperationException")


def test_a_body_over_awss_bound_is_refused_with_its_text(lambda_client: Any) -> None:
    status, code, message = refused(lambda_client.invoke, FunctionName="f", Payload=b" " * 70_167_212)
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert message == "Request must be smaller than 70167211 bytes for the InvokeFunction operation"


BROKEN_BODIES = {
    "chunks that stop": (b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", False, 408, "RequestTimeoutException"),
    "a length that is not reached": (b"Content-Length: 10\r\n\r\nab", False, 408, "RequestTimeoutException"),
    "chunks cut off": (b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", True, 400, "IncompleteBody"),
    "a length cut off": (b"Content-Length: 10\r\n\r\nab", True, 400, "IncompleteBody"),
    "a chunk of no length": (b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab", False, 400, "BadRequestException"),
    "a huge length": (b"Content-Length: 99999999999\r\n\r\n", False, 413, "RequestEntityTooLargeException"),
}


@pytest.mark.parametrize("how", BROKEN_BODIES)
def test_bodies_that_break_are_answered(door: Door, how: str) -> None:
    rest, half_close, status, error = BROKEN_BODIES[how]
    told, headers, body = raw(door, UNREAD + claimed(door) + rest, half_close=half_close)
    assert (told, headers["x-amzn-ErrorType"], headers["Connection"]) == (status, error, "close")
    assert json.loads(body)["message"] and headers["x-amzn-RequestId"]


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: ten\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"no colon\r\n\r\n",
        b"bad name : x\r\n\r\n",
        b"X: \x00\r\n\r\n",
        b"X: " + b"x" * 100_000,
        b"Transfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_headers_that_are_none_are_answered(door: Door, head: bytes) -> None:
    status, headers, body = raw(door, UNREAD + head)
    assert (status, headers["x-amzn-ErrorType"]) == (400, "BadRequestException")
    assert headers["x-amzn-RequestId"] and json.loads(body)["message"]


@pytest.mark.parametrize("start", [b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_not_http_is_answered(door: Door, start: bytes) -> None:
    assert raw(door, start)[0] == 400


def test_a_strange_host_or_origin_is_refused(door: Door) -> None:
    for line, word in ((b"Host: evil.example", "evil.example"), (b"Host: localhost\r\nOrigin: http://evil.example", "another site")):
        status, headers, body = raw(door, b"GET /2015-03-31/functions HTTP/1.1\r\n" + line + b"\r\n\r\n")
        assert (status, headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
        assert word in json.loads(body)["message"]


def test_a_request_sent_whole_is_answered_though_its_sender_says_no_more(door: Door) -> None:
    assert raw(door, b"GET /snapshots/x HTTP/1.1\r\nHost: localhost\r\n\r\n", half_close=True)[0] == 200


def test_sites_and_open_paths_need_no_signature(door: Door) -> None:
    head = b"POST /any?x=1 HTTP/1.1\r\nHost: abc1.lambda-url.eu-west-1.localhost\r\nContent-Length: 2\r\n\r\nhi"
    assert raw(door, head)[2] == b"lambda-url abc1 eu-west-1 /any hi"
    by_path = b"GET /_execute-api/abc/st%20age/ HTTP/1.1\r\nHost: hub.example\r\nOrigin: http://page.example\r\n\r\n"
    assert raw(door, by_path)[2] == b"execute-api abc  /st%20age/ "
    assert raw(door, b"GET /snapshots/x HTTP/1.1\r\nHost: localhost\r\n\r\n")[2] == b"PK"


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LabError, match="Choose another port"):
        Door(lambda *_: None, {}, None, Credentials(), port=taken.getsockname()[1]).open()  # type: ignore[arg-type]


def test_closing_ends_the_thread_and_frees_the_port_though_a_call_is_in_flight() -> None:
    before = set(threading.enumerate())
    with open_door() as (door, operations):
        waiting = client("lambda", door.url, door.credentials, config=ONCE)
        with ThreadPoolExecutor(1) as callers:
            call = callers.submit(waiting.invoke, FunctionName="crowd", Payload=b"2")
            with operations.arrived:
                operations.arrived.wait_for(lambda: operations.invoked)
            door.close()
            assert isinstance(call.exception(), BotoCoreError | ClientError)
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "lab-door"]
    socket.create_server(("127.0.0.1", urlsplit(door.url).port)).close()
