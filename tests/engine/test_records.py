"""From the course of an invocation to what stays of it."""

from __future__ import annotations

import json
from dataclasses import replace

from kernel_runtime.engine.course import Course
from kernel_runtime.engine.records import conclude
from kernel_runtime.model.function import Function
from kernel_runtime.model.invocation import Answer, InvocationRecord

FUNCTION = Function(name="f", code_sha256="0", memory_mb=128, timeout_s=3)


def concluded(course: Course) -> tuple[InvocationRecord, bytes]:
    return conclude("ID", 1, FUNCTION, course, 1_738_324_800.0, "python")


def test_a_cold_start_is_billed_init_and_duration_together() -> None:
    course = Course("cold", init=Answer("answered", duration_ms=423.98), spent_ms=2.37, answer=Answer("answered", b"1", duration_ms=2.37))
    record, body = concluded(course)
    assert (record.billed_ms, record.init_ms, record.status, body) == (427, 423.98, "success", b"1")


def test_a_timeout_lasts_exactly_its_timeout() -> None:
    course = Course("cold", init=Answer("answered", duration_ms=66.12), spent_ms=3_004.2, answer=Answer("timeout", duration_ms=3_004.2))
    record, body = concluded(course)
    assert (record.duration_ms, record.billed_ms, record.status) == (3_000.0, 3_067, "timeout")
    assert body == b'{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ID Error: Task timed out after 3.00 seconds"}'
    assert record.platform == "2025-01-31T12:00:03.000Z ID Task timed out after 3.00 seconds\n\n"


def test_out_of_memory_is_an_exit_error_to_the_caller_and_out_of_memory_in_the_report() -> None:
    record, body = concluded(Course("warm", spent_ms=10.0, answer=Answer("out_of_memory", max_memory_mb=131)))
    assert json.loads(body) == {"errorType": "Runtime.ExitError", "errorMessage": "RequestId: ID Error: Runtime exited with error: signal: killed"}
    assert (record.error_type, record.max_memory_mb) == ("Runtime.OutOfMemory", 128)


def test_an_exit_is_told_with_its_status() -> None:
    assert b"Runtime exited with error: exit status 3" in concluded(Course("warm", answer=Answer("exit", detail=3)))[1]
    assert b"Runtime exited without providing a reason" in concluded(Course("warm", answer=Answer("exit", detail=0)))[1]


def test_a_signal_is_named_as_lambda_names_it() -> None:
    assert b"signal: segmentation fault" in concluded(Course("warm", answer=Answer("signal", detail=11)))[1]


def test_the_runtimes_own_error_goes_to_the_caller_unchanged() -> None:
    raised = b'{"errorMessage":"no","errorType":"ValueError","requestId":"ID","stackTrace":[]}'
    record, body = concluded(Course("warm", spent_ms=1.0, answer=Answer("failed", raised, "ValueError")))
    assert (body, record.status, record.error_type, record.platform) == (raised, "error", "ValueError", "")


def test_a_suppressed_init_counts_as_duration() -> None:
    record, _ = concluded(Course("suppressed", init_log=b"again\n", spent_ms=120.0, answer=Answer("answered", b"null", duration_ms=20.0)))
    assert (record.init_ms, record.duration_ms, record.init_log) == (None, 120.0, b"again\n")


def test_a_provisioned_init_is_told_and_not_billed() -> None:
    course = Course("provisioned", spent_ms=2.37, answer=Answer("answered", b"1", duration_ms=2.37))
    course.before(Answer("answered", duration_ms=423.98, log=b"imported\n"))
    record, _ = conclude("ID", 1, replace(FUNCTION, version="3"), course, 1_738_324_800.0, "python", "live")
    assert (record.billed_ms, record.init_ms, record.init_log, record.version, record.qualifier) == (3, 423.98, b"imported\n", "3", "live")
