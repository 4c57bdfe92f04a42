"""User ids for environments: a stretch of them for each worker host, out of those that the system (or the container around it) maps at all.

user_namespaces(7), "User and group ID mappings": an id that is not mapped cannot be taken on.
"""

from __future__ import annotations

from typing import List, Optional, Tuple

from ..slots import SLOTS

FIRST = 700_000
"""Above the ids that systems and containers give to accounts and their subordinates by default (useradd: SUB_UID_MIN 100,000 and 65,536 an account)."""
STRETCHES = 4_096
Range = Tuple[int, int]


def mapped(text: str) -> List[Range]:
    """The ids of a ``/proc/self/uid_map``: first and behind the last of each line."""
    lines = [line.split() for line in text.splitlines()]
    return [(int(line[0]), int(line[0]) + int(line[2])) for line in lines if len(line) == 3]


def first_user(uids: List[Range], gids: List[Range], apart: int, count: int = SLOTS) -> Optional[int]:
    """The first of ``count`` ids in a row that are users and groups here; None where there are not so many. ``apart``: hosts with other numbers get others,
    as far as there is room: processes are counted by user."""
    wide = FIRST + apart % STRETCHES * count
    if _within(wide, count, uids) and _within(wide, count, gids):
        return wide
    for low, high in sorted(uids, key=lambda one: one[0] - one[1]):
        first = high - 2 * count if high - low > 3 * count else high - count  # the very last are "nobody"
        if first > max(low, 0) and _within(first, count, gids):
            return first
    return None


def own_users(apart: int) -> Optional[int]:
    """``first_user`` of this machine."""
    try:
        with open("/proc/self/uid_map") as uids, open("/proc/self/gid_map") as gids:
            return first_user(mapped(uids.read()), mapped(gids.read()), apart)
    except OSError:  # a system without user namespaces has every id
        return FIRST


def _within(first: int, count: int, ranges: List[Range]) -> bool:
    return any(low <= first and first + count <= high for low, high in ranges)
