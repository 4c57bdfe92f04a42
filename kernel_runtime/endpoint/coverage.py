"""``python -m kernel_runtime.endpoint.coverage`` prints ``kernel_runtime/COVERAGE.md``: operation by operation what is real, stored only, or refused.

Everything comes from botocore's model, from which operations there are, and from the two tables beside them: ``operations/refused.py`` and
``operations/stored_only.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from botocore.model import OperationModel, Shape

from .operations import is_real, refusal_of
from .operations.refused import REFUSED_MEMBERS
from .operations.stored_only import EVERYTHING, NOT_KEPT, STORED_ONLY, StoredOnly
from .service import lambda_service

Standing = Literal["real", "stored only", "refused"]

_OPENING = """# Lambda's API, operation by operation

Printed by `python -m kernel_runtime.endpoint.coverage`; a test compares. The names are botocore's.

* **real**: does what AWS's does, by the rules, states and messages that AWS documents or that are recorded of it. Whatever a request may hold is checked
  against the model either way. *Less than on AWS* names members that are checked, kept and shown again, with what happens here instead of all that they
  stand for; *passed over* those that are only checked, *refused* those that are answered with an error.
* **stored only**: checked, kept and shown again by the operations that read it, with the errors that AWS gives; nothing acts on it yet.
* **refused**: answered with status 501, `NotImplementedException` and the text below.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: its lines of the two tables, the members that it refuses, and the text that an operation answers which is refused whole."""

    operation: str
    standing: Standing
    less: tuple[StoredOnly, ...] = ()
    passed_over: tuple[StoredOnly, ...] = ()
    refused: tuple[str, ...] = ()
    text: str = ""

    @property
    def note(self) -> str:
        if self.standing == "refused":
            return f"`{self.text}`"
        if self.standing == "stored only":
            return "; ".join(line.why for line in self.less)
        parts = [f"*less than on AWS:* {_told(self.less)}"] if self.less else []
        parts += [f"*passed over:* {_told(self.passed_over)}"] if self.passed_over else []
        parts += [f"*refused:* {_named(self.refused)}"] if self.refused else []
        return "<br>".join(parts)


def rows() -> list[Row]:
    """Every operation of the model, by name."""
    service = lambda_service()
    return [_row(service.operation_model(name)) for name in service.operation_names]


def page() -> str:
    """The whole page, as Markdown."""
    told = rows()
    counts = [f"{sum(row.standing == standing for row in told)} are {standing}" for standing in ("real", "stored only", "refused")]
    lines = [_OPENING, f"Of {len(told)} operations {', '.join(counts)}.", "", "| operation | here | |", "|---|---|---|"]
    lines += [f"| `{row.operation}` | {row.standing} | {row.note} |" for row in told]
    lines += ["", "## Members that are refused", "", "`InvalidParameterValueException`, status 400:", "", "| member | text |", "|---|---|"]
    lines += [f"| `{member}` | `{text}` |" for member, text in REFUSED_MEMBERS.items()]
    return "\n".join(lines) + "\n"


def members_of(operation: OperationModel) -> set[str]:
    """Every member that a request may have, those inside structures with dots: ``Code.ZipFile``."""
    return set(_members(operation.input_shape, "", ())) if operation.input_shape else set()


def _row(operation: OperationModel) -> Row:
    name = operation.name
    if not is_real(name):
        return Row(name, "refused", text=refusal_of(name))
    kept = _lines_of(name, STORED_ONLY)
    standing: Standing = "stored only" if any(EVERYTHING in line.members for line in kept) else "real"
    refused = tuple(member for member in sorted(members_of(operation)) if member.rpartition(".")[2] in REFUSED_MEMBERS)
    return Row(name, standing, kept, _lines_of(name, NOT_KEPT), refused)


def _lines_of(name: str, table: Iterable[StoredOnly]) -> tuple[StoredOnly, ...]:
    return tuple(line for line in table if name in line.operations)


def _members(shape: Shape, path: str, inside: tuple[str, ...]) -> Iterator[str]:
    if shape.type_name != "structure" or shape.name in inside:
        return
    for name, member in shape.members.items():
        yield path + name
        yield from _members(member, f"{path}{name}.", (*inside, shape.name))


def _told(lines: Iterable[StoredOnly]) -> str:
    return "; ".join(f"{_named(line.members)} ({line.why})" for line in lines)


def _named(members: Iterable[str]) -> str:
    return ", ".join(f"`{member}`" for member in members)


if __name__ == "__main__":
    print(page(), end="")
