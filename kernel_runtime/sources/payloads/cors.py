"""Cross-origin answers by configuration, of function URLs and HTTP APIs (AWS: "Creating and managing Lambda function URLs", "Configure CORS for HTTP APIs")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Headers = list[tuple[str, str]]
OWN = frozenset(
    f"access-control-{name}" for name in ("allow-origin", "allow-methods", "allow-headers", "allow-credentials", "expose-headers", "max-age")
)  # fmt: skip
"""What a configuration says. An HTTP API that has one ignores a function's own; a function URL sends both."""


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def preflight_headers(config: Mapping[str, Any], headers: Mapping[str, str]) -> Headers:
    """What a preflight is told; nothing where its origin, its method or one of its headers is not allowed. ``config``: members as CreateFunctionUrlConfig has
    them; ``headers``: the request's, by lower-case names."""
    origin = allowed_origin(config, headers.get("origin", ""))
    method = headers.get("access-control-request-method", "")
    asked = [name.strip() for name in headers.get("access-control-request-headers", "").split(",") if name.strip()]
    if origin is None or not _covers(config.get("AllowMethods"), [method]) or not _covers(config.get("AllowHeaders"), asked):
        return []
    named, *vary = _origin(origin)
    return [
        named,
        *_listed("Access-Control-Allow-Headers", config.get("AllowHeaders")),
        *vary,
        *_listed("Access-Control-Allow-Methods", config.get("AllowMethods")),
        *([("Access-Control-Max-Age", str(config["MaxAge"]))] if config.get("MaxAge") else []),
        *_credentials(config),
    ]


def answer_headers(config: Mapping[str, Any], headers: Mapping[str, str]) -> Headers:
    """What is added to the answer of any other request that names its origin."""
    origin = allowed_origin(config, headers.get("origin", ""))
    if origin is None:
        return []
    return [*_origin(origin), *_listed("Access-Control-Expose-Headers", config.get("ExposeHeaders")), *_credentials(config)]


def allowed_origin(config: Mapping[str, Any], origin: str) -> str | None:
    """How the answer names ``origin``: itself, ``*`` where all may and no credentials go with it; None where it may not."""
    if not origin:
        return None
    for pattern in config.get("AllowOrigins") or ():
        if pattern == "*":
            return origin if config.get("AllowCredentials") else "*"
        if pattern == origin or (pattern.endswith("//*") and origin.startswith(pattern[:-1])):
            return origin
        head, star, tail = pattern.partition("*")
        if star and origin.startswith(head) and origin.endswith(tail) and len(origin) > len(head) + len(tail):
            return origin
    return None


def _covers(allowed: Iterable[str] | None, asked: Iterable[str]) -> bool:
    known = {name.lower() for name in allowed or ()}
    return "*" in known or all(name.lower() in known for name in asked)


def _origin(origin: str) -> Headers:
    return [("Access-Control-Allow-Origin", origin), *([] if origin == "*" else [("Vary", "Origin")])]


def _listed(name: str, values: Iterable[str] | None) -> Headers:
    return [(name, ",".join(values))] if values else []


def _credentials(config: Mapping[str, Any]) -> Headers:
    return [("Access-Control-Allow-Credentials", "true")] if config.get("AllowCredentials") else []
