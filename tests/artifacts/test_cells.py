"""What a cell would miss outside the notebook, and how one function becomes a module."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kernel_runtime.artifacts.cells import free_names, handler_names, module_from_function, notebook_only_names
from kernel_runtime.model.errors import InvalidParameterValueException

NEEDS = [
    ("def handler(event, context): return rows", ("rows",)),
    ("x = rows\ny = table\nz = rows", ("rows", "table")),
    ("print(later); later = 1", ()),  # a mistake in any module, none of the notebook's
    ("import csv, os.path\ncsv.reader; os.sep", ()),
    ("import os.path as p\nos", ("os",)),
    ("from json import loads as parse\nparse; loads", ("loads",)),
    ("from helpers import *\nanything", ()),
    ("def f():\n    local = 1\n    return local + outer", ("outer",)),
    ("def f(a, *b, c=default, **d): return a, b, c, d", ("default",)),
    ("def f():\n    def g(): return inner\n    inner = 1\n    return g", ()),
    ("def f():\n    global made\n    made = 1\ndef handler(e, c): return made", ()),
    ("def f():\n    global counter\n    counter += 1", ("counter",)),
    ("def f():\n    x = 1\n    x += 1", ()),
    ("total += 1", ("total",)),
    ("total = 0\ntotal += 1", ()),
    ("del scratch", ("scratch",)),
    ("scratch = 1\ndel scratch", ()),
    ("[n for n in numbers]", ("numbers",)),
    ("[n for n in range(3)]\nn", ("n",)),
    ("{k: v for k, v in pairs if k in wanted}", ("pairs", "wanted")),
    ("if (found := search()):\n    print(found)", ("search",)),
    ("def f(): return [y := 1 for _ in ()], y", ()),
    ("class A(Base):\n    size = 1\n    double = size * 2\n    def f(self): return size", ("Base", "size")),
    ("class A:\n    def f(self): return __class__, super()", ()),
    ("try:\n    risky()\nexcept Problem as why:\n    print(why)", ("risky", "Problem")),
    ("with opener() as file: file", ("opener",)),
    ("for i in items: i\nelse: i", ("items",)),
    ("@decorated\ndef f(): pass", ("decorated",)),
    ("def f(x: Shape) -> Result: ...", ("Shape", "Result")),
    ("lambda a: a + b", ("b",)),
    ("match thing:\n    case {'k': v, **rest}: v, rest\n    case [a, *more]: a, more\n    case other: other", ("thing",)),
    ("async def f():\n    async with pool as p:\n        return p", ("pool",)),
    ("f'{name!r:>{width}}'", ("name", "width")),
    ("__name__, __file__, __doc__, print, ValueError, __import__", ()),
    ("def broken(:", ()),
    ("x = 1\0", ()),
    ("", ()),
]


@pytest.mark.parametrize(("source", "names"), NEEDS)
def test_names_that_a_module_needs_and_does_not_have(source: str, names: tuple[str, ...]) -> None:
    assert free_names(source) == names


def test_only_names_that_the_notebook_has_are_warned_of() -> None:
    source = "def handler(event, context):\n    return clean(frame), frame, nowhere"
    assert notebook_only_names(source, ["frame", "clean", "handler", "unused"]) == ("clean", "frame")


HANDLERS = [
    ("def handler(e, c): ...\nasync def other(): ...\nclass Third: ...\nLIMIT = 3\nNAMES = ['a']", ("handler", "other", "Third")),
    ("from app import handler, x as y\nimport json", ("handler", "y")),
    ("handler = wrap(inner)", ("handler",)),
    ("try:\n    from fast import handler\nexcept ImportError:\n    def handler(e, c): ...", ("handler",)),
    ("if True:\n    def a(): ...\nelse:\n    b, c = make()", ("a", "b", "c")),
    ("def f():\n    def inner(): ...", ("f",)),
    ("from app import *\ndef f(): ...", ()),
    ("def (", ()),
]


@pytest.mark.parametrize(("source", "names"), HANDLERS)
def test_names_that_may_be_a_handler(source: str, names: tuple[str, ...]) -> None:
    assert handler_names(source) == names


def test_one_function_becomes_a_module_without_its_decorators(tmp_path: Path) -> None:
    module = _module(
        tmp_path,
        "def plain(f): return f\n"
        "def keep(*a, **k): return plain\n"
        "class Box:\n"
        "    @keep(\n"
        "        memory=512,\n"
        "    )\n"
        "    @plain\n"
        "    def handler(event, context):\n"
        "        # a comment stays\n"
        "        return {'twice': event * 2}\n"
        "    after = 1\n",
    )
    text = module_from_function(module.Box.handler)
    assert text == "from __future__ import annotations\n\ndef handler(event, context):\n    # a comment stays\n    return {'twice': event * 2}\n"
    space: dict[str, Any] = {}
    exec(text, space)
    assert space["handler"](2, None) == {"twice": 4}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def make():\n    rate = 2\n    def inner(e, c): return e * rate\n    return inner\nsubject = make()", ["uses rate", "the event", "%%function"]),
        ("subject = lambda event, context: event", ["no plain function", "def"]),
        ("async def subject(event, context): ...", ["no plain function"]),
        ("subject = len", ["cannot be read"]),
        ("import functools\nsubject = functools.partial(print)", ["cannot be read"]),
        ("exec('def subject(e, c): ...')", ["cannot be read"]),
    ],
)
def test_what_is_no_plain_function_is_refused_with_the_mend(tmp_path: Path, source: str, words: list[str]) -> None:
    with pytest.raises(InvalidParameterValueException) as refused:
        module_from_function(_module(tmp_path, source).subject)
    for word in words:
        assert word in str(refused.value)


def _module(folder: Path, source: str) -> ModuleType:
    path = folder / "cell.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location("cell", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
