"""Events on their way in."""

from __future__ import annotations

import pytest

from kernel_runtime.model.errors import InvalidRequestContentException, RequestTooLargeException
from kernel_runtime.model.event import event_bytes


def test_json_in_json_out() -> None:
    assert event_bytes({"città": [1, None, True]}) == '{"città":[1,null,true]}'.encode()
    assert event_bytes(None) == b"{}"
    assert event_bytes(b"") == b"{}"
    assert event_bytes(b' {"a": 1}') == b' {"a": 1}'
    assert event_bytes("text") == b'"text"'


@pytest.mark.parametrize("event", [{1, 2}, float("nan"), object(), b"{", b"NaN", b"\xff"])
def test_what_is_not_json_is_refused(event: object) -> None:
    with pytest.raises(InvalidRequestContentException, match="Could not parse request body into json"):
        event_bytes(event)


def test_an_event_that_holds_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(InvalidRequestContentException):
        event_bytes(loop)


def test_six_megabytes_and_no_more() -> None:
    assert len(event_bytes("x" * (6_291_456 - 2))) == 6_291_456
    with pytest.raises(RequestTooLargeException, match="Request must be smaller than 6291456 bytes for the InvokeFunction operation"):
        event_bytes("x" * (6_291_456 - 1))
