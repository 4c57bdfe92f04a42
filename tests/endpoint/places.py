"""Every place in a request where a constraint of the model holds, and a way to put a value there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape, StructureShape

from kernel_runtime.endpoint.constraints import bounds_of, pattern_text_of
from kernel_runtime.endpoint.departures import ENUM_UNCHECKED, UNWRAPPED

MATCH_ALL = {r"[\s\S]*", r"[\s\S]+"}
_NEVER_MATCHING = "\n\x00 é\n"


@dataclass(frozen=True)
class Place:
    """``request(value)`` is a request with ``value`` there; ``said(text)`` how AWS says that a constraint is broken there."""

    path: str
    shape: Shape
    request: Callable[[Any], dict[str, Any]]
    whose: str = ""
    enum_checked: bool = True

    def said(self, text: str) -> str:
        if not self.whose:
            return f" at '{self.path}' failed to satisfy constraint: {text}"
        return f" at '{self.path}' failed to satisfy constraint: {self.whose} must satisfy constraint: ["


def places(shape: StructureShape, path: str = "", request: Callable[[Any], dict[str, Any]] = lambda value: value) -> Iterator[Place]:
    for name, member in shape.members.items():
        inner = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        yield from _below(
            Place(inner, member, lambda value, name=name: request({name: value}), enum_checked=(shape.name, name) not in ENUM_UNCHECKED),
        )


def _below(place: Place) -> Iterator[Place]:
    shape, put = place.shape, place.request
    match shape.type_name:
        case "structure":
            yield from places(shape, place.path, put)
        case "list":
            yield place
            if shape.member.type_name == "structure":
                yield from places(shape.member, f"{place.path}.1.member", lambda value: put([value]))
            else:
                yield Place(place.path, shape.member, lambda value: put([value]), "" if shape.name in UNWRAPPED else "Member")
        case "map":
            yield place
            yield Place(place.path, shape.key, lambda value: put({value: None}), "Map keys")
            yield Place(place.path, shape.value, lambda value: put({"k": value}), "Map value")
        case _:
            yield place


def broken(place: Place) -> Iterator[tuple[Any, str]]:
    """(a value that breaks one constraint by as little as can be, AWS's text for it)."""
    shape = place.shape
    least, most = bounds_of(shape)
    if _enum(shape):
        if place.enum_checked:
            yield "no such", f"Member must satisfy enum value set: [{', '.join(_enum(shape))}]"
        return
    if most is not None:
        yield _of_size(shape, most, 1), f"Member must have {_measure(shape)} less than or equal to {_number(shape, most)}"
    if least is not None and (least > 0 or shape.type_name in ("integer", "long", "double")):
        yield _of_size(shape, least, -1), f"Member must have {_measure(shape)} greater than or equal to {_number(shape, least)}"
    pattern = shape.metadata.get("pattern")
    if pattern is not None and pattern not in MATCH_ALL:
        yield _NEVER_MATCHING, f"Member must satisfy regular expression pattern: {pattern_text_of(shape)}"


def at_the_bounds(place: Place) -> Iterator[tuple[Any, str]]:
    """(a value as large or as small as may be, the text that must not be said of it)."""
    shape = place.shape
    least, most = bounds_of(shape)
    for bound, word in ((most, "less"), (least, "greater")):
        if bound is not None and not _enum(shape):
            yield _of_size(shape, bound, 0), f"Member must have {_measure(shape)} {word} than or equal to"


def _measure(shape: Shape) -> str:
    return "value" if shape.type_name in ("integer", "long", "double") else "length"


def _number(shape: Shape, bound: float) -> str:
    return str(float(bound)) if shape.type_name == "double" else str(int(bound))


def _of_size(shape: Shape, bound: float, beyond: int) -> Any:
    match shape.type_name:
        case "integer" | "long":
            return int(bound) + beyond
        case "double":
            return bound + beyond / 1000
        case "list":
            return [None] * (int(bound) + beyond)
        case "map":
            return {f"k{index}": None for index in range(int(bound) + beyond)}
        case "blob":
            return b"a" * (int(bound) + beyond)
        case _:
            return "a" * (int(bound) + beyond)


def _enum(shape: Shape) -> list[str]:
    return list(shape.enum) if shape.type_name == "string" else []
