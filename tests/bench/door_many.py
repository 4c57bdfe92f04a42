"""64 callers, a boto3 client each, and a handler that takes 0.2 s: how many are served at once, and what they get through.

64 threads that sign and parse in one interpreter do not get through what they ideally could, whatever answers them: a server that answers a constant after
0.2 s is their floor, and takes turns with the lab.
"""

from __future__ import annotations

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kernel_runtime import Lab

from .constant import ONCE, constant_client, constant_server
from .row import Row

CALLERS = 64
_HANDLER_S = 0.2
_ROUNDS = 10
_TURNS = 4


def measure() -> list[Row]:
    with Lab() as lab, constant_server(b"null", _HANDLER_S) as url, ThreadPoolExecutor(CALLERS) as callers:
        lab.function("sleeper", source=f"import time\ndef handler(event, context):\n    time.sleep({_HANDLER_S})\n")
        constant = [constant_client(url) for _ in range(CALLERS)]
        clients = [lab.boto3("lambda", config=ONCE) for _ in range(CALLERS)]
        turns = [(_calls_per_s(callers, constant), _calls_per_s(callers, clients)) for _ in range(_TURNS)]
        spans = [(record.began_at, record.began_at + record.duration_ms / 1e3) for record in lab.records()]
    at_once = max(sum(begin <= moment < end for begin, end in spans) for moment, _ in spans)
    floor, through = (statistics.median(each) for each in zip(*turns, strict=True))
    ideal = CALLERS / _HANDLER_S
    part = through / floor
    told = f"a constant after {_HANDLER_S} s {floor:.0f} calls/s, ideal {ideal:.0f}"
    return [
        Row(f"{CALLERS} boto3 callers, 0.2 s handler", f"{at_once} served at once", "–", f"{at_once}", f"= {CALLERS}", at_once == CALLERS),
        Row("what they get through", f"{through:.0f} calls/s", told, f"{part:.0%} of it, {through / ideal:.0%} of ideal", "≥ 90 %", part >= 0.9),
    ]


def _calls_per_s(callers: ThreadPoolExecutor, clients: list[Any]) -> float:
    """Each client's calls one after another, all clients at the same time, once each has had its first."""
    together = threading.Barrier(len(clients) + 1)

    def call(client: Any) -> None:
        client.invoke(FunctionName="sleeper")["Payload"].read()
        together.wait()
        for _ in range(_ROUNDS):
            client.invoke(FunctionName="sleeper")["Payload"].read()

    calls = [callers.submit(call, client) for client in clients]
    together.wait()
    began = time.perf_counter()
    for done in calls:
        done.result()
    return len(clients) * _ROUNDS / (time.perf_counter() - began)
