"""Log lines as Lambda prints them, folded from an invocation's record when somebody reads the log, not before.

AWS: "Understanding Lambda execution environment lifecycle", "Working with Lambda function logs"; lines as recorded.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ..model.failures import OUT_OF_MEMORY
from ..model.invocation import InitFailure, InvocationRecord

TAIL_BYTES = 4_096


def iso_ms(epoch_s: float) -> str:
    """``2025-01-31T12:00:03.000Z``"""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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


def log_text(record: InvocationRecord) -> str:
    """Everything that this invocation wrote to its log stream, platform lines included, each ended by a newline."""
    lines: list[str] = []
    if record.start == "cold" or (record.start == "provisioned" and record.init_ms is not None):
        lines.append(init_start_line(record.runtime) + "\n")
        for failure in record.init_failures:
            if failure.phase == "init":
                lines += [_text(failure.log), init_report_line(failure) + "\n"]
        if record.init_ms is not None:
            lines.append(_text(record.init_log))
    lines.append(f"START RequestId: {record.request_id} Version: {record.version}\n")
    if record.init_ms is None:
        lines.append(_text(record.init_log))
    for failure in record.init_failures:
        if failure.phase == "invoke":
            lines += [_text(failure.log), init_report_line(failure) + "\n"]
    lines += [_text(record.log), record.platform, f"END RequestId: {record.request_id}\n", report_line(record) + "\n"]
    return "".join(lines)


def tail(record: InvocationRecord) -> bytes:
    """The last 4 KB of the log, as Invoke with LogType Tail gives it (without INIT_START)."""
    text = log_text(record)
    start = text.find("START RequestId:")
    return text[max(start, 0) :].encode()[-TAIL_BYTES:]


def was_out_of_memory(record: InvocationRecord) -> bool:
    return record.error_type == OUT_OF_MEMORY


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return text if not text or text.endswith("\n") else text + "\n"
