"""Cross-origin answers, as recorded of a function URL."""

from __future__ import annotations

import pytest

from kernel_runtime.sources.payloads.cors import allowed_origin, answer_headers, is_preflight, preflight_headers

CONFIG = {
    "AllowOrigins": ["https://localhost:8080"],
    "AllowHeaders": ["authorization", "content-type", "x-books-authorization"],
    "AllowMethods": ["GET", "POST"],
    "AllowCredentials": True,
}
ASKED = {"origin": "https://localhost:8080", "access-control-request-method": "GET", "access-control-request-headers": "authorization, X-Books-Authorization"}


def test_a_recorded_preflight() -> None:
    assert is_preflight("OPTIONS", ASKED) and not is_preflight("GET", ASKED) and not is_preflight("OPTIONS", {"origin": "x"})
    assert preflight_headers(CONFIG, ASKED) == [
        ("Access-Control-Allow-Origin", "https://localhost:8080"),
        ("Access-Control-Allow-Headers", "authorization,content-type,x-books-authorization"),
        ("Vary", "Origin"),
        ("Access-Control-Allow-Methods", "GET,POST"),
        ("Access-Control-Allow-Credentials", "true"),
    ]


@pytest.mark.parametrize(
    "change", [{"origin": "https://evil.example"}, {"access-control-request-method": "PUT"}, {"access-control-request-headers": "x-other"}], ids=str
)
def test_what_is_not_allowed_is_told_nothing(change: dict[str, str]) -> None:
    assert preflight_headers(CONFIG, {**ASKED, **change}) == []


def test_stars() -> None:
    every = {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"], "MaxAge": 60, "ExposeHeaders": ["date", "x-api-id"]}
    assert preflight_headers(every, ASKED) == [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Allow-Methods", "*"),
        ("Access-Control-Max-Age", "60"),
    ]
    assert answer_headers(every, ASKED) == [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "date,x-api-id")]
    assert answer_headers(every, {}) == []
    for pattern, origin, allowed in (
        ("https://*", "https://a.example", True),
        ("https://*", "http://a.example", False),
        ("https://*.example", "https://a.example", True),
        ("https://*.example", "https://.example", False),
        ("http://localhost:*", "http://localhost:3000", True),
    ):
        assert (allowed_origin({"AllowOrigins": [pattern]}, origin) == origin) is allowed, pattern
