"""ReportBatchItemFailures: every answer that Lambda tells apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel_runtime.sources.polling.answers import failed_items

BATCH = ["a", "b", "c"]


@pytest.mark.parametrize("answer", ["", " ", '""', "null", "{}", '{"batchItemFailures": []}', '{"batchItemFailures": null}', '{"statusCode": 200}'])
def test_all_went_well(answer: str) -> None:
    assert failed_items(answer.encode(), BATCH) == frozenset()


@pytest.mark.parametrize("failed", [["a"], ["c", "a"], ["b", "b"], BATCH])
def test_some_failed(failed: list[str]) -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
    assert failed_items(json.dumps(answer).encode(), BATCH) == set(failed)


@pytest.mark.parametrize(
    "items",
    [
        *([{"itemIdentifier": one}] for one in ("", None, "d", 1)),
        [{"itemIdentifier": "a"}, {"itemIdentifier": "d"}],
        [{"id": "a"}],
        [{}],
        ["a"],
        [None],
        "a",
        {"itemIdentifier": "a"},
    ],
)
def test_an_item_that_is_none_fails_all(items: Any) -> None:
    assert failed_items(json.dumps({"batchItemFailures": items}).encode(), BATCH) is None


@pytest.mark.parametrize("answer", [b"{", b"oops", b"[]", b"5", b"true", b'"OK"', b"\xff", b"[" * 100_000])
def test_an_answer_that_is_none_fails_all(answer: bytes) -> None:
    assert failed_items(answer, BATCH) is None
