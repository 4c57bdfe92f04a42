"""Event patterns: which events an EventBridge rule, an SNS filter policy or an event source mapping's filter means.

EventBridge User Guide, "Comparison operators for use in event patterns"; SNS Developer Guide, "Subscription filter policies"; Lambda Developer Guide,
"Filter rule syntax". Every field must match; a field's rules are alternatives. A list in an event matches where one of its items does.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

_ABSENT: Any = object()
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "=": lambda one, other: one == other,
}


OPERATORS = frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard", "cidr", "numeric", "anything-but", "exists"})


def unknown_operator(pattern: Any) -> str | None:
    """The first match type in a pattern that there is not, None where there is none."""
    if isinstance(pattern, list):
        wrong = (next((name for name in rule if name not in OPERATORS), None) for rule in pattern if isinstance(rule, dict))
        return next(filter(None, wrong), None)
    found = ((unknown_operator(option) for option in rule) if name == "$or" else (unknown_operator(rule),) for name, rule in pattern.items())
    return next((wrong for one in found for wrong in one if wrong), None)


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
            return isinstance(value, str) and value.casefold() in [one.casefold() for one in _listed(wanted)]
        case "wildcard":
            return isinstance(value, str) and any(_wildcard(one).fullmatch(value) is not None for one in _listed(wanted))
        case "cidr":
            return any(_in_network(value, network) for network in _listed(wanted))
        case "numeric":
            return _is_number(value) and all(_COMPARED[sign](value, number) for sign, number in zip(wanted[::2], wanted[1::2], strict=True))
        case "anything-but":
            return not (_one(wanted, value) if isinstance(wanted, dict) else any(_same(one, value) for one in _listed(wanted)))
    return False


def _affix(wanted: Any, value: Any, compare: Callable[[str, str], bool]) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(wanted, dict):
        return any(compare(value.casefold(), one.casefold()) for one in _listed(wanted["equals-ignore-case"]))
    return any(compare(value, one) for one in _listed(wanted))


@lru_cache(maxsize=256)
def _wildcard(text: str) -> re.Pattern[str]:
    """``*`` is any text; a backslash before it, or before another, takes that away."""
    pieces = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", text)
    return re.compile("".join(".*" if piece == "*" else re.escape(piece[-1] if piece in (r"\*", r"\\") else piece) for piece in pieces), re.DOTALL)


def _in_network(value: Any, network: str) -> bool:
    try:
        return isinstance(value, str) and ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _same(one: Any, other: Any) -> bool:
    """As JSON has it: true is no number, and 300 is not written 300.0."""
    return type(one) is type(other) and bool(one == other)


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
