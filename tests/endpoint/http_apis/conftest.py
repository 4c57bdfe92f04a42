"""A lab whose functions are called over HTTP, one a module of tests."""

from __future__ import annotations

import http.client
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from kernel_runtime import Lab

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Told:
    """An answer: ``headers`` by lower-case names, the last of each; ``every`` header in order."""

    status: int
    headers: dict[str, str]
    every: list[tuple[str, str]]
    body: bytes


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def ask(lab: Lab) -> Callable[..., Told]:
    """Asks the door for a path: ``ask("/path", method=…, headers=…, body=…)``."""
    door = urlsplit(lab.endpoint_url)

    def asked(path: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None) -> Told:
        conn = http.client.HTTPConnection(door.hostname or "", door.port or 0, timeout=30)
        try:
            conn.request(method, path, body, headers or {})
            answer = conn.getresponse()
            return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.getheaders(), answer.read())
        finally:
            conn.close()

    return asked


@pytest.fixture(scope="module")
def define(lab: Lab) -> Callable[..., str]:
    """Makes a function of a handler's text and gives its name."""

    def defined(source: str, **more: Any) -> str:
        name = f"over-http-{next(_numbers)}"
        lab.function(name, source=source, **{"timeout_s": 30, **more})
        return name

    return defined
