"""A Python function's errors in Lambda's JSON and in its log, as AWS's own Python runtime client words them.

Member order, messages and the cut of the runtime's own frames are AWS's (AWS: "Python exceptions", awslambdaric).
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from types import TracebackType
from typing import Any, Dict, List, Optional, Tuple

from .output import Log

RESPONSE_MAX_BYTES = 6_291_556
_NO_BREAK_SPACE = "\u00a0"
_OWN_FOLDER = __file__.rpartition("/")[0] + "/"
_gmtime, _strftime, _time = time.gmtime, time.strftime, time.time

_CALL = ("/var/runtime/awslambdaric/bootstrap.py", 178, "handle_event_request", "response = request_handler(event, lambda_context)")
"""Where AWS's runtime client (4.2.2) calls the handler: its own frames are cut only where one of the function's follows, so a call that fails by itself, a
handler with other arguments or one that is not callable, shows this line."""

INIT_WARNING = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare cases, a Lambda "
    "runtime update can cause unexpected function behavior. For functions using managed runtimes, runtime updates can be triggered by a"
    " function change, or can be applied automatically. To determine if the runtime has been updated, check the runtime version in the "
    "INIT_START log entry. If this error correlates with a change in the runtime version, you may be able to mitigate this error by "
    "temporarily rolling back to the previous runtime version. For more information, see "
    "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html"
)
"""What Lambda logs before the error of a failed init."""


class Fault(Exception):
    """An error that the runtime itself words. ``trace`` stands as it is in stackTrace."""

    def __init__(self, error_type: str, message: str, trace: Optional[List[str]] = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace or []


class Paths:
    """Where things really are, and where Lambda has them: shown in stack traces. ``import_paths``: the folders of the layers."""

    def __init__(self, task_root: str, import_paths: List[str]) -> None:
        layers = [path[: -len("python")] for path in import_paths if path.endswith("/python")]
        self._pairs = [(task_root.rstrip("/") + "/", "/var/task/"), *((root, "/opt/") for root in layers)]
        self._pairs.append((f"{sys.base_prefix.rstrip('/')}/lib/python", "/var/lang/lib/python"))

    def shown(self, path: str) -> str:
        for real, lambdas in self._pairs:
            if path.startswith(real):
                return lambdas + path[len(real) :]
        return path

    def frames(self, trace: Optional[TracebackType]) -> List[str]:
        """The frames of ``trace`` as text, the runtime's own left out."""
        frames: List[Tuple[str, int, str, Optional[str]]] = [
            (self.shown(f.filename), f.lineno or 0, f.name, f.line) for f in traceback.extract_tb(trace) if not f.filename.startswith(_OWN_FOLDER)
        ]
        if trace is not None and not frames:
            frames = [_CALL]
        return traceback.format_list(frames)  # type: ignore[arg-type]


def describe(error: BaseException, request_id: str, paths: Paths) -> Dict[str, Any]:
    """Lambda's error object for what a handler or a module raised, or the runtime found."""
    if isinstance(error, Fault):
        message, error_type, trace = error.message, error.error_type, error.trace
    else:
        message, error_type, trace = str(error), type(error).__name__, paths.frames(error.__traceback__)
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": trace}


def syntax_fault(module: str, error: SyntaxError, paths: Paths) -> Fault:
    trace = f'  File "{paths.shown(str(error.filename))}" Line {error.lineno}\n    {error.text}'
    return Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}", [trace])


def error_bytes(body: Dict[str, Any], keep_unicode: bool) -> bytes:
    """The error as it goes to the caller; one that is longer than any answer may be is answered as too large."""
    data = json.dumps(body, ensure_ascii=not keep_unicode).encode("utf-8", "backslashreplace")
    return data if len(data) <= RESPONSE_MAX_BYTES else too_large()


def too_large() -> bytes:
    message = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_MAX_BYTES} bytes)."
    return json.dumps({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}).encode()


def log_too_large(log: Log) -> None:
    """What the runtime client prints when the Runtime API refuses its answer."""
    refusal = f'{{"errorMessage":"Exceeded maximum allowed payload size ({RESPONSE_MAX_BYTES} bytes).","errorType":"RequestEntityTooLarge"}}'
    log.say(f"[ERROR] [{int(_time() * 1000)}] LAMBDA_RUNTIME Failed to post handler success response. Http response code: 413. {refusal}\n")


def log_error(body: Dict[str, Any], as_json: bool, log: Log) -> None:
    """``[ERROR] Type: message`` and the traceback, its indentation in no-break spaces; or one line of JSON."""
    if as_json:
        head = {"timestamp": _strftime("%Y-%m-%dT%H:%M:%SZ", _gmtime()), "level": "ERROR"}
        log.say(json.dumps({**head, **body}, ensure_ascii=False) + "\n")
        return
    kind, message = body["errorType"], body["errorMessage"]
    lines = [f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}", "Traceback (most recent call last):"]
    for element in body["stackTrace"]:
        for line in element.splitlines() or [""]:
            bare = line.lstrip(" ")
            lines.append(_NO_BREAK_SPACE * (len(line) - len(bare)) + bare)
    log.record("\n".join(lines))
