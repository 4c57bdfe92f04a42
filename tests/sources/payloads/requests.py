"""Requests as the payload formats take them."""

from __future__ import annotations

from kernel_runtime.sources.payloads.http_request import HttpRequest

AT_S = 1_583_348_638.390
"""04/Mar/2020:19:03:58 +0000"""


def request(
    method: str = "GET", path: str = "/", query: str = "", headers: tuple[tuple[str, str], ...] = (), body: bytes = b"", trace: str = ""
) -> HttpRequest:
    return HttpRequest(method, path, query, headers, body, "192.0.2.1", AT_S, trace)
