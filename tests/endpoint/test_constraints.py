"""Every constraint of the model, at every place of every operation: one under, one over, another alphabet, no member of the enum, absent."""

from __future__ import annotations

from typing import Any

import pytest

from kernel_runtime.endpoint.service import lambda_service
from kernel_runtime.endpoint.validate import validator_of
from kernel_runtime.model.errors import InvalidParameterValueException, ValidationException

from .places import at_the_bounds, broken, places

SERVICE = lambda_service()
WITH_INPUT = [name for name in SERVICE.operation_names if SERVICE.operation_model(name).input_shape]


def message_of(name: str, request: dict[str, Any]) -> str:
    try:
        validator_of(SERVICE.operation_model(name))(request)
    except ValidationException as error:
        return str(error.args[0])
    except InvalidParameterValueException:
        return ""
    return ""


@pytest.mark.parametrize("name", WITH_INPUT)
def test_each_broken_constraint_is_told_where_it_is(name: str) -> None:
    for place in places(SERVICE.operation_model(name).input_shape):
        for value, text in broken(place):
            message = message_of(name, place.request(value))
            assert place.said(text) in message, f"{value!r:.80}"
            assert text in message


@pytest.mark.parametrize("name", WITH_INPUT)
def test_a_bound_itself_is_allowed(name: str) -> None:
    for place in places(SERVICE.operation_model(name).input_shape):
        for value, text in at_the_bounds(place):
            if not place.whose:
                assert place.said(text) not in message_of(name, place.request(value)), f"{value!r:.80}"


@pytest.mark.parametrize("name", WITH_INPUT)
def test_required_members_must_be_there(name: str) -> None:
    required = [f"{member[0].lower()}{member[1:]}" for member in SERVICE.operation_model(name).input_shape.members]
    required = [shown for shown, member in zip(required, SERVICE.operation_model(name).input_shape.members, strict=True) if _is_required(name, member)]
    message = message_of(name, {})
    errors = [f"Value null at '{shown}' failed to satisfy constraint: Member must not be null" for shown in required]
    opening = f"{len(errors)} validation error{'s' if len(errors) > 1 else ''} detected: "
    assert message == (opening + "; ".join(errors) if errors else "")


def _is_required(name: str, member: str) -> bool:
    return member in SERVICE.operation_model(name).input_shape.required_members
