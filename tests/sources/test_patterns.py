"""The operators of event patterns, as the guides show them."""

from __future__ import annotations

from typing import Any

import pytest

from kernel_runtime.sources.patterns import matches, unknown_operator


@pytest.mark.parametrize(
    ("rules", "fitting", "others"),
    [
        (["x", "y"], ["x", "y", ["z", "x"]], ["z", 1, None, [], {}]),
        ([None], [None], ["", 0, "null"]),
        ([""], [""], [None, " "]),
        ([True], [True], [1, "true", False]),
        ([300], [300], [300.0, "300", True]),
        ([{"prefix": "ab"}], ["ab", "abc", ["x", "abc"]], ["AB", "xab", 1]),
        ([{"prefix": {"equals-ignore-case": "ab"}}], ["ABc"], ["xab"]),
        ([{"suffix": ".png"}], ["a.png"], ["a.PNG", "png"]),
        ([{"equals-ignore-case": "alice"}], ["ALICE", "alice"], ["alicia"]),
        ([{"wildcard": "*/dir/*.txt"}], ["a/dir/b.txt", "/dir/.txt"], ["dir/a.txt", "a/dir/b.txt2"]),
        ([{"wildcard": r"a\*b*"}], ["a*b", "a*bc"], ["axb"]),
        ([{"cidr": "10.0.0.0/24"}], ["10.0.0.255"], ["10.0.1.0", "text", 5]),
        ([{"cidr": "2001:db8::/32"}], ["2001:db8::1"], ["2001:db9::1"]),
        ([{"numeric": [">", 0, "<=", 5]}], [5, 0.1], [0, 5.1, "3", True]),
        ([{"numeric": ["=", 301.8]}], [301.8, 3018e-1], [301]),
        ([{"anything-but": "x"}], ["y", 1, ["x", "y"]], ["x", ["x"]]),
        ([{"anything-but": ["x", 5]}], ["y", 6], ["x", 5]),
        ([{"anything-but": {"prefix": ["a", "b"]}}], ["c"], ["ab", "ba"]),
        ([{"anything-but": {"suffix": "a"}}], ["ab"], ["ba"]),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], ["/src/a"], ["/lib/a"]),
        ([{"anything-but": {"equals-ignore-case": ["A", "b"]}}], ["c"], ["a", "B"]),
        ([{"exists": True}], ["x", None, 0, []], [{}]),
        (["a", {"prefix": "b"}, {"numeric": ["<", 1]}], ["a", "bc", 0], ["c", 1]),
    ],
)
def test_operators(rules: list[Any], fitting: list[Any], others: list[Any]) -> None:
    assert [value for value in fitting if not matches({"f": rules}, {"f": value})] == []
    assert [value for value in others if matches({"f": rules}, {"f": value})] == []


def test_what_is_not_there() -> None:
    assert matches({"f": [{"exists": False}]}, {"g": 1}) and not matches({"f": [{"exists": False}]}, {"f": 1})
    assert matches({"o": {"f": [{"exists": False}]}}, {}) and not matches({"f": [{"anything-but": "x"}]}, {})


def test_every_field_and_any_choice() -> None:
    pattern = {"a": ["x"], "$or": [{"b": [1]}, {"o": {"c": [2]}}]}
    assert matches(pattern, {"a": "x", "b": 1}) and matches(pattern, {"a": "x", "o": {"c": 2}})
    assert not matches(pattern, {"a": "x"}) and not matches(pattern, {"b": 1})


def test_objects_in_lists() -> None:
    assert matches({"o": {"a": [1], "b": [2]}}, {"o": [{"a": 1, "b": 3}, {"a": 1, "b": 2}]})


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ({"a": ["x", {"prefix": "y"}]}, None),
        ({"a": [{"pre": 1}]}, "pre"),
        ({"o": {"a": [{"x": 1}]}}, "x"),
        ({"$or": [{"a": [1]}, {"b": [{"y": 1}]}]}, "y"),
        ({}, None),
    ],
)
def test_match_types_that_there_are_not(pattern: dict[str, Any], wrong: str | None) -> None:
    assert unknown_operator(pattern) == wrong
