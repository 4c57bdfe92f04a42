"""One shape's own constraints, in AWS's words. A text is built once; checking a good value builds none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from botocore.model import Shape

from .departures import BOUNDS, NULL_UNSAID, SHOWN_WITHOUT_OUTER_PARENTHESES, UNWRAPPED
from .java_text import double_text
from .patterns import python_pattern

NOT_NULL = "Member must not be null"


class Constraints(NamedTuple):
    """``texts``: all of a shape's, in the order that AWS lists them inside a collection's brackets: maximum, minimum, pattern, enum.

    ``broken``: those that a value breaks, in the order of single errors: the pattern before the lengths (recorded for CreateFunction's functionName).
    """

    texts: tuple[str, ...]
    broken: Callable[[Any], Sequence[str]]


def constraints_of(shape: Shape, enum_checked: bool = True) -> Constraints:
    """The constraints of a value of ``shape`` itself, and of the scalars directly inside a list or map; structures inside are ``validate``'s."""
    match shape.type_name:
        case "string":
            return _enum(shape) if shape.enum and enum_checked else _text(shape)
        case "integer" | "long" | "double" | "float":
            return _number(shape)
        case "blob":
            return _sized(shape)
        case "list":
            return _joined(_sized(shape), _items(shape, "Member", shape.member, iter))
        case "map":
            keys, values = _items(shape, "Map keys", shape.key, dict.keys), _items(shape, "Map value", shape.value, dict.values)
            return _joined(_sized(shape), keys, values)
        case _:
            return Constraints((), lambda value: ())


def bounds_of(shape: Shape) -> tuple[float | None, float | None]:
    """(minimum, maximum) as AWS keeps them."""
    bounds = {**shape.metadata, **BOUNDS.get(shape.name, {})}
    return bounds.get("min"), bounds.get("max")


def pattern_text_of(shape: Shape) -> str:
    """The pattern as AWS prints it."""
    pattern = str(shape.metadata["pattern"])
    return pattern[1:-1] if shape.name in SHOWN_WITHOUT_OUTER_PARENTHESES else pattern


def _enum(shape: Shape) -> Constraints:
    known = frozenset(shape.enum)
    texts = (f"Member must satisfy enum value set: [{', '.join(shape.enum)}]",)
    return Constraints(texts, lambda value: () if value in known else texts)


def _text(shape: Shape) -> Constraints:
    sizes = _sized(shape)
    if "pattern" not in shape.metadata:
        return sizes
    matches = python_pattern(shape.metadata["pattern"]).fullmatch
    text = f"Member must satisfy regular expression pattern: {pattern_text_of(shape)}"
    too_size = sizes.broken

    def broken(value: str) -> Sequence[str]:
        wrong_size = too_size(value)
        return wrong_size if matches(value) else (text, *wrong_size)

    return Constraints((*sizes.texts, text), broken)


def _sized(shape: Shape) -> Constraints:
    return _bounded(*bounds_of(shape), "length", str, len)


def _number(shape: Shape) -> Constraints:
    shown: Callable[[Any], str] = str if shape.type_name in ("integer", "long") else lambda bound: double_text(float(bound))
    return _bounded(*bounds_of(shape), "value", shown, lambda value: value)


def _bounded(least: float | None, most: float | None, what: str, shown: Callable[[Any], str], measure: Callable[[Any], Any]) -> Constraints:
    too_much = (f"Member must have {what} less than or equal to {shown(most)}",) if most is not None else ()
    too_little = (f"Member must have {what} greater than or equal to {shown(least)}",) if least is not None else ()
    if not too_much and not too_little:
        return Constraints((), lambda value: ())
    low, high = (float("-inf") if least is None else least), (float("inf") if most is None else most)

    def broken(value: Any) -> Sequence[str]:
        measured = measure(value)
        if measured > high:
            return too_much
        return too_little if measured < low else ()

    return Constraints(too_much + too_little, broken)


def _items(collection: Shape, whose: str, shape: Shape, items_of: Callable[[Any], Any]) -> Constraints:
    inner = constraints_of(shape)
    listed = inner.texts if collection.name in NULL_UNSAID else (*inner.texts, NOT_NULL)
    texts = inner.texts if collection.name in UNWRAPPED else (f"{whose} must satisfy constraint: [{', '.join(listed)}]",)
    inner_broken = inner.broken

    def broken(value: Any) -> Sequence[str]:
        for item in items_of(value):
            if item is None or inner_broken(item):
                return texts
        return ()

    return Constraints(texts if inner.texts else (), broken)


def _joined(*parts: Constraints) -> Constraints:
    checks = [part.broken for part in parts]
    return Constraints(tuple(text for part in parts for text in part.texts), lambda value: [text for check in checks for text in check(value)])
