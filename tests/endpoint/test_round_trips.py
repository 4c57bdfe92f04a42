"""botocore writes, the lab reads; the lab writes, botocore reads: the same dict, for every operation of the model."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from botocore.parsers import create_parser
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kernel_runtime.endpoint.protocol import Protocol
from kernel_runtime.endpoint.service import lambda_service

from .values import on_the_wire, values

PROTOCOL = Protocol()
SERVICE = lambda_service()
FEW = settings(max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def test_the_model_has_91_operations() -> None:
    assert len(PROTOCOL.operations) == 91


@pytest.mark.parametrize("name", PROTOCOL.operations)
def test_what_botocore_sends_is_read_as_it_was_meant(name: str) -> None:
    operation = SERVICE.operation_model(name)
    requests = values(operation.input_shape) if operation.input_shape else st.just({})

    @FEW
    @given(requests)
    def read_back(request: dict[str, Any]) -> None:
        bare_name = str(request.get("FunctionName", ""))
        assume(name != "CreateFunction" or ":" in bare_name or len(bare_name) <= 64)
        call = PROTOCOL.read(*on_the_wire(operation, request))
        assert call.operation == name
        assert call.request == _as_it_arrives(operation.input_shape, request)

    read_back()


def _as_it_arrives(shape: Any, request: dict[str, Any]) -> dict[str, Any]:
    """An empty payload and none are the same bytes; for a structure that is the payload both are ``{}``."""
    payload = shape.serialization.get("payload") if shape else None
    if payload is None or payload in shape.required_members:
        return request
    if shape.members[payload].type_name == "structure":
        return {payload: {}, **request}
    return {name: value for name, value in request.items() if (name, value) != (payload, b"")}


@pytest.mark.parametrize("name", [name for name in PROTOCOL.operations if not SERVICE.operation_model(name).has_event_stream_output])
def test_botocore_reads_what_is_written(name: str) -> None:
    operation = SERVICE.operation_model(name)
    results = values(operation.output_shape, allowed=False) if operation.output_shape else st.just({})

    @FEW
    @given(results)
    def read_back(result: dict[str, Any]) -> None:
        answer = PROTOCOL.write(name, result)
        body = BytesIO(answer.body) if operation.has_streaming_output else answer.body
        parsed = create_parser("rest-json").parse({"status_code": answer.status, "headers": answer.headers, "body": body}, operation.output_shape)
        del parsed["ResponseMetadata"]
        assert _to_the_millisecond(parsed) == _as_it_is_told(operation.output_shape, result, answer.status)

    read_back()


def _as_it_is_told(shape: Any, result: dict[str, Any], status: int) -> dict[str, Any]:
    """The status is always told where the shape has a member for it, so is a payload; 204 has no body."""
    statuses = {name: status for name, member in shape.members.items() if member.serialization.get("location") == "statusCode"} if shape else {}
    payload = {shape.serialization["payload"]: b""} if shape and "payload" in shape.serialization else {}
    return {**payload, **(result if status != 204 else {}), **statuses}


@pytest.mark.parametrize("name", PROTOCOL.operations)
def test_the_status_is_the_models_and_204_has_no_body(name: str) -> None:
    usual = SERVICE.operation_model(name).http["responseCode"]
    answer = PROTOCOL.write(name, {})
    assert answer.status == usual
    assert usual != 204 or (answer.body, answer.headers) == (b"", {})


def _to_the_millisecond(value: Any) -> Any:
    """botocore goes through binary fractions of a second, and leaves a payload unread."""
    if isinstance(value, datetime):
        return value.fromtimestamp(round(value.timestamp(), 3), value.tzinfo)
    if isinstance(value, dict):
        return {key: _to_the_millisecond(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_to_the_millisecond(inner) for inner in value]
    return value.read() if isinstance(value, BytesIO) else value
