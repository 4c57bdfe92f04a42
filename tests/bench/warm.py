"""Warm ``fn.invoke`` of a 1 KB event, against a raw echo over a socketpair between two processes with the same JSON work."""

from __future__ import annotations

import json
import os
import socket

from kernel_runtime import Lab

from .row import Row, p50_us

EVENT = {"x": "a" * 1_000}
_TIMES = 3_000


def floor_us() -> float:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        while data := theirs.recv(65_536):
            theirs.send(json.dumps(json.loads(data)).encode())
        os._exit(0)
    theirs.close()

    def echo() -> None:
        ours.send(json.dumps(EVENT).encode())
        json.loads(ours.recv(65_536))

    try:
        return p50_us(echo, _TIMES)
    finally:
        ours.close()
        os.waitpid(pid, 0)


def measure() -> list[Row]:
    floor = floor_us()
    with Lab() as lab:
        fn = lab.function("echo", source="def handler(event, context):\n    return event\n", memory_mb=1_769)
        fn.invoke(EVENT)
        warm = p50_us(lambda: fn.invoke(EVENT).payload, _TIMES)
    floor = (floor + floor_us()) / 2
    return [Row("warm invoke, 1 KB, p50", f"{warm:.0f} µs", f"socketpair echo {floor:.0f} µs", f"{warm / floor:.2f}×", "≤ 6×", warm / floor <= 6)]
