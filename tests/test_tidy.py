"""House rules as a test; each failure says what to do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kernel_runtime.control import facts, orders

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "kernel_runtime").rglob("*.py"), *(ROOT / "labext").rglob("*.py")])
TEXTS = sorted([*SOURCES, *(ROOT / "tests").rglob("*.py"), ROOT / "README.md", ROOT / "kernel_runtime" / "DESIGN.md", *(ROOT / "labext").rglob("*.js")])
LINES_MAX = 400
FUNCTION_LINES_MAX = 60
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_are_small_and_named_for_a_noun(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES_MAX, f"{path} is over {LINES_MAX} lines: it wants to be two"
    assert path.stem not in EMPTY_NAMES, f"{path.name} says nothing: name it for what it holds"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_fit_on_a_screen_and_files_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if tree.body:
        assert ast.get_docstring(tree), f"{path} has no docstring: its first paragraph says its strategy"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX, f"{path}: {node.name} has {lines} lines; {FUNCTION_LINES_MAX} fit on a screen"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_classes_say_what_they_are(path: Path) -> None:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not _tells_itself(node):
            assert ast.get_docstring(node), f"{path}: class {node.name} has no docstring"


def _tells_itself(node: ast.ClassDef) -> bool:
    """A subclass that stands for its name: an error, a second form of the same thing, a short fact."""
    return bool(node.bases) or len(node.body) <= 6


def test_every_order_names_the_facts_that_complete_it() -> None:
    known = {name for name in vars(facts) if isinstance(getattr(facts, name), type)}
    for name in ("Run", "Start", "Provision", "Throttle", "Refuse", "Stop", "WakeAt"):
        told = getattr(orders, name).__doc__
        named = set(re.findall(r"\b([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b", told)) & known
        assert named or "Complete in itself" in told or "TimeReached" in told, f"the docstring of {name} names no fact that completes it"


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_texts_speak_of_the_product_alone(path: Path) -> None:
    if path == Path(__file__):
        return
    banned = re.compile(r"/work/|/root/\.pyenv|pypi\.org|registry\.npmjs|\bTODO\b|\bFIXME\b")
    found = banned.search(path.read_text())
    assert not found, f"{path}: {found and found[0]!r} has no place in the product"
