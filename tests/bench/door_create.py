"""create_function with a zip of 40 MB, against writing and hashing 40 MB: by boto3, and as a request that was encoded and signed beforehand.

boto3 itself takes a multiple of the floor: base64, JSON and a signature over 56 MB, before a byte is sent. So its row stands beside what it takes with a
server that answers a constant, and the door's own part is told by the second row.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kernel_runtime import Lab

from .constant import ONCE, constant_client, constant_server, side_by_side
from .row import Row

SIZE = 40 * 1024 * 1024
_TIMES = 7
_ROLE = "arn:aws:iam::000000000000:role/serverless-lab"


class _Creating:
    """What each turn creates anew: ``prepare`` makes it, and waits until what the last turn left behind is done."""

    def __init__(self, lab: Lab, home: Path) -> None:
        self._lab, self._file = lab, home / "floor"
        self._number = 0
        self.content = self.package = b""
        self._request = AWSRequest()

    def prepare(self) -> None:
        while any(record.latest.state == "Pending" for record in list(self._lab.account_of_notebook.functions.values())):
            time.sleep(0.01)
        self._number += 1
        self.content, self.package = os.urandom(SIZE), _package()
        settings = {"FunctionName": f"signed-{self._number}", "Runtime": "python3.13", "Role": _ROLE, "Handler": "index.handler"}
        body = json.dumps({**settings, "Code": {"ZipFile": base64.b64encode(self.package).decode()}}).encode()
        self._request = AWSRequest("POST", f"{self._lab.endpoint_url}/2015-03-31/functions", {"Content-Type": "application/json"}, body)
        owner = self._lab.credentials.owner
        SigV4Auth(Credentials(owner.access_key, owner.secret), "lambda", "us-east-1").add_auth(self._request)

    def write(self) -> None:
        hashlib.sha256(self.content).digest()
        with self._file.open("wb") as file:
            file.write(self.content)
            os.fsync(file.fileno())

    def by(self, aws: object) -> Callable[[], object]:
        def create() -> None:
            name = f"large-{self._number}"
            aws.create_function(FunctionName=name, Runtime="python3.13", Role=_ROLE, Handler="index.handler", Code={"ZipFile": self.package})  # type: ignore[attr-defined]

        return create

    def signed(self) -> None:
        url = urlsplit(self._request.url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port)
        connection.request("POST", url.path, self._request.body, dict(self._request.headers.items()))
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        connection.close()


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as home, Lab(home) as lab, constant_server(b"{}") as url:
        creating = _Creating(lab, Path(home))
        bodies = (creating.write, creating.by(constant_client(url)), creating.by(lab.boto3("lambda", config=ONCE)), creating.signed)
        floor, constant, created, signed = side_by_side(_TIMES, *bodies, before=creating.prepare)
    told = f"hashing and writing 40 MB {floor:.0f} ms"
    both = f"{told} + boto3 to a constant {constant:.0f} ms"
    figure = created / (floor + constant)
    own = signed / floor
    return [
        Row("create_function by boto3, zip of 40 MB, p50", f"{created:.0f} ms", both, f"{figure:.2f}×", "≤ 1.5×", figure <= 1.5),
        Row("the same request, signed beforehand, p50", f"{signed:.0f} ms", told, f"{own:.2f}×", "≤ 3×", own <= 3),
    ]


def _package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
        archive.writestr("data.bin", os.urandom(SIZE - 1_000))
    return buffer.getvalue()
