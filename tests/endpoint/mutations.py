"""Requests that are wrong somewhere, drawn from an operation's shape: a member absent, null, of another type, beyond its bounds, in another alphabet."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel
from hypothesis import strategies as st

from .places import Place, at_the_bounds, broken, places

ALPHABETS = (
    *("Ω", "日本", "🦊", "é", "\x00", "\x7f", "\n", " ", "%2F", "..", "/", "\\", '"', "'"),
    *("<a>", "${x}", "\u202e", "\ufeff", "\u0661", "-", "_", "$", ":", "arn:"),
)
DEEP: Any = 0
for _ in range(200):
    DEEP = [DEEP]

wrong_types: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, -1e308, "", "1", "true", "null", [], {}, [None], {"": None}, [[]], {"a": {}}, DEEP]),
    st.lists(st.sampled_from(ALPHABETS), max_size=4).map("".join),
    st.dictionaries(st.sampled_from(ALPHABETS), st.sampled_from([None, 1, "x"]), max_size=2),
)


@st.composite
def mutated(draw: st.DrawFn, operation: OperationModel, base: dict[str, Any]) -> dict[str, Any]:
    """``base`` with one thing wrong; now and then with two."""
    request = dict(base)
    spots = _spots(operation)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        if not spots or (base and draw(st.integers(0, 9)) == 0):
            request.pop(draw(st.sampled_from(sorted(base))) if base else "", None)
            continue
        place = draw(st.sampled_from(spots))
        request |= place.request(draw(_value(place)))
    return {name: value for name, value in request.items() if _can_travel(operation, name, value)}


def _value(place: Place) -> st.SearchStrategy[Any]:
    near = [value for value, _ in (*broken(place), *at_the_bounds(place))]
    if place.whose == "Map keys":
        return st.sampled_from([*ALPHABETS, "", "aws:", "a" * 1_000])
    foreign = st.lists(st.sampled_from(ALPHABETS), min_size=1, max_size=6).map("".join)
    return st.one_of(wrong_types, foreign, *([st.sampled_from(near)] if near else []))


def _spots(operation: OperationModel) -> list[Place]:
    if operation.name not in _SPOTS:
        _SPOTS[operation.name] = list(places(operation.input_shape)) if operation.input_shape else []
    return _SPOTS[operation.name]


_SPOTS: dict[str, list[Place]] = {}


def _can_travel(operation: OperationModel, name: str, value: Any) -> bool:
    """A header holds one line; nothing else has to be kept from a serialiser that checks nothing."""
    member = operation.input_shape.members[name]
    if member.serialization.get("location") == "header":
        return not isinstance(value, str) or value.isprintable()
    return True
