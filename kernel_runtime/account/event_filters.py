"""Filter patterns of event source mappings: what is one (AWS: "Filter rule syntax", "Lambda event filtering"). Which events pass is the poller's business."""

from __future__ import annotations

import json
from typing import Any

from ..model.errors import InvalidParameterValueException

FILTERS_MAX = 10
"""Five are the default quota, ten the most that AWS grants on request (AWS: "Lambda event filtering")."""

_COMPARISONS = ("<", "<=", ">", ">=", "=")


def check(criteria: dict[str, Any]) -> None:
    """Raises InvalidParameterValueException for criteria with a pattern that is none."""
    filters = criteria.get("Filters") or []
    if len(filters) > FILTERS_MAX:
        raise InvalidParameterValueException(f"Filter criteria cannot have more than {FILTERS_MAX} filters.")
    for one in filters:
        if not is_pattern(one.get("Pattern")):
            raise InvalidParameterValueException("Invalid filter pattern definition.")


def is_pattern(text: str | None) -> bool:
    """Whether ``text`` is JSON that says of fields what they must be."""
    try:
        pattern = json.loads(text or "")
        return isinstance(pattern, dict) and _is_object(pattern)
    except (ValueError, RecursionError):
        return False


def _is_object(pattern: dict[str, Any]) -> bool:
    return bool(pattern) and all(_is_choice(rule) if field == "$or" else _is_field(rule) for field, rule in pattern.items())


def _is_choice(rule: Any) -> bool:
    return isinstance(rule, list) and bool(rule) and all(isinstance(option, dict) and _is_object(option) for option in rule)


def _is_field(rule: Any) -> bool:
    if isinstance(rule, dict):
        return _is_object(rule)
    return isinstance(rule, list) and bool(rule) and all(_is_rule(one) for one in rule)


def _is_rule(rule: Any) -> bool:
    if not isinstance(rule, dict):
        return not isinstance(rule, list)
    if len(rule) != 1:
        return False
    ((name, value),) = rule.items()
    match name:
        case "exists":
            return isinstance(value, bool)
        case "equals-ignore-case":
            return isinstance(value, str)
        case "prefix" | "suffix":
            return isinstance(value, str) or (isinstance(value, dict) and list(value) == ["equals-ignore-case"] and _is_rule(value))
        case "numeric":
            return _is_range(value)
        case "anything-but":
            return _is_exclusion(value)
    return False


def _is_range(value: Any) -> bool:
    """``["=", 5]``, ``[">", 0, "<=", 10]``"""
    if not isinstance(value, list) or len(value) not in (2, 4):
        return False
    return all(isinstance(sign, str) and sign in _COMPARISONS for sign in value[::2]) and all(_is_number(number) for number in value[1::2])


def _is_exclusion(value: Any) -> bool:
    if isinstance(value, dict):
        return list(value) in (["prefix"], ["suffix"], ["equals-ignore-case"]) and _is_rule(value)
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(item, str) or _is_number(item) for item in items)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
