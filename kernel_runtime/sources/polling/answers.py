"""What a function says of the records it got, where its mapping has ReportBatchItemFailures (AWS: "Implementing partial batch responses")."""

from __future__ import annotations

import json
from collections.abc import Collection


def failed_items(answer: bytes, identifiers: Collection[str]) -> frozenset[str] | None:
    """Those of ``identifiers`` (message ids, sequence numbers) that failed; None: all of them, since the answer is none that Lambda understands.

    All went well: ``{}``, ``null``, an empty answer or string, ``{"batchItemFailures": []}`` or ``null``. All failed: no JSON, anything else than an object, an
    item without ``itemIdentifier``, with an empty one, with null, with one that was not in the batch.
    """
    if not answer.strip():
        return frozenset()
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    if told is None or told == "":
        return frozenset()
    if not isinstance(told, dict):
        return None
    items = told.get("batchItemFailures")
    if items is None:
        return frozenset()
    if not isinstance(items, list):
        return None
    found = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in items]
    known = set(identifiers)
    if not all(isinstance(one, str) and one in known for one in found):
        return None
    return frozenset(str(one) for one in found)
