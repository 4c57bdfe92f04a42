"""Filter patterns against records: the documented examples, and laws that hold for any pattern."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.account.event_filters import is_pattern
from kernel_runtime.sources.polling.filters import Filters, matches

EVENT = {
    "name": "AnyCompany", "price": 12.5, "count": 300, "empty": "", "nothing": None, "yes": True, "tags": ["red", "blue"], "none": [],
    "deep": {"er": {"x": 1}}, "lines": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"name": ["AnyCompany"]}, True),
        ({"name": ["Other", "AnyCompany"]}, True),
        ({"name": ["anycompany"]}, False),
        ({"name": [{"equals-ignore-case": "anycompany"}]}, True),
        ({"name": [{"prefix": "Any"}]}, True),
        ({"name": [{"prefix": "any"}]}, False),
        ({"name": [{"prefix": {"equals-ignore-case": "aNY"}}]}, True),
        ({"name": [{"suffix": "pany"}]}, True),
        ({"name": [{"suffix": {"equals-ignore-case": "PANY"}}]}, True),
        ({"name": [{"anything-but": "AnyCompany"}]}, False),
        ({"name": [{"anything-but": ["a", "b"]}]}, True),
        ({"name": [{"anything-but": {"prefix": "Any"}}]}, False),
        ({"name": [{"anything-but": {"suffix": "x"}}]}, True),
        ({"name": [{"anything-but": {"equals-ignore-case": "ANYCOMPANY"}}]}, False),
        ({"absent": [{"anything-but": ["a"]}]}, False),
        ({"count": [{"anything-but": [100, 300]}]}, False),
        ({"count": [300]}, True),
        ({"count": ["300"]}, False),
        ({"count": [{"numeric": ["=", 300.0]}]}, True),
        ({"price": [{"numeric": [">", 10, "<=", 12.5]}]}, True),
        ({"price": [{"numeric": ["<", 12.5]}]}, False),
        ({"price": [{"numeric": [">=", 12.5]}]}, True),
        ({"yes": [{"numeric": ["=", 1]}]}, False),
        ({"name": [{"numeric": [">", 0]}]}, False),
        ({"yes": [True]}, True),
        ({"yes": [1]}, False),
        ({"empty": [""]}, True),
        ({"nothing": [""]}, False),
        ({"nothing": [None]}, True),
        ({"absent": [None]}, False),
        ({"name": [{"exists": True}]}, True),
        ({"nothing": [{"exists": True}]}, True),
        ({"absent": [{"exists": True}]}, False),
        ({"absent": [{"exists": False}]}, True),
        ({"name": [{"exists": False}]}, False),
        ({"deep": [{"exists": True}]}, False),
        ({"deep": {"er": {"x": [1]}}}, True),
        ({"deep": {"er": {"x": [2]}}}, False),
        ({"deep": {"other": {"x": [{"exists": False}]}}}, True),
        ({"tags": ["blue"]}, True),
        ({"tags": ["green"]}, False),
        ({"tags": [{"prefix": "r"}]}, True),
        ({"none": ["x"]}, False),
        ({"lines": {"sku": ["b"], "n": [2]}}, True),
        ({"lines": {"sku": ["a"], "n": [2]}}, False),
        ({"name": ["AnyCompany"], "count": [1]}, False),
        ({"$or": [{"count": [1]}, {"name": ["AnyCompany"]}]}, True),
        ({"$or": [{"count": [1]}, {"name": ["x"]}]}, False),
        ({"$or": [{"count": [1]}, {"count": [300]}], "name": ["x"]}, False),
        ({"deep": {"$or": [{"er": {"x": [1]}}, {"er": {"x": [9]}}]}}, True),
    ],
)  # fmt: skip
def test_the_pattern_language(pattern: dict[str, Any], expected: bool) -> None:
    assert is_pattern(json.dumps(pattern)), "what is matched is what can be stored"
    assert matches(pattern, EVENT) is expected


def passes(pattern: dict[str, Any], record: dict[str, Any], data: str = "body") -> bool:
    return Filters({"Filters": [{"Pattern": json.dumps(pattern)}]}, data).passes(record)


def test_what_a_sender_wrote_is_read_where_a_pattern_looks_into_it() -> None:
    looks_in, as_it_is, beside = {"body": {"zip": ["98101"]}}, {"body": ["plain"]}, {"messageId": ["m"]}
    written = {"messageId": "m", "body": '{"zip": "98101"}'}
    assert passes(looks_in, written) and passes(beside, written) and not passes(as_it_is, written)
    plain = {"messageId": "m", "body": "plain"}
    assert not passes(looks_in, plain) and passes(as_it_is, plain) and passes(beside, plain)
    assert not passes(looks_in, {"body": "[" * 100_000})


def test_filters_are_alternatives_and_none_lets_all_through() -> None:
    several = Filters({"Filters": [{"Pattern": '{"a": [1]}'}, {"Pattern": '{"b": [2]}'}]})
    assert several.passes({"a": 1}) and several.passes({"b": 2}) and not several.passes({"a": 2})
    for none in (None, {}, {"Filters": []}):
        assert Filters(none).passes({}) and not Filters(none)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "a", "ab", "B", "300"]))
EVENTS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(SCALARS, inner, st.lists(inner, max_size=2)), max_size=3),
    max_leaves=8,
)
TEXT = st.sampled_from(["", "a", "ab", "B"])
RULES = st.one_of(
    SCALARS,
    st.builds(lambda kind, text: {kind: text}, st.sampled_from(["prefix", "suffix", "equals-ignore-case", "anything-but"]), TEXT),
    st.builds(lambda there: {"exists": there}, st.booleans()),
    st.builds(lambda sign, number: {"numeric": [sign, number]}, st.sampled_from(["<", "<=", "=", ">", ">="]), st.integers(-5, 5)),
    st.builds(lambda kind, text: {"anything-but": {kind: text}}, st.sampled_from(["prefix", "suffix", "equals-ignore-case"]), TEXT),
)
LEAVES = st.lists(RULES, min_size=1, max_size=3)
PATTERNS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), LEAVES, min_size=1, max_size=3),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("abc"), st.one_of(LEAVES, inner), min_size=1, max_size=3),
        st.builds(lambda options: {"$or": options}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


@given(PATTERNS, EVENTS)
def test_any_pattern_meets_any_event(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assert is_pattern(json.dumps(pattern))
    assert matches(pattern, event) in (True, False)


@given(PATTERNS, PATTERNS, EVENTS)
def test_or_is_or_and_fields_are_and(one: dict[str, Any], other: dict[str, Any], event: dict[str, Any]) -> None:
    assert matches({"$or": [one, other]}, event) == (matches(one, event) or matches(other, event))
    both = {"$or": [{"$or": [one]}]} if set(one) & set(other) else {**one, **other}
    if not set(one) & set(other):
        assert matches(both, event) == (matches(one, event) and matches(other, event))


@given(st.sampled_from("abc"), LEAVES, EVENTS)
def test_a_fields_rules_are_alternatives(field: str, rules: list[Any], event: dict[str, Any]) -> None:
    assert matches({field: rules}, event) == any(matches({field: [rule]}, event) for rule in rules)


@given(st.dictionaries(st.sampled_from("abc"), SCALARS, min_size=1), st.integers(-5, 5))
def test_negations_and_ranges(event: dict[str, Any], number: int) -> None:
    field, value = next(iter(event.items()))
    assert matches({field: [{"exists": True}]}, event) and not matches({field: [{"exists": False}]}, event)
    assert matches({field: [value]}, event)
    if isinstance(value, str):
        assert matches({field: [{"anything-but": value}]}, event) is False
        assert matches({field: [{"anything-but": {"prefix": "a"}}]}, event) is not matches({field: [{"prefix": "a"}]}, event)
    if isinstance(value, int) and not isinstance(value, bool):
        below, above, equal = (matches({field: [{"numeric": [sign, number]}]}, event) for sign in ("<", ">", "="))
        assert [below, above, equal].count(True) == 1
