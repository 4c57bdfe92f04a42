"""Records for tests, by default a warm success."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kernel_runtime.model.invocation import InvocationRecord

WARM = InvocationRecord(
    request_id="8f5d9e1c-0000-4000-8000-000000000001",
    function="hello",
    environment_id=1,
    start="warm",
    status="success",
    began_at=1_738_324_800.0,
    duration_ms=3.014,
    billed_ms=4,
    memory_mb=128,
    max_memory_mb=36,
    runtime="Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:abc",
)


def record(**changes: Any) -> InvocationRecord:
    return replace(WARM, **changes)
