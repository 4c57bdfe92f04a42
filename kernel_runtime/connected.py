"""A lab that runs elsewhere, used through its AWS door: ``Lab.connect(url)``. What AWS's API carries is here, and what its journal tells (``watch``)."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from .account.account import ready_role_arn
from .artifacts.bundles import Source, zip_from_source
from .control.controller import AccountView, FunctionView
from .fleet.base import Enforcement
from .journal import report
from .journal.cost import invocation_usd
from .journal.journal import Journal
from .model import limits
from .model.errors import InvalidParameterValueException, LabError, ResourceNotFoundException
from .model.event import asynchronous_event_bytes, event_bytes
from .model.function import Function
from .model.invocation import InvocationRecord
from .model.names import ACCOUNT, REGION
from .model.network import Traffic as NetworkTraffic
from .outcome import FunctionError, Outcome, payload_of
from .runtimes import catalog
from .sources.traffic import Traffic
from .sources.view import SourceView
from .watch import FRESH_S, Watch

if TYPE_CHECKING:
    from .endpoint.remote import Remote
    from .triggers.link import Link

_SETTINGS = {"handler": "Handler", "runtime": "Runtime", "memory_mb": "MemorySize", "timeout_s": "Timeout", "description": "Description", "layers": "Layers"}
_BILLED = re.compile(r"Billed Duration: (\d+) ms\tMemory Size: (\d+) MB|\"billedDurationMs\":(\d+),\"memorySizeMB\":(\d+)")


class ConnectedLab:
    """``access_key`` and ``secret`` are the other lab's (``lab.credentials.owner``, or what ``serverless-lab serve`` prints)."""

    def __init__(self, url: str, access_key: str, secret: str, region: str = REGION) -> None:
        self.endpoint_url = url.rstrip("/")
        self._access_key, self._secret, self._region = access_key, secret, region
        self._account = access_key if access_key.isdigit() and len(access_key) == 12 else ACCOUNT
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

    def function(
        self,
        name: str,
        source: Source,
        *,
        handler: str = "index.handler",
        runtime: str | None = None,
        memory_mb: int = limits.MEMORY_DEFAULT_MB,
        timeout_s: int = limits.TIMEOUT_DEFAULT_S,
        ephemeral_mb: int = limits.EPHEMERAL_DEFAULT_MB,
        reserved_concurrency: int | None = None,
        variables: Mapping[str, str] | None = None,
        layers: Sequence[str] = (),
        packages: str = "lambda",
        description: str = "",
        snap_start: bool = False,
    ) -> ConnectedFunction:
        """Create the function there, or put this code and configuration in place of what it had; see ``Lab.function``. By several calls of the API, one after
        another: what is refused halfway leaves what came before. In force when it returns. Raises AwsError."""
        if packages != "lambda":
            raise InvalidParameterValueException("a lab elsewhere has no packages of this notebook: put them into a layer")
        code = zip_from_source(source, handler)
        settings = {
            "FunctionName": name, "Runtime": runtime or catalog.default_runtime(), "Handler": handler, "MemorySize": memory_mb, "Timeout": timeout_s,
            "EphemeralStorage": {"Size": ephemeral_mb}, "Environment": {"Variables": dict(variables or {})}, "Layers": list(layers), "Description": description,
            "SnapStart": {"ApplyOn": "PublishedVersions" if snap_start else "None"},
        }  # fmt: skip
        try:
            self.get(name)
        except ResourceNotFoundException:
            self._call("create_function", Role=ready_role_arn(self._account), Code={"ZipFile": code}, **settings)
            self._remote.wait("function_active_v2", FunctionName=name)
        else:
            self._call("update_function_code", FunctionName=name, ZipFile=code)
            self._remote.wait("function_updated_v2", FunctionName=name)
            self._call("update_function_configuration", **settings)
            self._remote.wait("function_updated_v2", FunctionName=name)
        return ConnectedFunction(self, name).configure(reserved_concurrency=reserved_concurrency)

    def delete(self, name: str) -> None:
        """Delete a function there. Raises ResourceNotFoundException."""
        self._call("delete_function", FunctionName=name)

    @property
    def layers(self) -> Any:
        """Raises LabError: the layers of a lab elsewhere are there."""
        raise LabError(f'the layers of the lab at {self.endpoint_url} are published and listed by its API: boto3("lambda").publish_layer_version(…)')

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

    @property
    def journal(self) -> Journal:
        """What has happened there, as ``Lab.journal`` tells of a lab here; read anew whenever it is asked for. The keys must be the account's own."""
        self._watch.update(FRESH_S)
        return self._watch.journal

    def now(self) -> float:
        """Seconds of the clock that the journal's entries carry."""
        return self._watch.now()

    def view(self, name: str) -> FunctionView:
        """How a function stands at this moment. Raises ResourceNotFoundException."""
        return self._watch.standing(name).view

    def sources(self, name: str | None = None) -> list[SourceView]:
        """What calls functions there by itself, and how each stands: all, or those of one function."""
        return [view for view in self._watch.sources() if name is None or view.function == name]

    def network(self, name: str) -> NetworkTraffic:
        """What a function has moved through the door there. Raises ResourceNotFoundException."""
        return self._watch.standing(name).network

    def account(self) -> AccountView:
        """How the account stands."""
        return self._watch.account()

    def configuration(self, name: str) -> Function:
        """A function's configuration as calls meet it now. Raises ResourceNotFoundException."""
        return self._watch.standing(name).configuration

    def records(self, name: str | None = None) -> Iterator[InvocationRecord]:
        """What is known here of invocations that ran there, oldest first."""
        return (record for record in self._watch.records() if name is None or record.function == name)

    def logs(self, name: str, limit: int | None = None) -> str:
        """The log of the last ``limit`` invocations (all that are known where None), as CloudWatch Logs would show it. Raises ResourceNotFoundException."""
        self.get(name)
        self._watch.update()
        held = [record for record in self._watch.journal.logged() if record.function == name]
        return "".join(report.log_text(record) for record in (held[-limit:] if limit else held))

    def traffic(self, function: ConnectedFunction, arrivals: Iterator[float], event: Any = None, qualifier: str | None = None, **options: Any) -> Traffic:
        """See ``Lab.traffic``."""
        return Traffic(partial(function.ainvoke, qualifier=qualifier) if qualifier else function.ainvoke, arrivals, event, **options)

    def doctor(self) -> tuple[Enforcement, ...]:
        """Nothing: what is enforced is told on the machine that enforces it (``serverless-lab doctor``)."""
        return ()

    @cached_property
    def _watch(self) -> Watch:
        return Watch(self._remote)

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        """Raises AwsError as the lab itself would, LabError where nothing answers."""
        return self._remote.call(operation, request)


