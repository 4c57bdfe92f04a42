"""Log lines, letter for letter."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kernel_runtime.journal.json_lines import iso_ms
from kernel_runtime.journal.report import TAIL_BYTES, log_parts, log_text, report_line, tail
from kernel_runtime.model.invocation import InitFailure, Restore, SnapshotRecord

from .records import WARM, record

ID = "8f5d9e1c-0000-4000-8000-000000000001"


def test_a_warm_report_ends_with_a_tab() -> None:
    assert report_line(record()) == f"REPORT RequestId: {ID}\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t"


def test_a_cold_report_has_init_duration() -> None:
    line = report_line(record(start="cold", init_ms=110.1, billed_ms=114))
    assert line.endswith("\tBilled Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 110.10 ms\t")


def test_a_timeout_says_so() -> None:
    line = report_line(record(status="timeout", duration_ms=3000.0, billed_ms=3000, error_type="Sandbox.Timedout", platform="…\n"))
    assert "\tDuration: 3000.00 ms\t" in line
    assert line.endswith("\tStatus: timeout")


def test_a_killed_process_names_its_error_type() -> None:
    line = report_line(record(status="error", error_type="Runtime.OutOfMemory", platform="RequestId: x Error: …\nRuntime.ExitError\n"))
    assert line.endswith("\tStatus: error\tError Type: Runtime.OutOfMemory")


def test_an_exception_that_the_runtime_reported_has_no_status() -> None:
    assert "Status" not in report_line(record(status="error", error_type="ValueError"))


def test_a_warm_log_is_start_output_end_report() -> None:
    text = log_text(record(log=b"hello\n"))
    assert text == f"START RequestId: {ID} Version: $LATEST\nhello\nEND RequestId: {ID}\n{report_line(record())}\n"


def test_a_cold_log_begins_with_init_start_and_what_the_module_printed() -> None:
    lines = log_text(record(start="cold", init_ms=95.0, init_log=b"imported\n", log=b"handled\n")).splitlines()
    assert lines[0].startswith("INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:")
    assert lines[1:4] == ["imported", f"START RequestId: {ID} Version: $LATEST", "handled"]


SNAPSHOT = SnapshotRecord("hello", "1", 1_738_324_800.0, 1_741.83, 1_742, 128, log=b"imported\n", runtime=WARM.runtime)


def test_a_snapshots_init_is_told_from_init_start_to_init_report() -> None:
    lines = log_text(SNAPSHOT).splitlines()
    assert lines[0].startswith("INIT_START Runtime Version: ") and lines[1:] == ["imported", "INIT_REPORT Init Duration: 1741.83 ms"]
    failed = replace(SNAPSHOT, status="error", error_type="Runtime.BeforeSnapshotError")
    assert log_text(failed).endswith("INIT_REPORT Init Duration: 1741.83 ms\tPhase: init\tStatus: error\tError Type: Runtime.BeforeSnapshotError\n")
    as_json = [json.loads(line) for line in log_text(replace(SNAPSHOT, log=b"", log_format="JSON")).splitlines()]
    assert [line["record"]["initializationType"] for line in as_json] == ["snap-start", "snap-start"]


RESTORE = Restore(398.974, 182, log=b"restoring\n")


def test_a_restored_report_has_both_durations() -> None:
    line = report_line(record(start="restored", duration_ms=2338.66, billed_ms=2521, restore=RESTORE))
    assert line.endswith("\tMax Memory Used: 36 MB\tRestore Duration: 398.97 ms\tBilled Restore Duration: 182 ms\t")


def test_a_restored_log_begins_with_the_restore() -> None:
    restored = record(start="restored", restore=RESTORE, log=b"handled\n")
    lines = log_text(restored).splitlines()
    assert lines[0].startswith("RESTORE_START Runtime Version: python:3.13.v1\tRuntime Version ARN: ")
    assert lines[1:5] == ["restoring", "RESTORE_REPORT Restore Duration: 398.97 ms", f"START RequestId: {ID} Version: $LATEST", "handled"]
    times = [at for at, _ in log_parts(restored)]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("restore", "ending"),
    [
        (replace(RESTORE, status="timeout", error_type="Sandbox.Timedout"), "ms\tStatus: timeout\n"),
        (replace(RESTORE, status="error", error_type="Runtime.AfterRestoreError"), "ms\tStatus: error\tError Type: Runtime.AfterRestoreError\n"),
    ],
)
def test_nothing_follows_a_restore_that_failed(restore: Restore, ending: str) -> None:
    text = log_text(record(start="restored", status=restore.status, restore=restore))
    assert text.endswith(ending) and text.count("\n") == 3


def test_a_restore_in_json() -> None:
    lines = [
        json.loads(line)
        for line in log_text(record(start="restored", restore=replace(RESTORE, log=b""), log_format="JSON", system_log_level="DEBUG")).splitlines()
    ]
    assert [line["type"] for line in lines] == [
        "platform.restoreStart", "platform.restoreRuntimeDone", "platform.restoreReport", "platform.start", "platform.runtimeDone", "platform.report",
    ]  # fmt: skip
    assert lines[0]["record"]["functionName"] == "hello" and lines[2]["record"] == {"status": "success", "metrics": {"durationMs": 398.974}}
    assert lines[-1]["record"]["metrics"]["restoreDurationMs"] == 398.974


def test_a_failed_init_is_reported_in_both_phases() -> None:
    failures = (
        InitFailure("init", "error", 316.8, "Runtime.ImportModuleError", b"first\n"),
        InitFailure("invoke", "error", 300.0, "Runtime.ImportModuleError", b"second\n"),
    )
    lines = log_text(record(start="cold", status="error", error_type="Runtime.ImportModuleError", init_failures=failures)).splitlines()
    assert lines[1:6] == [
        "first",
        "INIT_REPORT Init Duration: 316.80 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError",
        f"START RequestId: {ID} Version: $LATEST",
        "second",
        "INIT_REPORT Init Duration: 300.00 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError",
    ]


def test_an_init_that_timed_out_names_no_error_type() -> None:
    text = log_text(record(start="cold", init_failures=(InitFailure("init", "timeout", 9999.79, None),)))
    assert "INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout\n" in text


def test_the_tail_is_the_last_4_kb_and_has_no_init_start() -> None:
    cold = record(start="cold", init_ms=1.0, log=b"x\n" * 10)
    assert tail(cold).startswith(b"START RequestId")
    long = record(log=b"y" * 10_000)
    assert len(tail(long)) == TAIL_BYTES
    assert tail(long).endswith((report_line(long) + "\n").encode())


def test_output_that_is_not_utf_8_is_shown_with_replacement_characters() -> None:
    assert "\ufffd" in log_text(record(log=b"\xff\n"))


def test_times_are_iso_with_milliseconds() -> None:
    assert iso_ms(1_738_324_803.0) == "2025-01-31T12:00:03.000Z"


def test_start_names_the_version_that_ran() -> None:
    assert log_text(record(version="12")).startswith(f"START RequestId: {ID} Version: 12\n")


def test_a_provisioned_environments_first_log_begins_with_its_init() -> None:
    lines = log_text(record(start="provisioned", init_ms=95.0, init_log=b"imported\n", version="1")).splitlines()
    assert lines[0].startswith("INIT_START ") and lines[1:3] == ["imported", f"START RequestId: {ID} Version: 1"]
    assert lines[-1].endswith("\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 95.00 ms\t")
    assert log_text(record(start="provisioned")).startswith("START ")
