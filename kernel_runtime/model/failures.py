"""The words of Lambda where a process did not answer: error body, and the platform's own lines in the log.

Bodies as recorded on AWS; the member order is AWS's (AWS: "Troubleshoot invocation issues", runtime interface emulator).
"""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass

from .invocation import Answer

OUT_OF_MEMORY = "Runtime.OutOfMemory"
EXIT_ERROR = "Runtime.ExitError"
TIMED_OUT = "Sandbox.Timedout"

_GO_SIGNAL_NAMES = {
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGTERM: "terminated",
    signal.SIGBUS: "bus error",
    signal.SIGILL: "illegal instruction",
    signal.SIGFPE: "floating point exception",
    signal.SIGINT: "interrupt",
    signal.SIGHUP: "hangup",
    signal.SIGPIPE: "broken pipe",
    signal.SIGALRM: "alarm clock",
}
"""Lambda's supervisor is a Go program; it names signals as Go does."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What the caller is answered (``body``), the type that REPORT names, and the platform's lines in the log."""

    body: bytes
    error_type: str
    log_line: str


def failure_of(answer: Answer, request_id: str, timeout_s: int, at_iso: str) -> Failure:
    """Lambda's words for an invocation whose process came to an end. ``at_iso``: the time of it, as ``2025-01-31T12:00:03.000Z``."""
    if answer.cause == "timeout":
        text = f"Task timed out after {timeout_s:.2f} seconds"
        return Failure(_body(TIMED_OUT, f"RequestId: {request_id} Error: {text}"), TIMED_OUT, f"{at_iso} {request_id} {text}\n\n")
    message = f"RequestId: {request_id} Error: {_ending(answer)}"
    error_type = OUT_OF_MEMORY if answer.cause == "out_of_memory" else EXIT_ERROR
    return Failure(_body(EXIT_ERROR, message), error_type, f"{message}\n{EXIT_ERROR}\n")


def _ending(answer: Answer) -> str:
    if answer.cause == "exit":
        return f"Runtime exited with error: exit status {answer.detail}" if answer.detail else "Runtime exited without providing a reason"
    number = answer.detail if answer.cause == "signal" else signal.SIGKILL
    return f"Runtime exited with error: signal: {_GO_SIGNAL_NAMES.get(signal.Signals(number), str(number))}"


def _body(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":")).encode()
