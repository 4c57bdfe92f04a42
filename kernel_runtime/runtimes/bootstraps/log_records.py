"""What ``logging`` writes in a Python function: Lambda's handler on the root logger, in its text or its JSON format.

Formats, level and member order are AWS's own Python runtime client's (AWS: "Log and monitor Python Lambda functions", awslambdaric).
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from typing import Any, Dict

from .output import Log

_DATE = "%Y-%m-%dT%H:%M:%S"
_TEXT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


class CurrentRequest:
    """The request id that log records carry; empty during init."""

    id = ""


class LambdaHandler(logging.Handler):
    """Writes to the function's log. What cannot be formatted raises in the code that logs it, as on AWS."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.record(self.format(record))


class _RequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = CurrentRequest.id
        record.tenant_id = None
        return True


class JsonFormatter(logging.Formatter):
    """One record as a line of JSON; what the caller gave as ``extra`` stands at its end."""

    _KNOWN = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "aws_request_id", "tenant_id"} - {"taskName"}

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info if record.exc_info and record.exc_info[0] else None
        line: Dict[str, Any] = {
            "timestamp": time.strftime(_DATE + "Z", time.gmtime(record.created)),
            "level": logging.getLevelName(min(50, max(0, record.levelno)) // 10 * 10),
            "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
            "logger": record.name,
        }
        if error:
            line.update(stackTrace=traceback.format_tb(error[2]), errorType=error[0].__name__, errorMessage=str(error[1]))
        line["requestId"] = CurrentRequest.id
        if error:
            line["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        line.update((k, v) for k, v in record.__dict__.items() if k not in self._KNOWN and k not in line and v is not None)
        return _encode(line) + "\n"


_FILTER, _TEXT_FORMATTER = _RequestId(), logging.Formatter(_TEXT, _DATE)
"""Made in the template: see ``zygote``."""


def install(log: Log, log_format: str, log_level: str) -> None:
    """Lambda's handler on the root logger. Its level stays WARNING unless ``log_level`` (AWS_LAMBDA_LOG_LEVEL) names another."""
    logging.Formatter.converter = time.gmtime  # type: ignore[assignment]
    handler = LambdaHandler(log)
    handler.addFilter(_FILTER)
    handler.setFormatter(JsonFormatter() if log_format.upper() == "JSON" else _TEXT_FORMATTER)
    root = logging.getLogger()
    level = {"TRACE": "DEBUG"}.get(log_level.upper(), log_level.upper())
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL"):
        root.setLevel(level)
    root.addHandler(handler)
