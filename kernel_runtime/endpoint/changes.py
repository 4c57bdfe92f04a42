"""In the companion: one call that waits until something is written to any stream, so that pollers of many streams need not ask each of them all the time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

PATH = "/serverless-lab/changed-streams"
WAIT_S = 25.0


class Changes:
    """Streams by ARN and a count that grows with each change. ``around`` answers ``GET PATH?since=COUNT`` with ``{"count": N, "changed": [ARN, …]}``."""

    def __init__(self) -> None:
        self._count = 0
        self._changed: dict[str, int] = {}
        self._more = threading.Condition()

    def note(self, arn: str) -> None:
        with self._more:
            self._count += 1
            self._changed[arn] = self._count
            self._more.notify_all()

    def since(self, count: int, wait_s: float) -> tuple[int, list[str]]:
        """What has changed after ``count``; waits for the first of it."""
        ending = time.monotonic() + wait_s
        with self._more:
            while self._count <= count and (left := ending - time.monotonic()) > 0:
                self._more.wait(left)
            return self._count, [arn for arn, at in self._changed.items() if at > count]

    def around(self, application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if environ["PATH_INFO"] != PATH:
                return application(environ, start_response)
            asked = parse_qs(environ.get("QUERY_STRING", "")).get("since", ["0"])[0]
            count, changed = self.since(int(asked), WAIT_S)
            body = json.dumps({"count": count, "changed": changed}).encode()
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]

        return answer
