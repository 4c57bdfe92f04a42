"""Which records pass a mapping's filters (AWS: "Lambda event filtering", "Filter rule syntax"; what is a pattern: ``account/event_filters.py``).

Filters are alternatives. Within one, every field must match; a field's rules are alternatives. A list in a record matches where one of its items does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_ABSENT: Any = object()
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "=": lambda one, other: one == other,
}


class Filters:
    """Of one mapping. criteria: its FilterCriteria; data: the member that holds what the sender wrote as text (``body``, ``data``), empty where the record is
    all of one piece."""

    def __init__(self, criteria: Mapping[str, Any] | None, data: str = "") -> None:
        self._patterns = [json.loads(one["Pattern"]) for one in (criteria or {}).get("Filters") or []]
        self._data = data

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def passes(self, record: Mapping[str, Any]) -> bool:
        """record: as the event has it; what the sender wrote is read as JSON where a pattern looks into it. What is no JSON then does not pass."""
        return not self._patterns or any(matches(pattern, self._seen(record, pattern)) for pattern in self._patterns)

    def _seen(self, record: Mapping[str, Any], pattern: Mapping[str, Any]) -> Mapping[str, Any]:
        if not isinstance(pattern.get(self._data), dict) or not isinstance(record.get(self._data), str):
            return record
        try:
            return {**record, self._data: json.loads(record[self._data])}
        except (ValueError, RecursionError):
            return {name: value for name, value in record.items() if name != self._data}


def matches(pattern: Mapping[str, Any], value: Any) -> bool:
    """Whether an object of the event is as the pattern says."""
    if isinstance(value, list):
        return any(isinstance(item, dict) and matches(pattern, item) for item in value)
    fields = value if isinstance(value, dict) else {}
    return all(_choice(rule, value) if field == "$or" else _field(rule, fields.get(field, _ABSENT)) for field, rule in pattern.items())


def _choice(options: list[Any], value: Any) -> bool:
    return any(matches(option, value) for option in options)


def _field(rule: Any, value: Any) -> bool:
    if isinstance(rule, dict):
        return matches(rule, {} if value is _ABSENT else value)
    return any(_one(rule_of_it, value) for rule_of_it in rule)


def _one(rule: Any, value: Any) -> bool:
    """A leaf against one rule. Only leaves exist: an object is none."""
    if isinstance(rule, dict) and "exists" in rule:
        return bool(rule["exists"]) == (value is not _ABSENT and not isinstance(value, dict))
    if value is _ABSENT or isinstance(value, dict):
        return False
    if isinstance(value, list):
        return any(_one(rule, item) for item in value if not isinstance(item, dict | list))
    if not isinstance(rule, dict):
        return _same(rule, value)
    ((name, wanted),) = rule.items()
    match name:
        case "prefix":
            return _affix(wanted, value, str.startswith)
        case "suffix":
            return _affix(wanted, value, str.endswith)
        case "equals-ignore-case":
            return isinstance(value, str) and value.casefold() == wanted.casefold()
        case "numeric":
            return _is_number(value) and all(_COMPARED[sign](value, number) for sign, number in zip(wanted[::2], wanted[1::2], strict=True))
        case "anything-but":
            return not (_one(wanted, value) if isinstance(wanted, dict) else any(_same(one, value) for one in _listed(wanted)))
    return False


def _affix(wanted: Any, value: Any, compare: Callable[[str, str], bool]) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(wanted, dict):
        return compare(value.casefold(), wanted["equals-ignore-case"].casefold())
    return compare(value, wanted)


def _same(one: Any, other: Any) -> bool:
    """As JSON has it: true is no number, and 300 is not written 300.0."""
    return type(one) is type(other) and bool(one == other)


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
