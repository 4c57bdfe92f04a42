"""Which records pass a mapping's filters (AWS: "Lambda event filtering", "Filter rule syntax"; what is a pattern: ``account/event_filters.py``).

Filters are alternatives. Within one, every field must match; a field's rules are alternatives. A list in a record matches where one of its items does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..patterns import matches


class Filters:
    """Of one mapping. criteria: its FilterCriteria; data: the member that holds what the sender wrote as text (``body``, ``data``), empty where the record is
    all of one piece."""

    def __init__(self, criteria: Mapping[str, Any] | None, data: str = "") -> None:
        self._patterns = [json.loads(one["Pattern"]) for one in (criteria or {}).get("Filters") or []]
        self._data = data

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def passes(self, record: Mapping[str, Any]) -> bool:
        """record: as the event has it; what the sender wrote is read as JSON where a pattern looks into it. What is no JSON then does not pass."""
        return not self._patterns or any(self._passes(pattern, record) for pattern in self._patterns)

    def _passes(self, pattern: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
        if not isinstance(pattern.get(self._data), dict) or not isinstance(record.get(self._data), str):
            return matches(pattern, record)
        try:
            written = json.loads(record[self._data])
        except (ValueError, RecursionError):
            return False
        return isinstance(written, dict | list) and matches(pattern, {**record, self._data: written})
