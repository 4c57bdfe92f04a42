"""Whether one event is like another: the same members in the same order, values of the same types, lists of the same kinds of things."""

from __future__ import annotations

from typing import Any


def shape(value: Any) -> Any:
    """Members in their order, and types in place of values."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__
