"""Which messages make up one batch."""

from __future__ import annotations

from typing import Any

from kernel_runtime.model.limits import REQUEST_MAX_BYTES
from kernel_runtime.sources.polling.batches import Collector, Item
from kernel_runtime.sources.polling.calling import payload_of


def item(number: int, arrived: float = 0.0, size: int = 1) -> Item:
    message: dict[str, Any] = {"MessageId": str(number)}
    return Item.of(message, {"body": "x" * size}, arrived)


def ids(batch: list[Item]) -> list[str]:
    return [one.message["MessageId"] for one in batch]


def test_without_a_window_what_is_there_is_sent() -> None:
    collector = Collector(10, 0.0)
    collector.add([item(1), item(2)])
    assert collector.due(0.0) == 0 and ids(collector.take()) == ["1", "2"] and len(collector) == 0


def test_a_window_begins_with_the_first_message_and_ends_early_when_the_batch_is_full() -> None:
    collector = Collector(3, 20.0)
    collector.add([item(1, arrived=100.0)])
    assert (collector.missing(), collector.due(105.0)) == (2, 15.0)
    collector.add([item(2, arrived=110.0)])
    assert collector.due(119.0) == 1.0 and collector.due(120.0) == 0
    collector.add([item(3, arrived=111.0), item(4, arrived=111.0)])
    assert collector.due(112.0) == 0
    assert ids(collector.take()) == ["1", "2", "3"]
    assert collector.due(112.0) == 19.0, "the next window began with its own first message"


def test_a_batch_is_cut_at_six_megabytes_and_the_rest_is_in_the_next() -> None:
    collector = Collector(10_000, 300.0)
    collector.add([item(number, size=1_000_000) for number in range(8)])
    assert collector.due(0.0) == 0
    batch = collector.take()
    assert ids(batch) == [str(number) for number in range(6)]
    assert len(payload_of(one.text for one in batch)) <= REQUEST_MAX_BYTES
    assert ids(collector.rest()) == ["6", "7"] and len(collector) == 0


def test_a_batch_that_fits_to_the_byte_fits() -> None:
    plain = len(payload_of([item(0, size=0).text, item(1, size=0).text]))
    for spare, expected in ((0, 2), (1, 1)):
        collector = Collector(10, 0.0)
        collector.add([item(0, size=REQUEST_MAX_BYTES - plain + spare), item(1, size=0)])
        assert len(collector.take()) == expected


def test_one_that_is_too_large_alone_is_still_sent() -> None:
    collector = Collector(10, 0.0)
    collector.add([item(0, size=REQUEST_MAX_BYTES), item(1)])
    assert ids(collector.take()) == ["0"] and ids(collector.take()) == ["1"]
