"""Condition blocks of a policy (IAM User Guide, "IAM JSON policy elements: Condition operators"). Every operator and every key must be met.

Operators on strings, ARNs, booleans, addresses and absence, each with its negation and ``IfExists``; on numbers and dates there is none, for no key of Lambda's
is one. Keys are compared without regard to case, as IAM does; a context holds them in lower case.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Test = Callable[[str, str], bool]


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _arn_like(text: str, pattern: str) -> bool:
    """Each of the six parts by itself, so that a ``*`` does not reach over a colon."""
    parts, patterns = text.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(_like, parts, patterns))


def _in_network(text: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(text) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


_TESTS: dict[str, Test] = {
    "StringEquals": lambda text, wanted: text == wanted,
    "StringEqualsIgnoreCase": lambda text, wanted: text.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda text, wanted: text.lower() == wanted.lower(),
    "IpAddress": _in_network,
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
}
_IF_EXISTS = "IfExists"


def is_known(operator: str) -> bool:
    name = operator.removesuffix(_IF_EXISTS)
    return operator == "Null" or name in _TESTS or name in _NEGATED


def are_met(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """Whether ``context`` (keys in lower case) meets all of a Condition block."""
    return all(_is_met(operator, context.get(key.lower()), values) for operator, keys in conditions.items() for key, values in keys.items())


def _is_met(operator: str, held: str | None, values: Any) -> bool:
    wanted = [_text(value) for value in (values if isinstance(values, list) else [values])]
    if operator == "Null":
        return any((held is None) == (value.lower() == "true") for value in wanted)
    name = operator.removesuffix(_IF_EXISTS)
    negated = name in _NEGATED
    test = _TESTS.get(_NEGATED.get(name, name))
    if test is None:
        return False
    if held is None:
        return negated or operator.endswith(_IF_EXISTS)
    return any(test(held, value) for value in wanted) != negated


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
