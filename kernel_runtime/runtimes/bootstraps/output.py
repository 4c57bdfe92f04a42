"""What a handler prints: straight to the log, nothing kept back, so that a kill loses nothing; bounded by bytes an invocation.

``logging`` gets Lambda's own handler and format (AWS: "Log and monitor Python Lambda functions").
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import time
from typing import Any, Dict, List, Optional


class Output(io.RawIOBase):
    """The raw end of both stdout and stderr."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__()
        self._max_bytes = max_bytes
        self._left = max_bytes
        self._dropped = 0

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def write(self, data: Any) -> int:
        size = len(data)
        if size <= self._left:
            self._left -= size
            kept = memoryview(data)
        else:
            kept = memoryview(data)[: self._left]
            self._dropped += size - self._left
            self._left = 0
        while kept:
            kept = kept[os.write(1, kept) :]
        return size

    def end_invocation(self) -> None:
        """Say what was dropped, and begin to count anew."""
        if self._dropped:
            os.write(1, f"\n[the lab keeps {self._max_bytes:,} bytes of one invocation's output: {self._dropped:,} more were dropped]\n".encode())
        self._left, self._dropped = self._max_bytes, 0


def install(max_bytes: int) -> Output:
    """Point sys.stdout and sys.stderr to the log."""
    output = Output(max_bytes)
    sys.stdout = io.TextIOWrapper(output, encoding="utf-8", errors="backslashreplace", write_through=True)  # type: ignore[type-var]
    sys.stderr = sys.stdout
    sys.__stdout__ = sys.__stderr__ = sys.stdout  # type: ignore[misc]
    return output


class CurrentRequest:
    """The request id that log records carry; empty during init."""

    id = ""


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        sys.stdout.write(self.format(record))


class _RequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = CurrentRequest.id
        record.tenant_id = None
        return True


class JsonFormatter(logging.Formatter):
    """AWS's JSON shape of one log record."""

    _KNOWN = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "aws_request_id", "tenant_id", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        line: Dict[str, Any] = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        trace = self._trace(record)
        if trace and record.exc_info and record.exc_info[0]:
            line["stackTrace"] = trace
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
            line["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        if CurrentRequest.id:
            line["requestId"] = CurrentRequest.id
        line.update((k, v) for k, v in record.__dict__.items() if k not in self._KNOWN and k not in line)
        return json.dumps(line, default=str, ensure_ascii=False) + "\n"

    def _trace(self, record: logging.LogRecord) -> Optional[List[str]]:
        return self.formatException(record.exc_info).splitlines() if record.exc_info else None


def set_up_logging(log_format: str, log_level: str) -> None:
    """Lambda's handler on the root logger; its level stays WARNING unless the function's configuration names another (JSON only)."""
    handler = _Handler()
    handler.addFilter(_RequestId())
    root = logging.getLogger()
    if log_format.upper() == "JSON":
        handler.setFormatter(JsonFormatter())
        level = {"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(log_level.upper(), log_level.upper())
        if level:
            root.setLevel(level)
    else:
        formatter = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
    root.addHandler(handler)
