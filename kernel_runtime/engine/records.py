"""From the course of an invocation to the record that stays and the bytes that its caller is answered. Pure."""

from __future__ import annotations

from math import ceil
from typing import Literal

from ..journal.json_lines import iso_ms
from ..model.errors import AwsError, SnapStartException, SnapStartTimeoutException
from ..model.failures import failure_of
from ..model.function import Function
from ..model.invocation import Answer, InvocationRecord, Restore, SnapshotRecord
from .course import Course, init_failure


def conclude(
    request_id: str, environment_id: int, function: Function, course: Course, began_at: float, runtime: str, qualifier: str = ""
) -> tuple[InvocationRecord, bytes]:
    """The record and the response body of an invocation that has run its course. ``began_at``: seconds of the epoch. ``qualifier``: as asked."""
    answer, restore = course.answer, course.restore
    assert answer is not None
    duration_ms = course.spent_ms
    status: Literal["success", "error", "timeout"] = "success"
    platform, error_type, body = "", None, answer.payload
    no_restore = restore is not None and restore.status != "success"
    if restore is not None and no_restore:
        status, error_type, body = restore.status, restore.error_type, b""
    elif answer.cause == "timeout":
        status, duration_ms = "timeout", function.timeout_s * 1_000.0
    elif answer.cause != "answered":
        status, error_type = "error", answer.error_type
    reported_by_runtime = no_restore or (bool(answer.payload) and answer.cause in ("failed", "exit"))
    if status != "success" and not reported_by_runtime:
        failure = failure_of(answer, request_id, function.timeout_s, iso_ms(began_at + duration_ms / 1_000))
        platform, error_type, body = failure.log_line, failure.error_type, failure.body
    init_ms = course.init.duration_ms if course.init is not None else None
    handler_ran = not no_restore and not (course.init_failures and course.init_failures[-1].phase == "invoke")
    record = InvocationRecord(
        request_id=request_id,
        function=function.name,
        environment_id=environment_id,
        start=course.start,
        status=status,
        began_at=began_at,
        duration_ms=duration_ms,
        billed_ms=ceil(round(_billed_before_ms(course) + duration_ms, 2)),
        memory_mb=function.memory_mb,
        max_memory_mb=min(max(answer.max_memory_mb, course.init.max_memory_mb if course.init else 0), function.memory_mb),
        init_ms=init_ms,
        error_type=error_type,
        init_failures=tuple(course.init_failures),
        init_log=course.init_log,
        log=answer.log if handler_ran else b"",
        platform=platform,
        runtime=runtime,
        response_bytes=len(body),
        cpu_ms=answer.cpu_ms,
        ephemeral_mb=function.ephemeral_mb,
        architecture=function.architecture,
        version=function.version,
        qualifier=qualifier,
        log_group=function.log_group,
        log_stream=answer.log_stream,
        log_format=function.log_format,
        system_log_level=function.system_log_level,
        restore=restore,
    )
    return record, body


def snapshot_record(function: Function, init: Answer, began_at: float, runtime: str) -> SnapshotRecord:
    """The record of a snapshot's init."""
    failure = init_failure("init", init)
    return SnapshotRecord(
        function=function.name,
        version=function.version,
        began_at=began_at,
        init_ms=init.duration_ms,
        billed_ms=ceil(round(init.duration_ms, 2)),
        memory_mb=function.memory_mb,
        status="success" if init.cause == "answered" else failure.status,
        error_type=None if init.cause == "answered" else failure.error_type,
        architecture=function.architecture,
        log=init.log,
        runtime=runtime,
        log_group=function.log_group,
        log_stream=init.log_stream,
        log_format=function.log_format,
        system_log_level=function.system_log_level,
    )


def restore_refusal(restore: Restore) -> AwsError:
    """What the caller of an invocation is due whose environment could not be restored (botocore: SnapStartException, SnapStartTimeoutException)."""
    if restore.status == "timeout":
        return SnapStartTimeoutException("Lambda couldn't restore the snapshot within the timeout limit.")
    return SnapStartException("The afterRestore() runtime hook encountered an error. For more information, check the Amazon CloudWatch logs.")


def _billed_before_ms(course: Course) -> float:
    """AWS bills the init too, since August 2025, and rounds the sum up to a whole ms; a provisioned environment's is not the invocation's. Of a restore it
    bills what the function's own process did."""
    if course.restore is not None:
        return course.restore.billed_ms
    return course.init.duration_ms if course.init is not None and course.start != "provisioned" else 0.0
