"""Lists in pages: ``Marker`` says where the last one ended."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ...model.errors import InvalidParameterValueException

Item = TypeVar("Item")
PAGE = 50


def page(items: Sequence[Item], request: dict[str, Any], key: Callable[[Item], str], most: int = PAGE) -> tuple[list[Item], str | None]:
    """The page that ``request`` asks for by Marker and MaxItems, and the next marker (None at the end).

    A marker names the last item seen, so what is made or deleted meanwhile shifts nothing. Raises InvalidParameterValueException for one that is none.
    """
    begin = 0
    marker = request.get("Marker")
    if marker:
        last = _read(marker)
        begin = next((index + 1 for index, item in enumerate(items) if key(item) == last), None) or sum(key(item) <= last for item in items)
    size = min(request.get("MaxItems") or most, most)
    shown = list(items[begin : begin + size])
    more = begin + size < len(items)
    return shown, _write(key(shown[-1])) if more and shown else None


def with_marker(response: dict[str, Any], marker: str | None) -> dict[str, Any]:
    """``response`` with its NextMarker, where there is one."""
    if marker:
        response["NextMarker"] = marker
    return response


def _write(key: str) -> str:
    """Never empty, so that the item with an empty key has a marker too."""
    return base64.urlsafe_b64encode(f":{key}".encode()).decode()


def _read(marker: str) -> str:
    try:
        return base64.urlsafe_b64decode(marker.encode()).decode()[1:]
    except (ValueError, binascii.Error):
        raise InvalidParameterValueException(f"Invalid marker: {marker}") from None
