"""Which texts are filter patterns."""

from __future__ import annotations

import pytest

from kernel_runtime.account.event_filters import check, is_pattern
from kernel_runtime.model.errors import InvalidParameterValueException


@pytest.mark.parametrize(
    "text",
    [
        '{"body": ["exact"]}',
        '{"body": {"a": [1, 2.5, null, true, ""]}}',
        '{"a": [{"prefix": "x"}], "b": [{"suffix": ".png"}], "c": [{"exists": false}], "d": [{"equals-ignore-case": "X"}]}',
        '{"a": [{"numeric": ["=", 5]}], "b": [{"numeric": [">", 0, "<=", 10]}]}',
        '{"a": [{"anything-but": ["x", 1]}], "b": [{"anything-but": {"prefix": "x"}}]}',
        '{"$or": [{"a": ["x"]}, {"b": [1]}]}',
        '{"dynamodb": {"NewImage": {"State": {"S": ["done"]}}}}',
    ],
)
def test_patterns(text: str) -> None:
    assert is_pattern(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "no json", "[]", "1", "{}", '{"a": "x"}', '{"a": []}', '{"a": {}}', '{"a": [["x"]]}', '{"a": [{"unknown": 1}]}', '{"a": [{"exists": "yes"}]}',
        '{"a": [{"numeric": [5]}]}', '{"a": [{"numeric": ["!", 5]}]}', '{"a": [{"prefix": 5}]}', '{"a": [{"anything-but": []}]}', '{"$or": []}',
        "[" * 100_000, '{"a":' * 800 + '["x"]' + "}" * 800,
    ],
)  # fmt: skip
def test_no_patterns(text: str) -> None:
    assert not is_pattern(text)


def test_a_criterion_holds_ten_filters_at_most() -> None:
    check({"Filters": [{"Pattern": '{"a": ["x"]}'}] * 10})
    with pytest.raises(InvalidParameterValueException):
        check({"Filters": [{"Pattern": '{"a": ["x"]}'}] * 11})
