"""Signed requests with nothing between a test and the wire: whatever it wants to send is sent, whatever comes back is shown."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials
from botocore.model import OperationModel, Shape

from kernel_runtime.endpoint.credentials import Key

COMMON = {
    "ValidationException": 400,
    "SerializationException": 400,
    "InvalidParameterValueException": 400,
    "AccessDeniedException": 403,
    "InvalidSignatureException": 403,
    "IncompleteSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "UnrecognizedClientException": 403,
    "RequestEntityTooLargeException": 413,
}
"""What AWS's front answers beside an operation's own errors (AWS: "Common errors"); a value that no shape forbids may be refused anywhere."""


@dataclass(frozen=True)
class Answered:
    """``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error(self) -> str:
        return self.headers.get("x-amzn-errortype", "")

    @property
    def message(self) -> str:
        told = json.loads(self.body)
        return str(told.get("message", told.get("Message")))


class Wire:
    """One kept-alive connection to a door, that signs with ``key``. An answer that does not come within ``timeout_s`` fails the test."""

    def __init__(self, url: str, key: Key, timeout_s: float = 30) -> None:
        at = urlsplit(url)
        self._host = at.netloc
        self._signer = SigV4Auth(SigningCredentials(key.access_key, key.secret), "lambda", "us-east-1")
        self._connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=timeout_s)

    def send(self, method: str, path: str, query: str = "", headers: Mapping[str, str] | None = None, body: bytes = b"", *, tail: str = "") -> Answered:
        """``path`` and ``query`` are percent-encoded as they are to be sent. ``tail``: raw header lines that are sent and not signed."""
        target = path + (f"?{query}" if query else "")
        request = AWSRequest(method, f"http://{self._host}{target}", {**(headers or {}), "Host": self._host}, body)
        self._signer.add_auth(request)
        try:
            return self._carried(method, target, request, body, tail)
        except BaseException:
            self.close()  # the next request begins anew
            raise

    def _carried(self, method: str, target: str, request: AWSRequest, body: bytes, tail: str) -> Answered:
        connection = self._connection
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value.encode("utf-8") if isinstance(value, str) else value)
        for line in filter(None, tail.split("\n")):
            connection.putheader(*line.split(": ", 1))
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return Answered(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def close(self) -> None:
        self._connection.close()


def check_documented(operation: OperationModel, answer: Answered) -> None:
    """Fails unless ``answer`` is in the 200-range or an error as AWS documents it: a name and a status of the model or of the common errors, and a body of
    the error's shape."""
    if 200 <= answer.status < 300:
        return
    told = f"{operation.name}: {answer.status} {answer.error} {answer.body[:300]!r}"
    shapes: dict[str, Shape] = {shape.name: shape for shape in operation.service_model.error_shapes}
    own = {shape.name for shape in operation.error_shapes}
    assert answer.error in own or answer.error in COMMON, f"{told}: not an error of this operation"
    assert len(answer.headers.get("x-amzn-requestid", "")) == 36, told
    assert answer.headers.get("content-type") == "application/json", told
    body: dict[str, Any] = json.loads(answer.body)
    shape = shapes.get(answer.error)
    if shape is not None and answer.error in own:
        assert answer.status == shape.metadata["error"]["httpStatusCode"] < 500, told
        assert body.keys() <= {*shape.members, "Type"}, told
    else:
        assert answer.status == COMMON[answer.error], told
        assert body.keys() <= {"message", "Message", "Type"}, told
    assert answer.message, told
