"""What is mended of moto's queues, piece by piece; the whole is tried in ``tests/sources/polling/test_queues.py``."""

from __future__ import annotations

from types import SimpleNamespace

from kernel_runtime.endpoint.queue_bridge import _hide_until_one_moment


def test_messages_of_one_receive_are_hidden_until_one_moment() -> None:
    found = [SimpleNamespace(visible_at=at) for at in (1_000.0, 1_004.5, 1_002.0)]
    _hide_until_one_moment(found)
    assert {message.visible_at for message in found} == {1_004.5}