class ConnectedFunction:
    """One function of a lab elsewhere."""

    def __init__(self, lab: ConnectedLab, name: str) -> None:
        self._lab = lab
        self.name = name

    @property
    def configuration(self) -> Function:
        """The configuration as it is now. Raises ResourceNotFoundException when the function has been deleted."""
        return self._lab.configuration(self.name)

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: what a user should know of how a function runs is known where it runs."""
        return ()

    def logs(self, limit: int | None = None) -> str:
        """See ``ConnectedLab.logs``."""
        return self._lab.logs(self.name, limit)

    def invoke(self, event: Any = None, qualifier: str | None = None) -> ConnectedOutcome:
        """See ``FunctionHandle.invoke``."""
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = self._lab._call("invoke", FunctionName=self.name, Payload=event_bytes(event), LogType="Tail", **more)
        return ConnectedOutcome(self._lab, self.name, answer)

    async def ainvoke(self, event: Any = None, qualifier: str | None = None) -> ConnectedOutcome:
        """``invoke`` from an event loop."""
        return await asyncio.to_thread(self.invoke, event, qualifier)

    def send(self, event: Any = None, qualifier: str | None = None) -> str:
        """See ``FunctionHandle.send``."""
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = self._lab._call("invoke", FunctionName=self.name, InvocationType="Event", Payload=asynchronous_event_bytes(event), **more)
        return str(answer["ResponseMetadata"]["RequestId"])

    @property
    def url(self) -> Link:
        """See ``FunctionHandle.url``."""
        from .triggers import http

        return http.url(self._lab, self.name)

    def on_http(self, route: str | None = None, **more: Any) -> Link:
        """See ``FunctionHandle.on_http``."""
        from .triggers import http

        return http.on_http(self._lab, self.name, route, **more)

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

    def delete(self) -> None:
        """See ``ConnectedLab.delete``."""
        self._lab.delete(self.name)

    def __repr__(self) -> str:
        return f"<function {self.name} at {self._lab.endpoint_url}>"


class ConnectedOutcome:
    """What Invoke answered. ``log``: its last 4 KB. ``start``: "cold" where they tell of an init, "restored" where of a restore, else "warm". ``whole``: with
    the invocation's record."""

    notes: tuple[str, ...] = ()

    def __init__(self, lab: ConnectedLab, function: str, answer: dict[str, Any]) -> None:
        self._lab = lab
        self.function = function
        self.raw: bytes = answer["Payload"].read()
        self.request_id: str = answer["ResponseMetadata"]["RequestId"]
        self.executed_version: str = answer.get("ExecutedVersion", "")
        self.ok = "FunctionError" not in answer
        self.log = base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace")
        cold = "Init Duration" in self.log or "initDurationMs" in self.log
        restored = "Restore Duration" in self.log or "restoreDurationMs" in self.log
        self.start = "restored" if restored else "cold" if cold else "warm"

    @cached_property
    def payload(self) -> Any:
        return payload_of(self.raw)

    @cached_property
    def error(self) -> FunctionError | None:
        return None if self.ok else FunctionError.of(self.payload)

    @property
    def report(self) -> str:
        """The REPORT line; empty where the log is JSON."""
        return next((line for line in reversed(self.log.splitlines()) if line.startswith("REPORT ")), "")

    @property
    def cost_usd(self) -> float:
        """USD by the published prices, of what REPORT says."""
        found = _BILLED.search(self.log)
        billed_ms, memory_mb = (int(figure) for figure in found.groups() if figure) if found else (0, 0)
        return invocation_usd(billed_ms, memory_mb)

    def whole(self) -> Outcome:
        """The same as of a lab here: log, report and record are the invocation's own. Raises LabError where the journal there no longer holds it."""
        found = next((record for record in reversed(list(self._lab.records(self.function))) if record.request_id == self.request_id), None)
        if found is None:
            raise LabError("the lab there no longer knows of this invocation")
        return Outcome(found, self.raw)

    def __repr__(self) -> str:
        return f"<Outcome {self.function} {self.start} {self.payload!r}>"
