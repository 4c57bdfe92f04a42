"""Lambda's own lines where a function's log is JSON, folded from an invocation's record.

AWS: "Configuring JSON and plain text log formats", "Log-level filtering" (the table of system log events and their levels); records as in the Telemetry API's
schema.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ..model.invocation import InitFailure, InvocationRecord, Restore, SnapshotRecord

_LEVELS = ("DEBUG", "INFO", "WARN")
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def init_start(record: InvocationRecord | SnapshotRecord, at: float) -> str:
    version, _, arn = record.runtime.removeprefix("Runtime Version: ").partition("\tRuntime Version ARN: ")
    names = {"functionName": record.function, "functionVersion": record.version}
    told = {"initializationType": _initialization(record), "phase": "init", "runtimeVersion": version, "runtimeVersionArn": arn, **names}
    return _line(record, "INFO", at, "initStart", told)


def init_done(record: InvocationRecord | SnapshotRecord, at: float) -> str:
    """An init that went well."""
    kind = _initialization(record)
    told = {"initializationType": kind, "phase": "init", "status": "success"}
    done = _line(record, "DEBUG", at, "initRuntimeDone", told)
    level = "DEBUG" if kind == "on-demand" else "INFO"
    return done + _line(record, level, at, "initReport", {**told, "metrics": {"durationMs": _ms(record.init_ms or 0.0)}})


def init_failed(record: InvocationRecord | SnapshotRecord, failure: InitFailure, at: float) -> str:
    error = {"errorType": failure.error_type} if failure.status == "error" else {}
    told = {"initializationType": _initialization(record), "phase": failure.phase, "status": failure.status}
    done = _line(record, "WARN", at, "initRuntimeDone", {**told, **error})
    return done + _line(record, "WARN", at, "initReport", {**told, "metrics": {"durationMs": _ms(failure.duration_ms)}, **error})


def restore_start(record: InvocationRecord, at: float) -> str:
    version, _, arn = record.runtime.removeprefix("Runtime Version: ").partition("\tRuntime Version ARN: ")
    names = {"functionName": record.function, "functionVersion": record.version}
    return _line(record, "INFO", at, "restoreStart", {"runtimeVersion": version, "runtimeVersionArn": arn, **names})


def restore_done(record: InvocationRecord, restore: Restore, at: float) -> str:
    went_well = restore.status == "success"
    told = {"status": restore.status, **({"errorType": restore.error_type} if restore.status == "error" else {})}
    done = _line(record, "DEBUG" if went_well else "WARN", at, "restoreRuntimeDone", told)
    return done + _line(record, "INFO" if went_well else "WARN", at, "restoreReport", {**told, "metrics": {"durationMs": _ms(restore.duration_ms)}})


def start(record: InvocationRecord, at: float) -> str:
    return _line(record, "INFO", at, "start", {"requestId": record.request_id, "version": record.version})


def runtime_done(record: InvocationRecord, at: float) -> str:
    metrics = {"durationMs": _ms(record.duration_ms), "producedBytes": record.response_bytes}
    return _line(record, _level(record), at, "runtimeDone", {"requestId": record.request_id, "status": _status(record), "metrics": metrics, **_error(record)})


def report(record: InvocationRecord, at: float) -> str:
    metrics: dict[str, Any] = {
        "durationMs": _ms(record.duration_ms),
        "billedDurationMs": record.billed_ms,
        "memorySizeMB": record.memory_mb,
        "maxMemoryUsedMB": record.max_memory_mb,
    }
    if record.init_ms is not None:
        metrics["initDurationMs"] = _ms(record.init_ms)
    if record.restore is not None:
        metrics["restoreDurationMs"] = _ms(record.restore.duration_ms)
    level = "INFO" if record.status == "success" else "WARN"
    return _line(record, level, at, "report", {"requestId": record.request_id, "status": _status(record), "metrics": metrics, **_error(record)})


def _line(record: InvocationRecord | SnapshotRecord, level: str, at: float, kind: str, told: dict[str, Any]) -> str:
    """Nothing where the function's system log level is above it."""
    wanted = record.system_log_level
    if wanted in _LEVELS and _LEVELS.index(level) < _LEVELS.index(wanted):
        return ""
    return _encode({"time": iso_ms(at), "type": f"platform.{kind}", "record": told}) + "\n"


def _level(record: InvocationRecord) -> str:
    return "DEBUG" if record.status == "success" else "WARN"


def _status(record: InvocationRecord) -> str:
    """``error``: what the runtime reported; ``failure``: what became of its process (Telemetry API, "Shared object types: Status")."""
    return "failure" if record.status == "error" and record.platform else record.status


def _error(record: InvocationRecord) -> dict[str, str]:
    return {"errorType": record.error_type} if record.status == "error" and record.error_type else {}


def _initialization(record: InvocationRecord | SnapshotRecord) -> str:
    if isinstance(record, SnapshotRecord):
        return "snap-start"
    return "provisioned-concurrency" if record.start == "provisioned" else "on-demand"


def _ms(value: float) -> float:
    return round(value, 3)


def iso_ms(epoch_s: float) -> str:
    """``2025-01-31T12:00:03.000Z``"""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
