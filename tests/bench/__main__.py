"""``python -m tests.bench [name…]``: every module here that has ``measure() -> list[Row]``, or those named. Exit status 1 where a bar is missed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

NAMES = (
    "cold", "warm", "thousand", "cpu_share", "memory_kill", "timeout", "panel", "load_ext",
    "door_warm", "door_read", "door_cold", "door_many", "door_create", "door_scale", "async_accept", "schedule_accuracy",
    "sqs_drain", "idle_mappings", "url_round_trip",
)  # fmt: skip


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if not (Path(__file__).parent / f"{name}.py").exists()]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    table = Table("work", "measured", "floor, same run", "figure", "bar", "")
    missed = 0
    with Console(stderr=True).status("measuring") as status:
        for name in wanted or NAMES:
            status.update(f"measuring {name}")
            for row in importlib.import_module(f"tests.bench.{name}").measure():
                missed += not row.ok
                table.add_row(row.work, row.measured, row.floor, row.figure, row.bar, "[green]ok[/]" if row.ok else "[red]missed[/]")
    Console(width=150).print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
