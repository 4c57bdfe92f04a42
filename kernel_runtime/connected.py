"""A lab that runs elsewhere, used through its AWS door: ``Lab.connect(url)``. What AWS's API carries is here; a panel needs the lab itself."""

from __future__ import annotations

import asyncio
import base64
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .model.errors import InvalidParameterValueException
from .model.event import asynchronous_event_bytes, event_bytes
from .model.names import REGION
from .outcome import FunctionError, payload_of

if TYPE_CHECKING:
    from .endpoint.remote import Remote

_SETTINGS = {"handler": "Handler", "runtime": "Runtime", "memory_mb": "MemorySize", "timeout_s": "Timeout", "description": "Description", "layers": "Layers"}


class ConnectedLab:
    """``access_key`` and ``secret`` are the other lab's (``lab.credentials.owner``, or what ``serverless-lab serve`` prints)."""

    def __init__(self, url: str, access_key: str, secret: str, region: str = REGION) -> None:
        self.endpoint_url = url.rstrip("/")
        self._access_key, self._secret, self._region = access_key, secret, region
        self._call("list_functions", MaxItems=1)

    @cached_property
    def _remote(self) -> Remote:
        from .endpoint.remote import Remote

        return Remote(self.endpoint_url, self._access_key, self._secret, self._region)

    def boto3(self, service: str, **more: Any) -> Any:
        """A boto3 client that speaks to that lab. More goes to ``Session.client``."""
        from .endpoint.client import client
        from .endpoint.credentials import Key

        return client(service, self.endpoint_url, Key(self._access_key, self._secret, "", ""), self._region, **more)

    @property
    def functions(self) -> dict[str, ConnectedFunction]:
        """Every function, by name."""
        names: list[str] = []
        marker: dict[str, str] = {}
        while True:
            page = self._call("list_functions", **marker)
            names += [function["FunctionName"] for function in page["Functions"]]
            if "NextMarker" not in page:
                break
            marker = {"Marker": page["NextMarker"]}
        return {name: ConnectedFunction(self, name) for name in names}

    def get(self, name: str) -> ConnectedFunction:
        """The function of this name. Raises ResourceNotFoundException."""
        self._call("get_function_configuration", FunctionName=name)
        return ConnectedFunction(self, name)

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        """Raises AwsError as the lab itself would, LabError where nothing answers."""
        return self._remote.call(operation, request)


class ConnectedFunction:
    """One function of a lab elsewhere."""

    def __init__(self, lab: ConnectedLab, name: str) -> None:
        self._lab = lab
        self.name = name

    @property
    def configuration(self) -> dict[str, Any]:
        """As GetFunctionConfiguration shows it."""
        return {name: value for name, value in self._lab._call("get_function_configuration", FunctionName=self.name).items() if name != "ResponseMetadata"}

    def invoke(self, event: Any = None, qualifier: str | None = None) -> ConnectedOutcome:
        """See ``FunctionHandle.invoke``."""
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = self._lab._call("invoke", FunctionName=self.name, Payload=event_bytes(event), LogType="Tail", **more)
        return ConnectedOutcome(self.name, answer)

    async def ainvoke(self, event: Any = None, qualifier: str | None = None) -> ConnectedOutcome:
        """``invoke`` from an event loop."""
        return await asyncio.to_thread(self.invoke, event, qualifier)

    def send(self, event: Any = None, qualifier: str | None = None) -> str:
        """See ``FunctionHandle.send``."""
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = self._lab._call("invoke", FunctionName=self.name, InvocationType="Event", Payload=asynchronous_event_bytes(event), **more)
        return str(answer["ResponseMetadata"]["RequestId"])

    def configure(self, **changes: Any) -> ConnectedFunction:
        """Change the configuration (memory_mb, timeout_s, handler, runtime, description, layers, variables, ephemeral_mb, reserved_concurrency); in force when
        it returns. Raises AwsError."""
        if "reserved_concurrency" in changes:
            reserved = changes.pop("reserved_concurrency")
            if reserved is None:
                self._lab._call("delete_function_concurrency", FunctionName=self.name)
            else:
                self._lab._call("put_function_concurrency", FunctionName=self.name, ReservedConcurrentExecutions=reserved)
        request: dict[str, Any] = {}
        for name, value in changes.items():
            if name == "variables":
                request["Environment"] = {"Variables": dict(value)}
            elif name == "ephemeral_mb":
                request["EphemeralStorage"] = {"Size": value}
            elif name in _SETTINGS:
                request[_SETTINGS[name]] = value
            else:
                raise InvalidParameterValueException(f"A function has no {name}: it has {', '.join(_SETTINGS)}, variables, ephemeral_mb, reserved_concurrency")
        if request:
            self._lab._call("update_function_configuration", FunctionName=self.name, **request)
            self._lab._remote.wait("function_updated_v2", FunctionName=self.name)
        return self

    def __repr__(self) -> str:
        return f"<function {self.name} at {self._lab.endpoint_url}>"


class ConnectedOutcome:
    """What Invoke answered. ``log``: its last 4 KB. ``start``: "cold" where REPORT tells of an init, "restored" where of a restore, else "warm"."""

    def __init__(self, function: str, answer: dict[str, Any]) -> None:
        self.function = function
        self.raw: bytes = answer["Payload"].read()
        self.executed_version: str = answer.get("ExecutedVersion", "")
        self.ok = "FunctionError" not in answer
        self.log = base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
        self.report = next((line for line in reversed(self.log.splitlines()) if line.startswith("REPORT ")), "")
        self.start = "cold" if "Init Duration" in self.report else "restored" if "Restore Duration" in self.report else "warm"

    @cached_property
    def payload(self) -> Any:
        return payload_of(self.raw)

    @cached_property
    def error(self) -> FunctionError | None:
        return None if self.ok else FunctionError.of(self.payload)

    def __repr__(self) -> str:
        return f"<Outcome {self.function} {self.start} {self.payload!r}>"
