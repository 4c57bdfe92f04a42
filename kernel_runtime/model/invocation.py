"""One invocation: what is asked, what an environment answers, and the record that stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .function import LogFormat
from .names import LATEST

Start = Literal["cold", "warm", "suppressed", "provisioned", "restored"]
"""How the environment came to serve: a new one, an idle one, one whose process had died, one that provisioned concurrency keeps initialised, or one whose
process came from its version's snapshot (AWS: "Lambda execution environment lifecycle")."""

Cause = Literal["answered", "failed", "timeout", "exit", "signal", "out_of_memory", "tmp_full", "refused", "interrupted", "lost"]
"""How a process came to an end of its init or of its invocation.

answered: the handler returned, or init is done. failed: the runtime reported an error and lives. timeout: killed at the deadline. exit: the process
ended with a status.
signal: it died of one. out_of_memory: killed at the memory limit. tmp_full: killed since its /tmp grew over its size where that cannot be refused
write by write.
refused: the machine cannot carry it. interrupted: the lab was asked to break it off. lost: the worker host died.
"""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What an environment is asked. ``payload`` is the event as JSON bytes; the lab does not read it."""

    request_id: str
    function_arn: str
    payload: bytes
    trace_id: str = ""
    client_context: str = ""
    cognito_identity: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an init or an invocation ended in its environment.

    payload: the response, or the error as JSON (only for ``answered`` and ``failed``). detail: exit status or signal number.
    duration_ms: in the environment's own clock. max_memory_mb: the most that the environment's processes have used, shared pages included.
    log: what was printed, as bytes; log_stream: the environment's own. cpu_ms: CPU time used, where it is known.
    restored: it was a restore from a snapshot and no init; billed_ms: what of it is billed, which is what the function's own process did.
    """

    cause: Cause
    payload: bytes = b""
    error_type: str | None = None
    detail: int = 0
    duration_ms: float = 0.0
    max_memory_mb: int = 0
    log: bytes = b""
    cpu_ms: float = 0.0
    message: str = ""
    log_stream: str = ""
    restored: bool = False
    billed_ms: float = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process can serve again as it is."""
        return self.cause in ("answered", "failed")


@dataclass(frozen=True, slots=True)
class InitFailure:
    """An init that failed or timed out before or within an invocation: INIT_REPORT's own figures."""

    phase: Literal["init", "invoke"]
    status: Literal["error", "timeout"]
    duration_ms: float
    error_type: str | None
    log: bytes = b""


@dataclass(frozen=True, slots=True)
class Restore:
    """The restore of an environment from its version's snapshot: RESTORE_REPORT's figures. ``billed_ms``: loading the runtime and the after-restore hooks."""

    duration_ms: float
    billed_ms: int
    status: Literal["success", "error", "timeout"] = "success"
    error_type: str | None = None
    log: bytes = b""


@dataclass(frozen=True, slots=True)
class InvocationRecord:
    """What is kept of an invocation that ran. REPORT line, metrics, cost and charts are read off it; the payload is not here.

    began_at: seconds of the Unix epoch. status: ``success``, ``error`` (the function failed) or ``timeout``. max_memory_mb: as in REPORT.
    init_log: printed during the init that this invocation paid for; log: printed by the handler. platform: the platform's own lines about the failure.
    init_ms of a provisioned environment's first invocation: the init that was done before, reported and not billed here, as on AWS.
    log_group, log_stream: where its lines belong in CloudWatch Logs. system_log_level: what Lambda itself says at least, JSON logs alone.
    version: the one that ran. qualifier: the version or alias that was asked for, empty where none was.
    restore: of an invocation that a snapshot was restored for; where that failed, no handler ran.
    """

    request_id: str
    function: str
    environment_id: int
    start: Start
    status: Literal["success", "error", "timeout"]
    began_at: float
    duration_ms: float
    billed_ms: int
    memory_mb: int
    max_memory_mb: int
    init_ms: float | None = None
    error_type: str | None = None
    init_failures: tuple[InitFailure, ...] = ()
    init_log: bytes = b""
    log: bytes = b""
    platform: str = ""
    runtime: str = ""
    response_bytes: int = 0
    cpu_ms: float = 0.0
    ephemeral_mb: int = 512
    architecture: str = "x86_64"
    version: str = LATEST
    qualifier: str = ""
    log_group: str = ""
    log_stream: str = ""
    log_format: LogFormat = "Text"
    system_log_level: str = "INFO"
    restore: Restore | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """What is kept of the init of a version's snapshot, which no invocation paid for. Members as in ``InvocationRecord``; ``status`` is the
    init's."""

    function: str
    version: str
    began_at: float
    init_ms: float
    billed_ms: int
    memory_mb: int
    status: Literal["success", "error", "timeout"] = "success"
    error_type: str | None = None
    architecture: str = "x86_64"
    log: bytes = b""
    runtime: str = ""
    log_group: str = ""
    log_stream: str = ""
    log_format: LogFormat = "Text"
    system_log_level: str = "INFO"
