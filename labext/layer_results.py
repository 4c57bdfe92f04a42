"""What the layers' magics give back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from kernel_runtime import Lab

from .results import badge, box, table
from .sizes import size

_COLOUR = "#56B4E9"
_WARNING = "#D55E00"
_SHOWN = 12


class Published:
    """A layer version that has been published. ``arn``, ``name``, ``version``; ``zipped_bytes`` and ``unzipped_bytes``; ``contents``: names to bytes."""

    def __init__(self, lab: Lab, arn: str, *, note: str = "", warnings: Sequence[str] = ()) -> None:
        layer = lab.layers.get(arn)
        held = lab.layers.contents(arn)
        self.arn, self.name, self.version = layer.arn, layer.name, layer.version
        self.description = layer.description
        self.compatible_runtimes = layer.compatible_runtimes or ()
        self.zipped_bytes, self.unzipped_bytes = layer.code_size, held.unzipped_bytes
        self.contents = dict(held.files)
        self.note = note
        self.warnings = list(warnings)

    def _figures(self) -> str:
        files = f"{len(self.contents):,} file{'' if len(self.contents) == 1 else 's'}"
        parts = [f"{size(self.zipped_bytes)} zipped", f"{size(self.unzipped_bytes)} unzipped", files, *self.compatible_runtimes, self.note]
        return " · ".join(part for part in parts if part)

    def __repr__(self) -> str:
        head = f"layer {self.name}:{self.version} ({self._figures()})\n{self.arn}"
        return "\n".join([head, *(f"  {name}  {size(count)}" for name, count in largest(self.contents)), *(f"warning: {w}" for w in self.warnings)])

    def _repr_html_(self) -> str:
        head = f"<b>{escape(self.name)}</b> {badge(f'version {self.version}', _COLOUR)} {escape(self._figures())}"
        arn = f'<div><code style="user-select:all">{escape(self.arn)}</code></div>'
        described = f"<div>{escape(self.description)}</div>" if self.description else ""
        rows = [[name, size(count)] for name, count in largest(self.contents)]
        folded = f'<details><summary style="cursor:pointer">contents</summary>{table(["in /opt", "size"], rows)}</details>'
        warnings = "".join(f'<div style="color:{_WARNING}">⚠ {escape(warning)}</div>' for warning in self.warnings)
        return box(_COLOUR, head, arn, described, folded, warnings)


class LayerList:
    """The layers of this lab, each version that can be seen: ``rows``."""

    HEAD = ("layer", "version", "zipped", "unzipped", "published", "runtimes", "used by")

    def __init__(self, lab: Lab) -> None:
        users = lab.layers.users()
        self.rows = [
            (
                layer.name,
                layer.version,
                layer.code_size,
                lab.layers.contents(layer.arn).unzipped_bytes,
                layer.created_date,
                tuple(layer.compatible_runtimes or ()),
                tuple(users.get(layer.arn, ())),
            )
            for newest in lab.layers.newest()
            for layer in lab.layers.versions(newest.name)
        ]

    def _cells(self) -> list[list[str]]:
        return [
            [name, str(version), size(zipped), size(unzipped), created[:16].replace("T", " "), ", ".join(runtimes), ", ".join(users) or "nobody"]
            for name, version, zipped, unzipped, created, runtimes, users in self.rows
        ]

    def __repr__(self) -> str:
        if not self.rows:
            return "no layers yet: %%layer NAME makes one of a cell, %layer NAME --pip PACKAGE of packages, %layer NAME FOLDER of a folder"
        return "\n".join(" · ".join(cells) for cells in ([*self.HEAD], *self._cells()))

    def _repr_html_(self) -> str:
        if not self.rows:
            return box(_COLOUR, escape(repr(self)))
        return box(_COLOUR, "<b>Layers</b>", table(list(self.HEAD), self._cells()))


def largest(contents: Mapping[str, int]) -> list[tuple[str, int]]:
    """The folders and files at the top (below ``python`` and the like, one further down), the largest first; the rest as one."""
    tops: dict[str, int] = {}
    for name, count in contents.items():
        parts = name.split("/")
        depth = 2 if len(parts) > 1 else 1
        top = "/".join(parts[:depth]) + ("/" if len(parts) > depth else "")
        tops[top] = tops.get(top, 0) + count
    ordered = sorted(tops.items(), key=lambda item: (-item[1], item[0]))
    rest = ordered[_SHOWN:]
    return ordered[:_SHOWN] + ([(f"{len(rest)} more", sum(count for _, count in rest))] if rest else [])
