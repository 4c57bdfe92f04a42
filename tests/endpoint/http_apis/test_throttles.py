from __future__ import annotations

from kernel_runtime.endpoint.http_apis.throttles import Throttles


def test_a_burst_then_the_rate() -> None:
    now = [0.0]
    throttles = Throttles(lambda: now[0])
    settings = {"throttlingRateLimit": 2.0, "throttlingBurstLimit": 3}
    assert [throttles.admits(("a",), settings) for _ in range(4)] == [True, True, True, False]
    now[0] = 0.5
    assert [throttles.admits(("a",), settings) for _ in range(2)] == [True, False]
    assert throttles.admits(("b",), settings) and all(throttles.admits(("a",), {}) for _ in range(9))
    now[0] = 60
    assert [throttles.admits(("a",), settings) for _ in range(4)] == [True, True, True, False]
    assert not throttles.admits(("c",), {"throttlingRateLimit": 0.0, "throttlingBurstLimit": 0}) or throttles.admits(("c",), {})
