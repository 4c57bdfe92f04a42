"""Tumbling windows."""

from __future__ import annotations

import json

from kernel_runtime.sources.polling.stream_course import StreamRecord
from kernel_runtime.sources.polling.stream_windows import STATE_MAX_BYTES, inside, window_at


def at(*moments: float) -> list[StreamRecord]:
    return [StreamRecord(str(number), "key", moment, moment, b"{}") for number, moment in enumerate(moments)]


def test_windows_begin_at_multiples_of_their_length() -> None:
    window = window_at(1_595_000_123.0, 60)
    assert (window.start, window.end, window.state) == (1_595_000_100, 1_595_000_160, {})
    assert inside(at(1_595_000_123.0, 1_595_000_159.9, 1_595_000_160.0, 1_595_000_130.0), window) == 2
    assert inside(at(1_595_000_000.0), window) == 1, "what comes late counts for the window that is open"


def test_what_a_call_is_told() -> None:
    window = window_at(1_595_000_123.0, 60).after(b'{"state": {"sum": 3}, "batchItemFailures": []}')
    told = json.loads(b"{" + window.members("shardId-000000000006", "arn:aws:kinesis:us-east-1:123456789012:stream/s", True) + b"}")
    assert told == {
        "window": {"start": "2020-07-17T15:35:00Z", "end": "2020-07-17T15:36:00Z"},
        "state": {"sum": 3},
        "shardId": "shardId-000000000006",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
        "isFinalInvokeForWindow": True,
        "isWindowTerminatedEarly": False,
    }


def test_the_state_is_what_was_answered_last() -> None:
    window = window_at(0.0, 60).after(b'{"state": [1]}')
    assert window.state == [1]
    for answer in (b"", b"null", b"{}", b"[]", b'{"state": null}', b"oops"):
        assert window.after(answer).state == {}
    grown = window.after(json.dumps({"state": "x" * STATE_MAX_BYTES}).encode())
    assert grown.early and grown.state == [1]
