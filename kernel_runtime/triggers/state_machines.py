"""State machines that call functions: Step Functions, interpreted behind the door (AWS: "Amazon States Language"). Task, Choice, Map, Parallel, Retry, Catch
and Wait call this lab's functions. Waits last as long as they say, whatever the lab's clock."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..endpoint.said import said_shortly
from ..function_handle import FunctionHandle
from ..model.errors import InvalidParameterValueException
from ..model.short import Interrupted
from ..sources.state_history import Visit as Visit
from ..sources.state_history import mark_starts, visits
from .asking import SILENCE, asking

if TYPE_CHECKING:
    from ..lab import Lab

LOOK_EVERY_S = 0.05
QUIET_S = 2.0


class StateMachine:
    """Made by ``Lab.state_machine``. ``run`` it and wait, or ``start`` it."""

    def __init__(self, lab: Lab, name: str, arn: str, client: Any) -> None:
        self._lab, self._client = lab, client
        self.name, self.arn = name, arn

    def start(self, input: Any = None) -> Execution:
        """Begin an execution with ``input`` (anything that JSON can say; None is ``{}``). Does not wait."""
        with asking():
            told = self._client.start_execution(stateMachineArn=self.arn, input=json.dumps({} if input is None else input))
        return Execution(self._lab, self.name, told["executionArn"], self._client)

    def run(self, input: Any = None, *, say: Callable[[str], None] = print) -> Execution:
        """``start``, and wait until it has ended, well or not: a failed execution does not raise, its ``error`` says why. Ctrl-C stops it.

        ``say`` is told where it is when it has been somewhere for a few seconds.
        """
        execution = self.start(input)
        try:
            execution.wait(say=say)
        except KeyboardInterrupt:
            execution.stop()
            raise Interrupted(f"the execution of {self.name} was stopped") from None
        return execution

    def delete(self) -> None:
        with asking():
            self._client.delete_state_machine(stateMachineArn=self.arn)

    def __repr__(self) -> str:
        return f"<state machine {self.name}: {self.name}.run(input) runs it>"


class Execution:
    """One execution. In a notebook it is shown as a picture: each state's time, its calls, cold starts marked."""

    def __init__(self, lab: Lab, machine: str, arn: str, client: Any) -> None:
        self._lab, self._client = lab, client
        self.machine, self.arn = machine, arn

    @property
    def status(self) -> str:
        """``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT`` or ``ABORTED``."""
        return str(self._described()["status"])

    @property
    def output(self) -> Any:
        """What it came to, from JSON; None where it has not succeeded."""
        told = self._described().get("output")
        return None if told is None else json.loads(told)

    @property
    def error(self) -> str | None:
        """The error's name and its cause; None where there is none."""
        told = self._described()
        if not told.get("error"):
            return None
        return ": ".join(part for part in (told["error"], told.get("cause", "")) if part)

    @property
    def visits(self) -> list[Visit]:
        """Each visit of a state, in order, with its calls and how their environments began (as far as the journal still holds them)."""
        with asking():
            pages = self._client.get_paginator("get_execution_history").paginate(executionArn=self.arn)
            found = visits([event for page in pages for event in page["events"]])
        mark_starts(found, ((r.function, r.began_at + ((r.init_ms or 0.0) + r.duration_ms) / 1_000, r.start) for r in self._lab.records()))
        return found

    def wait(self, *, say: Callable[[str], None] = print) -> Execution:
        """Until it has ended."""
        told_at, told = time.monotonic(), ""
        pause = threading.Event()
        while self.status == "RUNNING":
            pause.wait(LOOK_EVERY_S)
            if time.monotonic() - told_at > QUIET_S:
                told_at, before, told = time.monotonic(), told, _where(self.visits)
                if told != before:
                    say(f"{self.machine}: in {told}…")
        return self

    def stop(self) -> None:
        """Abort it."""
        with asking():
            self._client.stop_execution(executionArn=self.arn)

    def __repr__(self) -> str:
        found = self.visits
        began = found[0].began_at if found else 0.0
        lines = [f"{self.machine}: {self.status}" + (f", {self.error}" if self.error else "")]
        for visit in found:
            took = f"{visit.ended_at - visit.began_at:.2f} s" if visit.ended_at is not None else "still there"
            calls = "".join(f" · {call.function or 'call'} {' '.join(filter(None, (call.start, call.error)))}".rstrip() for call in visit.calls)
            lines.append(f"  {visit.began_at - began:6.2f} s  {visit.title} ({visit.kind}) {took}{calls}")
        return "\n".join(lines)

    def _described(self) -> dict[str, Any]:
        with said_shortly(SILENCE):  # looked at many times a second
            told: dict[str, Any] = self._client.describe_execution(executionArn=self.arn)
        return told


def make(lab: Lab, name: str, definition: Mapping[str, Any] | str) -> StateMachine:
    """The state machine of this name, made or changed. Functions may stand in the definition themselves. Raises AwsError where Step Functions refuses."""
    text = definition if isinstance(definition, str) else json.dumps(definition, default=_arn)
    client = lab.boto3("stepfunctions")
    with asking():
        for page in client.get_paginator("list_state_machines").paginate():
            for machine in page["stateMachines"]:
                if machine["name"] == name:
                    client.update_state_machine(stateMachineArn=machine["stateMachineArn"], definition=text)
                    return StateMachine(lab, name, machine["stateMachineArn"], client)
        made = client.create_state_machine(name=name, definition=text, roleArn=lab.role_arn)
    return StateMachine(lab, name, made["stateMachineArn"], client)


def _arn(thing: Any) -> str:
    if isinstance(thing, FunctionHandle):
        return thing.configuration.arn
    raise InvalidParameterValueException(f"A state machine's definition holds JSON and functions, not {thing!r}")


def _where(found: list[Visit]) -> str:
    still = [visit.title for visit in found if visit.ended_at is None]
    return ", ".join(still[-3:]) or "no state yet"
