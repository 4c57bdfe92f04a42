"""Removing old layer versions: a plan first, which says why what stays does, then its removal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model.layer import LayerVersion

Remove = Callable[[Sequence[LayerVersion], float], tuple[list[LayerVersion], int]]


@dataclass(frozen=True, slots=True)
class Stays:
    """A version that a plan leaves alone, and why."""

    layer: LayerVersion
    why: str


@dataclass(frozen=True, slots=True)
class Removed:
    """What went, and how many bytes of zips that freed: less than their sum where another version or a function has the same bytes."""

    layers: tuple[LayerVersion, ...]
    freed_bytes: int

    def __repr__(self) -> str:
        return f"removed {len(self.layers)} layer version{'' if len(self.layers) == 1 else 's'}, {self.freed_bytes:,} bytes freed"


class Prune:
    """A plan: ``goes`` and ``stays``, newest first in each layer. ``remove()`` carries it out; a version that has come into use since then stays."""

    def __init__(self, goes: Sequence[LayerVersion], stays: Sequence[Stays], remove: Remove, made_at: float) -> None:
        self.goes = tuple(goes)
        self.stays = tuple(stays)
        self._remove = remove
        self._made_at = made_at

    def remove(self) -> Removed:
        """Remove what the plan says; done twice, there is nothing left to do."""
        goes, self.goes = self.goes, ()
        gone, freed = self._remove(goes, self._made_at)
        return Removed(tuple(gone), freed)

    def __repr__(self) -> str:
        lines = [f"goes   {layer.name}:{layer.version}  {layer.code_size:,} bytes" for layer in self.goes]
        lines += [f"stays  {stay.layer.name}:{stay.layer.version}  {stay.layer.code_size:,} bytes  {stay.why}" for stay in self.stays]
        end = "nothing has been removed yet: .remove() does it" if self.goes else "nothing to remove"
        return "\n".join([*lines, end])


def plan_prune(
    newest: Iterable[LayerVersion], versions: Callable[[str], list[LayerVersion]], keep: int, users: Mapping[str, Sequence[str]], remove: Remove
) -> Prune:
    """All but each layer's first ``keep`` versions and those that somebody uses. ``users``: ARN to functions. Raises ValueError (keep below 0)."""
    if keep < 0:
        raise ValueError("keep is a number of versions, 0 and up")
    goes: list[LayerVersion] = []
    stays: list[Stays] = []
    for layer in newest:
        for place, version in enumerate(versions(layer.name)):
            if users.get(version.arn):
                stays.append(Stays(version, f"used by {', '.join(users[version.arn])}"))
            elif place < keep:
                stays.append(Stays(version, f"one of the newest {keep}" if keep > 1 else "the newest"))
            else:
                goes.append(version)
    return Prune(goes, stays, remove, time.time())
