"""Imports point one way (DESIGN.md, "Rooms"), and some rooms may not import some things at all."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FACADE = {"lab", "api_words", "function_handle", "function_notes", "triggers", "kept_ready", "outcome", "front", "connected", "watch", "__init__"}

MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "control": {"model"},
    "journal": {"control", "model"},
    "wire": set(),
    "slots": set(),
    "runtimes": {"model"},
    "host": {"wire", "slots", "runtimes", "model"},
    "fleet": {"wire", "slots", "runtimes", "model", "control.facts"},
    "artifacts": {"model", "runtimes"},
    "engine": {"fleet", "artifacts", "journal", "control", "model"},
    "simulator": {"journal", "control", "model"},
    "sources": {"account", "runtimes", "fleet", "engine", "artifacts", "journal", "control", "model"},
    "endpoint": {"sources", "account", "runtimes", "fleet", "engine", "artifacts", "journal", "control", "model"},
    "account": {"engine", "fleet", "artifacts", "journal", "control", "runtimes", "model"},
    "facade": {"endpoint", "account", "sources", "engine", "fleet", "artifacts", "journal", "control", "runtimes", "model", "facade"},
}
"""A room to the rooms that it may import, beside itself."""

STANDARD_LIBRARY_ONLY = {"model", "control", "wire", "slots", "host", "runtimes"}
BANNED = {"model": {"time", "random", "os", "asyncio", "logging"}, "control": {"time", "random", "os", "asyncio", "logging"}}
ONLY_IN = {
    "botocore": {"endpoint", "sources"},
    "boto3": {"endpoint", "sources"},
    "starlette": {"endpoint"},
    "uvicorn": {"endpoint"},
    "httpx": {"endpoint"},
    "moto": {"endpoint"},
}
NEVER_IN_KERNEL_RUNTIME = {"IPython", "ipywidgets", "plotly", "anywidget", "labext"}


def room_of(dotted: str) -> str:
    first = dotted.split(".")[0]
    return "facade" if first in FACADE or not first else first


def imports_of(path: Path) -> list[str]:
    """Dotted names, relative ones made absolute; imports for type checkers only are left out."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found = []
    for node in _running(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found += [f"{stem}.{alias.name}" for alias in node.names] if node.level and not node.module else [stem]
    return found


def _running(tree: ast.AST) -> list[ast.AST]:
    nodes: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        nodes += [node, *_running(node)]
    return nodes


FILES = sorted((ROOT / "kernel_runtime").rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_the_right_way(path: Path) -> None:
    room = room_of(".".join(path.relative_to(ROOT / "kernel_runtime").with_suffix("").parts))
    for name in imports_of(path):
        top = name.split(".")[0]
        assert top not in NEVER_IN_KERNEL_RUNTIME, f"{path.name} imports {name}: kernel_runtime works without a notebook; move it to labext"
        assert room in ONLY_IN.get(top, {room}), f"{path.name} ({room}) imports {name}: only {sorted(ONLY_IN[top])} may"
        if top == "kernel_runtime":
            target = name.removeprefix("kernel_runtime").lstrip(".")
            allowed = MAY_IMPORT[room] | {room}
            fits = room_of(target) in allowed or any(target.startswith(a) for a in allowed if "." in a)
            assert fits, f"{path.name} ({room}) imports {name}: {room} may import {sorted(allowed)}; see DESIGN.md"
        elif room in STANDARD_LIBRARY_ONLY:
            assert top in sys.stdlib_module_names, f"{path.name} ({room}) imports {name}: {room} has the standard library only"
            assert top not in BANNED.get(room, set()), f"{path.name} imports {name}: in {room} time, chance and identity are values passed in"


@pytest.mark.parametrize("path", sorted((ROOT / "labext").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_labext_uses_the_facade_the_journal_and_what_they_speak_of(path: Path) -> None:
    for name in imports_of(path):
        if name.split(".")[0] == "kernel_runtime":
            room = room_of(name.removeprefix("kernel_runtime").lstrip("."))
            assert room in {"facade", "journal", "control", "model"}, f"{path.name} imports {name}: labext goes through the facade"


def test_nobody_imports_the_host() -> None:
    for path in [*FILES, *(ROOT / "labext").rglob("*.py")]:
        if path.parent.name != "host":
            assert not any("host." in f"{name}." and "kernel_runtime.host" in name for name in imports_of(path)), f"{path} imports the worker host"


def test_there_is_no_cycle_between_files() -> None:
    names = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in FILES}
    edges = {n: {t for t in (_module(i, names) for i in imports_of(p)) if t and t != n} for n, p in names.items()}
    state: dict[str, int] = {}

    def walk(name: str, way: list[str]) -> None:
        state[name] = 1
        for target in edges[name]:
            assert state.get(target) != 1, f"imports go in a circle: {' → '.join([*way, name, target])}"
            if target not in state:
                walk(target, [*way, name])
        state[name] = 2

    for name in names:
        if name not in state:
            walk(name, [])


def _module(dotted: str, names: dict[str, Path]) -> str | None:
    return dotted if dotted in names else None
