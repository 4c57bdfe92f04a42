"""64 callers, a boto3 client each, and a handler that takes 0.2 s: how many are served at once, and what they get through."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from kernel_runtime import Lab

from .constant import ONCE
from .row import Row

CALLERS = 64
_HANDLER_S = 0.2
_ROUNDS = 10


def measure() -> list[Row]:
    with Lab() as lab, ThreadPoolExecutor(CALLERS) as callers:
        lab.function("sleeper", source=f"import time\ndef handler(event, context):\n    time.sleep({_HANDLER_S})\n")
        clients = [lab.boto3("lambda", config=ONCE) for _ in range(CALLERS)]
        together = threading.Barrier(CALLERS + 1)

        def call(number: int) -> None:
            clients[number].invoke(FunctionName="sleeper")["Payload"].read()
            together.wait()
            for _ in range(_ROUNDS):
                clients[number].invoke(FunctionName="sleeper")["Payload"].read()

        calls = [callers.submit(call, number) for number in range(CALLERS)]
        together.wait()
        began = time.perf_counter()
        for done in calls:
            done.result()
        seconds = time.perf_counter() - began
        spans = [(record.began_at, record.began_at + record.duration_ms / 1e3) for record in lab.records()]
    at_once = max(sum(begin <= moment < end for begin, end in spans) for moment, _ in spans)
    ideal, through = CALLERS / _HANDLER_S, CALLERS * _ROUNDS / seconds
    part = through / ideal
    return [
        Row(f"{CALLERS} boto3 callers, 0.2 s handler", f"{at_once} served at once", "–", f"{at_once}", f"= {CALLERS}", at_once == CALLERS),
        Row("what they get through", f"{through:.0f} calls/s", f"ideal {ideal:.0f} calls/s", f"{part:.0%}", "≥ 90 %", part >= 0.9),
    ]
