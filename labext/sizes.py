"""Bytes as a person reads them."""

from __future__ import annotations


def size(count: int) -> str:
    """``1.5 MB``: bytes as a person reads them, in the powers of 1,024 that AWS's limits have."""
    for unit, power in (("MB", 1_048_576), ("KB", 1_024)):
        if count >= power:
            return f"{count / power:.1f} {unit}"
    return f"{count} B"
