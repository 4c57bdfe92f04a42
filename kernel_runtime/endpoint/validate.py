"""A request against the model, in AWS's words: ``1 validation error detected: Value 'V' at 'path' failed to satisfy constraint: C``.

Every broken constraint is told, in the order of the model's members (AWS's own order among several is not documented). Paths are lowerCamel;
a structure inside a list is at ``list.1.member``, inside a map at ``map.key.member``. What is marked sensitive is not shown (recorded:
``Value at 'environment.variables'``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.model import OperationModel, Shape, StructureShape

from ..model.errors import ValidationException
from .constraints import NOT_NULL, constraints_of
from .departures import ENUM_UNCHECKED, TOLD_LAST, later_checks
from .java_text import lower_camel, value_text

Validator = Callable[[dict[str, Any]], None]
_Errors = list[str]
_Descend = Callable[[Any, str, _Errors], None]


def validator_of(operation: OperationModel) -> Validator:
    """request -> None. The validator raises ValidationException, and where AWS does, InvalidParameterValueException (``departures``)."""
    shape = operation.input_shape
    if shape is None:
        return lambda request: None
    descend = _structure(shape)
    later = later_checks(operation.name, shape)

    def validate(request: dict[str, Any]) -> None:
        errors: _Errors = []
        descend(request, "", errors)
        if errors:
            raise ValidationException(f"{len(errors)} validation error{'s' if len(errors) > 1 else ''} detected: {'; '.join(errors)}")
        for check in later:
            check(request)

    return validate


def _structure(shape: StructureShape) -> _Descend:
    members: list[tuple[str, str, bool, _Descend]] | None = None

    def descend(value: dict[str, Any], path: str, errors: _Errors) -> None:
        nonlocal members
        if members is None:  # at first use, so that a shape may hold itself
            members = _members(shape)
        for name, shown, required, check in members:
            member = value.get(name)
            if member is not None:
                check(member, f"{path}.{shown}" if path else shown, errors)
            elif required:
                errors.append(f"Value null at '{f'{path}.' if path else ''}{shown}' failed to satisfy constraint: {NOT_NULL}")

    return descend


def _members(shape: StructureShape) -> list[tuple[str, str, bool, _Descend]]:
    required = set(shape.required_members)
    return [
        (name, lower_camel(name), name in required, _value(member, (shape.name, name) not in ENUM_UNCHECKED))
        for name, member in sorted(shape.members.items(), key=lambda item: (shape.name, item[0]) in TOLD_LAST)
        if name in required or _constrained(member, set())
    ]


def _constrained(shape: Shape, seen: set[str]) -> bool:
    """Whether any value of ``shape`` could be refused."""
    if shape.name in seen:
        return False
    seen.add(shape.name)
    match shape.type_name:
        case "structure":
            return bool(shape.required_members) or any(_constrained(member, seen) for member in shape.members.values())
        case "list" | "map":
            return True
        case _:
            return bool(constraints_of(shape).texts)


def _value(shape: Shape, enum_checked: bool = True) -> _Descend:
    broken = constraints_of(shape, enum_checked).broken
    inside = _inside(shape)
    hidden = _sensitive(shape)

    def descend(value: Any, path: str, errors: _Errors) -> None:
        texts = broken(value)
        if texts:
            shown = "Value" if hidden else f"Value '{value_text(value, shape)}'"
            errors.extend(f"{shown} at '{path}' failed to satisfy constraint: {text}" for text in texts)
        if inside is not None:
            inside(value, path, errors)

    return descend


def _inside(shape: Shape) -> _Descend | None:
    """The way down to structures; scalars in a list or map are told at the list's or map's own path."""
    match shape.type_name:
        case "structure":
            return _structure(shape)
        case "list":
            return _each(_inside(shape.member), lambda value: ((f"{index}.member", item) for index, item in enumerate(value, 1)))
        case "map":
            return _each(_inside(shape.value), lambda value: ((f"{key}.member", item) for key, item in value.items()))
        case _:
            return None


def _each(inner: _Descend | None, places: Callable[[Any], Any]) -> _Descend | None:
    if inner is None:
        return None

    def descend(value: Any, path: str, errors: _Errors) -> None:
        for place, item in places(value):
            if item is not None:
                inner(item, f"{path}.{place}", errors)

    return descend


def _sensitive(shape: Shape) -> bool:
    inner = [shape.member] if shape.type_name == "list" else [shape.key, shape.value] if shape.type_name == "map" else []
    return any(each.metadata.get("sensitive", False) for each in (shape, *inner))
