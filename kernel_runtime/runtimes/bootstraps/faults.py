"""A Python function's errors in Lambda's JSON and in its log, as AWS's own Python runtime client words them.

Member order, messages and the cut of the runtime's own frames are AWS's (AWS: "Python exceptions", awslambdaric).
"""

from __future__ import annotations

import json
import sys
import traceback
from types import TracebackType
from typing import Any, Dict, List, Optional, Tuple

RESPONSE_MAX_BYTES = 6_291_556
_NO_BREAK_SPACE = "\u00a0"


class Fault(Exception):
    """An error that the runtime itself words. ``trace`` stands as it is in stackTrace."""

    def __init__(self, error_type: str, message: str, trace: Optional[List[str]] = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace or []


class Paths:
    """Where things really are, and where Lambda has them: shown in stack traces."""

    def __init__(self, task_root: str) -> None:
        self._pairs = [(task_root.rstrip("/") + "/", "/var/task/"), (sys.base_prefix.rstrip("/") + "/", "/var/lang/")]

    def shown(self, path: str) -> str:
        for real, lambdas in self._pairs:
            if path.startswith(real):
                return lambdas + path[len(real) :]
        return path


def error_body(message: str, error_type: str, request_id: str, stack_trace: List[str]) -> Dict[str, Any]:
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": stack_trace}


def describe(error: BaseException, request_id: str, paths: Paths) -> Dict[str, Any]:
    """Lambda's error object for what a handler or a module raised."""
    if isinstance(error, Fault):
        return error_body(error.message, error.error_type, request_id, error.trace)
    return error_body(str(error), type(error).__name__, request_id, _frames(error.__traceback__, paths))


def _frames(trace: Optional[TracebackType], paths: Paths) -> List[str]:
    own = __file__.rpartition("/")[0]
    frames: List[Tuple[str, int, str, Optional[str]]] = [
        (paths.shown(f.filename), f.lineno or 0, f.name, f.line) for f in traceback.extract_tb(trace) if not f.filename.startswith(own)
    ]
    return traceback.format_list(frames)  # type: ignore[arg-type]


def syntax_fault(module: str, error: SyntaxError, paths: Paths) -> Fault:
    trace = f'  File "{paths.shown(str(error.filename))}" Line {error.lineno}\n    {error.text}'
    return Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}", [trace])


def too_large() -> bytes:
    body = {
        "errorMessage": f"Response payload size exceeded maximum allowed payload size ({RESPONSE_MAX_BYTES} bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
    return json.dumps(body).encode()


def write_to_log(body: Dict[str, Any], as_json: bool) -> None:
    """``[ERROR] Type: message`` and the traceback, its indentation in no-break spaces as AWS prints it."""
    if as_json:
        import time

        line = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "log_level": "ERROR"}
        sys.stdout.write(json.dumps({**line, **body}, ensure_ascii=False) + "\n")
        return
    lines = [f"[ERROR] {body['errorType']}: {body['errorMessage']}", "Traceback (most recent call last):"]
    for element in body["stackTrace"]:
        for line_text in element.splitlines() or [""]:
            bare = line_text.lstrip(" ")
            lines.append(_NO_BREAK_SPACE * (len(line_text) - len(bare)) + bare)
    sys.stdout.write("\n".join(lines) + "\n")
