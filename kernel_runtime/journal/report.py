"""Log lines as Lambda prints them, folded from an invocation's record when somebody reads the log, not before.

AWS: "Understanding Lambda execution environment lifecycle", "Working with Lambda function logs"; lines as recorded.
"""

from __future__ import annotations

from ..model.failures import OUT_OF_MEMORY
from ..model.invocation import InitFailure, InvocationRecord, Restore, SnapshotRecord
from ..model.log_frames import plain
from . import json_lines

TAIL_BYTES = 4_096


def report_line(record: InvocationRecord) -> str:
    """The REPORT line, without its newline. Durations in ms with two decimals, memory in MB."""
    parts = [
        f"REPORT RequestId: {record.request_id}",
        f"Duration: {record.duration_ms:.2f} ms",
        f"Billed Duration: {record.billed_ms} ms",
        f"Memory Size: {record.memory_mb} MB",
        f"Max Memory Used: {record.max_memory_mb} MB",
    ]
    if record.init_ms is not None:
        parts.append(f"Init Duration: {record.init_ms:.2f} ms")
    if record.restore is not None:
        parts += [f"Restore Duration: {record.restore.duration_ms:.2f} ms", f"Billed Restore Duration: {record.restore.billed_ms} ms"]
    if record.status == "timeout":
        parts.append("Status: timeout")
    elif record.platform:
        parts += ["Status: error", f"Error Type: {record.error_type}"]
    else:
        parts.append("")
    return "\t".join(parts)


def init_start_line(runtime_version: str) -> str:
    return f"INIT_START {runtime_version}"


def init_report_line(failure: InitFailure) -> str:
    line = f"INIT_REPORT Init Duration: {failure.duration_ms:.2f} ms\tPhase: {failure.phase}\tStatus: {failure.status}"
    return f"{line}\tError Type: {failure.error_type}" if failure.status == "error" else line


def restore_report_line(restore: Restore) -> str:
    line = f"RESTORE_REPORT Restore Duration: {restore.duration_ms:.2f} ms"
    if restore.status == "success":
        return line
    return f"{line}\tStatus: {restore.status}" + (f"\tError Type: {restore.error_type}" if restore.status == "error" else "")


def log_text(record: InvocationRecord | SnapshotRecord) -> str:
    """Everything that this invocation, or the init of a snapshot, wrote to its log stream, platform lines included, each ended by a newline."""
    return plain("".join(text for _, text in log_parts(record)))


def log_parts(record: InvocationRecord | SnapshotRecord) -> list[tuple[float, str]]:
    """``log_text`` in its parts: when each was written (seconds of the epoch; what the function prints carries the time at which its phase began), and the
    lines, records marked (``log_frames``). Lambda's own are JSON where the function's log is (AWS: "Configuring JSON and plain text log formats"). Where a
    restore failed nothing follows it."""
    if isinstance(record, SnapshotRecord):
        return _snapshot_parts(record)
    if record.restore is None:
        return _parts(record, record.began_at)
    ended = record.began_at + record.restore.duration_ms / 1e3
    restored = _restore_parts(record, record.restore, ended)
    return restored + _parts(record, ended) if record.restore.status == "success" else restored


def _snapshot_parts(record: SnapshotRecord) -> list[tuple[float, str]]:
    began, ended, as_json = record.began_at, record.began_at + record.init_ms / 1e3, record.log_format == "JSON"
    start = json_lines.init_start(record, began) if as_json else init_start_line(record.runtime) + "\n"
    if record.status == "success":
        done = json_lines.init_done(record, ended) if as_json else f"INIT_REPORT Init Duration: {record.init_ms:.2f} ms\n"
    else:
        failure = InitFailure("init", record.status, record.init_ms, record.error_type)
        done = json_lines.init_failed(record, failure, ended) if as_json else init_report_line(failure) + "\n"
    return [part for part in ((began, start), (began, _text(record.log)), (ended, done)) if part[1]]


def _restore_parts(record: InvocationRecord, restore: Restore, ended: float) -> list[tuple[float, str]]:
    began, as_json = record.began_at, record.log_format == "JSON"
    parts = [
        (began, json_lines.restore_start(record, began) if as_json else f"RESTORE_START {record.runtime}\n"),
        (began, _text(restore.log)),
        (ended, json_lines.restore_done(record, restore, ended) if as_json else restore_report_line(restore) + "\n"),
    ]
    return [part for part in parts if part[1]]


def _parts(record: InvocationRecord, began: float) -> list[tuple[float, str]]:
    as_json = record.log_format == "JSON"
    has_init = record.start == "cold" or (record.start == "provisioned" and record.init_ms is not None)
    init_failures = [failure for failure in record.init_failures if failure.phase == "init"]
    started = began + ((record.init_ms or 0.0) if has_init else 0.0) / 1e3 + sum(failure.duration_ms for failure in init_failures) / 1e3
    ended = started + record.duration_ms / 1e3
    parts: list[tuple[float, str]] = []
    if has_init:
        parts.append((began, json_lines.init_start(record, began) if as_json else init_start_line(record.runtime) + "\n"))
        for failure in init_failures:
            parts += [(began, _text(failure.log)), (started, json_lines.init_failed(record, failure, started) if as_json else init_report_line(failure) + "\n")]
        if record.init_ms is not None:
            parts.append((began, _text(record.init_log)))
            if as_json:
                parts.append((started, json_lines.init_done(record, started)))
    parts.append((started, json_lines.start(record, started) if as_json else f"START RequestId: {record.request_id} Version: {record.version}\n"))
    if record.init_ms is None:
        parts.append((started, _text(record.init_log)))
    for failure in record.init_failures:
        if failure.phase == "invoke":
            parts += [(started, _text(failure.log)), (started, json_lines.init_failed(record, failure, ended) if as_json else init_report_line(failure) + "\n")]
    parts.append((started, _text(record.log)))
    if as_json:
        parts.append((ended, json_lines.runtime_done(record, ended) + json_lines.report(record, ended)))
    else:
        parts.append((ended, f"{record.platform}END RequestId: {record.request_id}\n{report_line(record)}\n"))
    return [part for part in parts if part[1]]


def tail(record: InvocationRecord) -> bytes:
    """The last 4 KB of the log, as Invoke with LogType Tail gives it (without INIT_START)."""
    text = log_text(record)
    start = text.find("START RequestId:") if record.log_format == "Text" else text.rfind("{", 0, max(text.find('"platform.start"'), 0))
    return text[max(start, 0) :].encode()[-TAIL_BYTES:]


def was_out_of_memory(record: InvocationRecord) -> bool:
    return record.error_type == OUT_OF_MEMORY


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return text if not text or text.endswith("\n") else text + "\n"
