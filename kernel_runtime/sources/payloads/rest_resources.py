"""Which method of a REST API's resource tree serves a request, and what counts as binary (API Gateway Developer Guide, "Set up a proxy resource", "Binary
support")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .http_routes import Parameters, Template


@dataclass(frozen=True, slots=True)
class Selected:
    """``resource`` and ``method`` are API Gateway's own JSON of them. ``parameters``: as they were sent, percent-encoded (recorded)."""

    resource: dict[str, Any]
    method: dict[str, Any]
    parameters: Parameters


class Resources:
    """The resources of one deployment, the most specific first."""

    def __init__(self, items: Iterable[dict[str, Any]]) -> None:
        held = [(Template.of_key(f"ANY {item['path']}"), item) for item in items if item.get("resourceMethods")]
        self._held = sorted(held, key=lambda pair: pair[0].rank)

    def __iter__(self) -> Any:
        return (item for _, item in self._held)

    def select(self, method: str, path: str) -> Selected | None:
        """``path``: without the stage, percent-encoded; a last slash is as good as none. None: nothing serves it, which AWS calls a missing token."""
        segments = (path.rstrip("/") if len(path) > 1 else path).removeprefix("/").split("/")
        for template, item in self._held:
            methods = item["resourceMethods"]
            chosen = methods.get(method) or methods.get("ANY")
            found = template.match(segments, str) if chosen else None
            if found is not None and all(found.values()):
                return Selected(item, chosen, found)
        return None


def is_binary(media_type: str | None, binary_types: Iterable[str]) -> bool:
    """Whether a media type (of several the first) is one of the API's binary ones."""
    kind = (media_type or "").partition(",")[0].partition(";")[0].strip().lower()
    return any(pattern == "*/*" or (kind and fnmatchcase(kind, pattern.lower())) for pattern in binary_types)
