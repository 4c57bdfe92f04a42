"""The course of one invocation through its environment: init, its retry, the handler. It decides nothing: it follows what Lambda's life cycle lays down.

AWS: "Lambda execution environment lifecycle": a failed init is run again inside the invocation; a process that died is replaced inside the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from ..fleet.base import Ahead, Fleet, Waiting
from ..model.errors import MachineFull, WorkerHostLost
from ..model.failures import EXIT_ERROR, OUT_OF_MEMORY, TIMED_OUT
from ..model.function import Function
from ..model.invocation import Answer, InitFailure, Invocation, Restore, Start

_INIT_ERROR_TYPES = {"out_of_memory": OUT_OF_MEMORY, "timeout": TIMED_OUT}


@dataclass(slots=True)
class Course:
    """What has become of an invocation so far. ``spent_ms``: Duration's own count, inits inside the invocation included. Where the fleet had a snapshot,
    ``start`` becomes "restored", and ``restore`` tells of it in place of an init."""

    start: Start
    init: Answer | None = None
    init_failures: list[InitFailure] = field(default_factory=list)
    init_log: bytes = b""
    restore: Restore | None = None
    spent_ms: float = 0.0
    answer: Answer | None = None

    def before(self, init: Answer | None) -> None:
        """The init of a provisioned environment, done ahead, is told with its first invocation."""
        if init is not None:
            self.init, self.init_log = init, init.log

    def restored(self, answer: Answer) -> None:
        """The environment's process comes from a snapshot, or was to."""
        status = {"answered": "success", "timeout": "timeout"}.get(answer.cause, "error")
        error_type = None if answer.cause == "answered" else answer.error_type or _INIT_ERROR_TYPES.get(answer.cause, EXIT_ERROR)
        self.start = "restored"
        self.restore = Restore(answer.duration_ms, ceil(round(answer.billed_ms, 2)), status, error_type, answer.log)  # type: ignore[arg-type]


def cold(fleet: Fleet, environment_id: int, function: Function, course: Course) -> Waiting[Answer]:
    """Make the environment and see its init through; ``refused`` and ``lost`` raise."""
    fleet.start(environment_id, function)
    init = yield from fleet.initialised(environment_id)
    _check_carried(init)
    if init.restored:
        course.restored(init)
    elif init.cause == "answered":
        course.init, course.init_log = init, init.log
    else:
        course.init_failures.append(init_failure("init", init))
    return init


def ahead(fleet: Fleet, environment_id: int, function: Function, of: Ahead) -> Waiting[Answer]:
    """Make an environment that no invocation waits for, and see its init through; ``refused`` and ``lost`` raise."""
    fleet.start(environment_id, function, ahead=of)
    init = yield from fleet.initialised(environment_id)
    _check_carried(init)
    return init


def suppressed(fleet: Fleet, environment_id: int, function: Function, course: Course) -> Waiting[Answer]:
    """A new process in the same place, inside the invocation and under the function's timeout; a restore where there is a snapshot."""
    fleet.restart(environment_id, float(function.timeout_s))
    init = yield from fleet.initialised(environment_id)
    _check_carried(init)
    if init.restored:
        course.restored(init)
        return init
    course.spent_ms += init.duration_ms
    if init.cause == "answered":
        course.init_log = init.log
    else:
        course.init_failures.append(init_failure("invoke", init))
    return init


def handle(fleet: Fleet, environment_id: int, function: Function, invocation: Invocation, course: Course) -> Waiting[Answer]:
    """Run the handler with what is left of the timeout."""
    left_s = max(function.timeout_s - course.spent_ms / 1_000, 0.0)
    answer = yield from fleet.exchange(environment_id, invocation, left_s)
    _check_carried(answer)
    course.spent_ms += answer.duration_ms
    return answer


def run(fleet: Fleet, environment_id: int, function: Function, invocation: Invocation, start: Start, ready: Callable[[Answer], None]) -> Waiting[Course]:
    """The whole course. ``ready`` is told how a cold start's init ended, before the handler runs."""
    course = Course(start)
    alive = start in ("warm", "provisioned")
    if start == "cold":
        init = yield from cold(fleet, environment_id, function, course)
        ready(init)
        alive = init.cause == "answered"
        if init.restored and not alive:
            course.answer = init
            return course
    if not alive:
        init = yield from suppressed(fleet, environment_id, function, course)
        if init.cause != "answered":
            course.answer = init
            return course
    course.answer = yield from handle(fleet, environment_id, function, invocation, course)
    return course


def _check_carried(answer: Answer) -> None:
    if answer.cause == "refused":
        raise MachineFull(answer.message or "this machine cannot start another environment: stop traffic or lower the memory of functions")
    if answer.cause == "lost":
        raise WorkerHostLost("the worker host died while this invocation was in flight; another has been started: invoke again")


def init_failure(phase: str, init: Answer) -> InitFailure:
    """INIT_REPORT's figures."""
    status = "timeout" if init.cause == "timeout" else "error"
    error_type = init.error_type or _INIT_ERROR_TYPES.get(init.cause, EXIT_ERROR)
    return InitFailure("init" if phase == "init" else "invoke", status, init.duration_ms, error_type, init.log)  # type: ignore[arg-type]
