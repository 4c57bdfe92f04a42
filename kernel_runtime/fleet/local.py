"""This machine: environments in a worker host, each one's socket in the hands of its caller.

Both ends of a channel are made here and the environment's end is sent along with the order to start, so a cold start needs no thread but its caller's, and a
warm call none of the host.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from ..control.facts import EnvironmentDied, HostLost, MachineMeasured
from ..model.errors import LabClosed
from ..model.function import Function
from ..model.invocation import Answer, Cause, Invocation
from ..model.limits import RESTORE_TIMEOUT_S, init_timeout_s
from ..runtimes.catalog import Interpreter
from ..runtimes.channel import ANSWER, INIT_FAILED, READY, RESTORE_FAILED, RESTORED, ChannelError, Reply, Request, encode_request
from ..wire import Died, Interrupt, Measured, Start, Stop
from .base import Ahead, Enforcement, HostFact, Waiting, version_of
from .host_process import HostProcess, sweep_leftovers
from .place import Place
from .plans import interpreter_of, plan_of, shown_folders
from .waits import Settled

SLOTS_MAX = 16_383
_INITIALIZATION: dict[Ahead | None, str] = {None: "on-demand", "provisioned": "provisioned-concurrency", "snapshot": "snap-start"}
_SHORT_S = 0.5
"""A deadline nearer than this is told to the host by the doorbell: it looks at the slots only four times a second."""


class LocalFleet:
    """A fleet on this machine. bundles: a code's hex digest to its folder. layers: ARNs to the merged /opt, or None. remove: folders to remove should
    this process die. sdk_variables: where a function's SDK finds AWS, and with which keys."""

    def __init__(
        self,
        bundles: Callable[[str], Path],
        layers: Callable[[Sequence[str]], Path | None],
        mechanisms: Literal["best", "portable"] = "best",
        remove: Sequence[str] = (),
        sdk_variables: Callable[[Function], Mapping[str, str]] = lambda function: {},
    ) -> None:
        self._bundles = bundles
        self._layers = layers
        self._mechanisms = os.environ.get("SERVERLESS_LAB_MECHANISMS", mechanisms)
        self._remove = list(remove)
        self._sdk_variables = sdk_variables
        self._places: dict[int, Place] = {}
        self._snapshots: dict[tuple[str, str, int], int] = {}
        self._free_slots: list[int] = []
        self._slots_used = 0
        self._changing = threading.RLock()
        self._generation = 0
        self._closed = False
        self._host: HostProcess | None = None
        self._tell: Callable[[HostFact], None] = lambda fact: None

    def open(self, tell: Callable[[HostFact], None]) -> None:
        self._tell = tell
        sweep_leftovers()
        self._begin_host()

    def start(self, environment_id: int, function: Function, *, ahead: Ahead | None = None) -> None:
        with self._changing:
            place = self._places[environment_id] = Place(environment_id, function, self._take_slot(), self._generation, ahead)
        self._begin(place, init_timeout_s(function.timeout_s, ahead is not None), again=False)

    def has_snapshot(self, function: Function) -> bool:
        return version_of(function) in self._snapshots

    def restart(self, environment_id: int, timeout_s: float) -> None:
        place = self._places[environment_id]
        again = place.generation == self._generation
        place.generation = self._generation  # a lost host took the place with it: it is made anew
        self._begin(place, timeout_s, again)

    def initialised(self, environment_id: int) -> Waiting[Answer]:
        place = self._places[environment_id]
        reply = yield from self._reply(place)
        if isinstance(reply, Died) and reply.cause == "refused" and place.restoring:
            self._begin(place, init_timeout_s(place.function.timeout_s, False), again=True, cold=True)  # its snapshot cannot serve it just now
            return (yield from self.initialised(environment_id))
        if isinstance(reply, Died):
            return _ended(reply, place, (time.monotonic() - place.began_s) * 1e3, place.restoring)
        went_well = reply.kind in (READY, RESTORED)
        log = place.take_log()
        if not went_well:
            yield Settled(place.died)
        elif place.ahead:
            place.freeze()  # it may be long before a call comes
        if went_well and place.ahead == "snapshot":
            self._snapshots[version_of(place.function)] = place.number
        return Answer(
            "answered" if went_well else "exit",
            reply.payload,
            reply.error_type or None,
            detail=0 if went_well else place.died.result().detail,
            duration_ms=reply.duration_ns / 1e6,
            max_memory_mb=-(-reply.max_rss_kb // 1_024),
            log=log,
            cpu_ms=0.0 if place.restoring else reply.cpu_ns / 1e6,
            log_stream=place.log_stream,
            restored=place.restoring,
            billed_ms=reply.cpu_ns / 1e6 if place.restoring else 0.0,
        )

    def exchange(self, environment_id: int, invocation: Invocation, timeout_s: float) -> Waiting[Answer]:
        place, host = self._places[environment_id], self._host
        if host is None or place.socket is None or place.generation != self._generation:
            return Answer("lost")
        began = time.monotonic()
        deadline_ms = int((time.time() + timeout_s) * 1_000)
        frame = encode_request(
            Request(
                invocation.request_id, invocation.function_arn, deadline_ms, invocation.trace_id,
                invocation.client_context, invocation.cognito_identity, invocation.payload,
            )
        )  # fmt: skip
        if host.slots.begin(place.slot, began + timeout_s) or timeout_s < _SHORT_S:
            host.ring()
        try:
            place.thaw()
            yield from self._send(place, frame)
            reply = yield from self._reply(place)
        finally:
            host.slots.end(place.slot)
            place.freeze()  # after the slot: a host that steers CPU shares lets nothing go on whose slot is empty
        if isinstance(reply, Died):
            return _ended(reply, place, (time.monotonic() - began) * 1e3)
        return Answer(
            "answered" if reply.kind == ANSWER else "failed",
            reply.payload,
            reply.error_type or None,
            duration_ms=reply.duration_ns / 1e6,
            max_memory_mb=-(-reply.max_rss_kb // 1_024),
            log=place.take_log(),
            cpu_ms=reply.cpu_ns / 1e6,
            log_stream=place.log_stream,
        )

    def interrupt(self, environment_id: int) -> None:
        place, host = self._places.get(environment_id), self._host
        if place is not None and host is not None and place.generation == self._generation:
            host.say(Interrupt(environment_id))

    def stop(self, environment_id: int) -> None:
        with self._changing:
            place = self._places.pop(environment_id, None)
            if place is None:
                return
            if self._host is not None and place.generation == self._generation:
                self._host.say(Stop(environment_id))
                self._free_slots.append(place.slot)
            self._forget_snapshot(place)
            place.close_channel()

    def doctor(self) -> tuple[Enforcement, ...]:
        host = self._host
        if host is None or host.welcome is None:
            raise LabClosed("the lab is closed: make another with Lab()")
        return tuple(Enforcement(*row) for row in host.welcome.rows)

    def close(self) -> None:
        with self._changing:
            if self._closed:
                return
            self._closed = True
            host, self._host = self._host, None
        if host is not None:
            host.close()
        for place in self._places.values():
            place.settle(_lost(place))

    @property
    def host_pid(self) -> int | None:
        """The worker host's process number."""
        return self._host.process.pid if self._host is not None else None

    def _begin_host(self) -> None:
        with self._changing:
            if self._closed:
                return
            self._host = HostProcess(self._mechanisms, self._remove, self._heard, self._host_lost)
            self._generation += 1
            self._snapshots = {}
            self._free_slots, self._slots_used = [], 0

    def _begin(self, place: Place, timeout_s: float, again: bool, cold: bool = False) -> None:
        function, host = place.function, self._host
        if host is None:
            raise LabClosed("the lab is closed: make another with Lab()")
        if not again and place.process:
            with self._changing:
                place.slot = self._take_slot()
        interpreter = interpreter_of(function)
        channel, log = place.open_channel()
        place.began_s = time.monotonic()
        layers = self._layers(function.layers)
        template = 0 if place.ahead or cold else self._snapshots.get(version_of(function), 0)
        place.restoring = bool(template)
        start = Start(
            environment=place.number,
            process=place.process,
            slot=place.slot,
            interpreter=interpreter.executable,
            code=str(self._bundles(function.code_sha256)),
            layers=str(layers) if layers else "",
            memory_mb=function.memory_mb,
            tmp_mb=function.ephemeral_mb,
            init_timeout_s=RESTORE_TIMEOUT_S if template else timeout_s,
            again=again,
            shown=shown_folders(function, interpreter),
            plan=self._restored_plan(place) if template else self._plan(place, interpreter),
            snapshot=place.ahead == "snapshot",
            template=template,
        )
        try:
            host.say(start, [channel, log])
        finally:
            os.close(channel)

    def _plan(self, place: Place, interpreter: Interpreter) -> dict[str, Any]:
        sdk = self._sdk_variables(place.function)
        return plan_of(place.function, interpreter, time.monotonic_ns(), place.log_stream, sdk, _INITIALIZATION[place.ahead])

    def _restored_plan(self, place: Place) -> dict[str, Any]:
        """What a restored process has of its own."""
        return {"began_ns": time.monotonic_ns(), "log_stream": place.log_stream}

    def _forget_snapshot(self, place: Place) -> None:
        if self._snapshots.get(version_of(place.function)) == place.number:
            del self._snapshots[version_of(place.function)]

    def _take_slot(self) -> int:
        if self._free_slots:
            return self._free_slots.pop()
        self._slots_used += 1
        return self._slots_used

    def _send(self, place: Place, frame: bytes) -> Waiting[None]:
        sock = place.socket
        assert sock is not None
        left = memoryview(frame)
        while left:
            try:
                left = left[sock.send(left) :]
            except BlockingIOError:
                yield place.writable
            except OSError:
                return  # its process is dead; whoever reads is told

    def _reply(self, place: Place) -> Waiting[Reply | Died]:
        """The next frame, or the host's word of the process's death."""
        place.waited_on = True
        try:
            while True:
                yield place.readable
                reply = place.receive()
                if reply is not None:
                    place.gives_up = reply.kind in (INIT_FAILED, RESTORE_FAILED)  # its death is awaited too, and news to nobody
                    return reply
        except (EOFError, ChannelError) as why:
            if isinstance(why, ChannelError):
                self.interrupt(place.number)
        finally:
            place.waited_on = False
        if self._closed:
            return _lost(place)
        yield Settled(place.died)
        return place.died.result()

    def _heard(self, message: Any) -> None:
        if isinstance(message, Measured):
            self._tell(MachineMeasured(message.available_mb, message.cpu_due_s, message.cpu_obtained_s))
            return
        place = self._places.get(message.environment) if isinstance(message, Died) else None
        if place is None or message.process != place.process:
            return
        idle = not place.waited_on and not place.gives_up and self._host is not None and self._host.slots.deadline(place.slot) == 0.0
        self._forget_snapshot(place)
        place.settle(message)
        if idle and message.cause in ("exit", "signal", "out_of_memory"):
            self._tell(EnvironmentDied(place.number, message.cause))  # type: ignore[arg-type]

    def _host_lost(self, host: HostProcess) -> None:
        if self._closed or host is not self._host:
            return
        with self._changing:
            self._host = None
            lost = list(self._places.values())
        self._begin_host()
        for place in lost:
            place.settle(_lost(place))
        self._tell(HostLost())


def _lost(place: Place) -> Died:
    return Died(place.number, place.process, "lost", 0, 0)


def _ended(died: Died, place: Place, duration_ms: float, restoring: bool = False) -> Answer:
    log = place.take_log()
    if died.cause == "tmp_full":
        log += f"{died.message}\n".encode()
    return Answer(
        cast(Cause, died.cause),
        detail=died.detail,
        duration_ms=duration_ms,
        max_memory_mb=min(died.max_memory_mb, place.function.memory_mb),
        log=log,
        log_stream=place.log_stream,
        message=died.message,
        restored=restoring,
        billed_ms=duration_ms if restoring else 0.0,
    )
