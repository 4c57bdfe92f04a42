"""Small real ones of what the door is joined with: a wording that knows paths and payloads, an account that is its own name, a few operations."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from kernel_runtime.endpoint.answer import Answer
from kernel_runtime.endpoint.caller import Caller
from kernel_runtime.endpoint.credentials import Credentials
from kernel_runtime.endpoint.lambda_paths import operation_at
from kernel_runtime.endpoint.operation_table import quick
from kernel_runtime.endpoint.server import Door
from kernel_runtime.model.errors import AwsError, ResourceNotFoundException


@dataclass(frozen=True)
class Read:
    operation: str
    request: dict[str, Any]


class PlainWording:
    """A function's name from the path, an invocation's payload as it is, everything else as JSON."""

    def read(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Read:
        operation = operation_at(method, path)
        if operation is None:
            raise ResourceNotFoundException(f"nothing at {method} {path}")
        pieces = path.split("/")
        named = {"FunctionName": unquote(pieces[3])} if len(pieces) > 3 else {}
        return Read(operation, {**named, "Payload": body, "Type": headers.get("x-amz-invocation-type")})

    def write(self, operation: str, result: Any) -> Answer:
        if operation.startswith("Invoke"):
            return Answer(200, {"Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"}, result["Payload"])
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(result).encode())

    def refuse(self, error: AwsError) -> Answer:
        body = json.dumps({"Type": "User", "message": error.args[0]}).encode()
        return Answer(error.status, {"Content-Type": "application/json", "x-amzn-ErrorType": error.type}, body)


class Operations:
    """Keeps what was invoked; ``GetFunctionConfiguration`` tells who asked, and in which thread it was answered."""

    def __init__(self) -> None:
        self.invoked: list[tuple[str, str, bytes]] = []
        self.arrived = threading.Condition()
        self.together = 0
        self.all_there = asyncio.Event()

    def table(self) -> dict[str, Any]:
        return {
            "Invoke": self.invoke,
            "InvokeWithResponseStream": self.stream,
            "GetFunctionConfiguration": self.configuration,
            "GetFunction": self.fails,
            "GetAccountSettings": self.settings,
        }

    async def invoke(self, account: Any, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        if request["Type"] == "DryRun":
            return {"Payload": b""}
        with self.arrived:
            self.invoked.append((request["FunctionName"], caller.account, request["Payload"]))
            self.arrived.notify_all()
        if request["FunctionName"] == "crowd":
            await self._crowd(int(request["Payload"]))
        return {"Payload": request["Payload"] or b"null"}

    async def _crowd(self, size: int) -> None:
        """Answers when ``size`` invocations are here at once, and not before."""
        self.together += 1
        if self.together == size:
            self.all_there.set()
        await self.all_there.wait()

    async def stream(self, account: Any, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        async def chunks() -> AsyncIterator[bytes]:
            for number in range(3):
                yield f"chunk {number};".encode()

        return {"Payload": chunks()}

    def configuration(self, account: Any, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        arn = f"arn:aws:lambda:{caller.region}:{caller.account}:function:{request['FunctionName'].split(':')[-1]}"
        return {"FunctionArn": arn, "Description": caller.principal, "Handler": threading.current_thread().name}

    def fails(self, account: Any, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        if request["FunctionName"] == "bug":
            raise RuntimeError("a bug of the lab's")
        raise ResourceNotFoundException(f"Function not found: {request['FunctionName']}")

    @quick
    def settings(self, account: Any, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"AccountUsage": {"FunctionCount": len(threading.current_thread().name)}}


@contextmanager
def open_door(**more: Any) -> Iterator[tuple[Door, Operations]]:
    operations = Operations()
    credentials = more.pop("credentials", None) or Credentials()
    with Door(lambda account, region: (account, region), operations.table(), PlainWording(), credentials, **more) as door:
        yield door, operations
