"""Which runtimes there are, and which interpreter runs one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel_runtime.model.errors import InvalidParameterValueException
from kernel_runtime.runtimes import catalog
from kernel_runtime.runtimes.catalog import default_runtime, find_interpreter, runtime_version_line

OWN = "{}.{}".format(*sys.version_info[:2])
ABSENT = "python3.14" if OWN != "3.14" else "python3.13"


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    find_interpreter.cache_clear()
    yield
    find_interpreter.cache_clear()


def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with no other interpreter than those put into the folder."""
    for name in ("prefix", "base_prefix"):
        monkeypatch.setattr(sys, name, str(tmp_path / "no" / "such" / "prefix"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def program(path: Path, says: str, status: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nprintf '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_the_default_is_the_kernels_own() -> None:
    assert default_runtime() == f"python{OWN}"
    assert find_interpreter(default_runtime()) == catalog.Interpreter(sys.executable, OWN, "")


def test_a_version_that_the_machine_lacks_is_replaced_with_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare_machine(monkeypatch, tmp_path)
    assert find_interpreter(ABSENT) == catalog.Interpreter(sys.executable, OWN, f"{ABSENT} is not on this machine: python{OWN} runs instead")
    assert find_interpreter("python3.8").note == f"the lab runs python3.9 and newer: python{OWN} runs instead"


def test_an_interpreter_is_found_in_path_and_in_pyenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = bare_machine(monkeypatch, tmp_path)
    for patch in ("9", "10"):
        where = folder / "pyenv" / "versions" / f"{ABSENT.removeprefix('python')}.{patch}" / "bin" / ABSENT
        program(where, f"{ABSENT}\\n{where}\\n")
    assert find_interpreter(ABSENT).executable.split("/")[-3].endswith(".10"), "the newest patch release"
    find_interpreter.cache_clear()
    program(folder / ABSENT, f"{ABSENT}\\n/real/{ABSENT}\\n")
    assert find_interpreter(ABSENT) == catalog.Interpreter(f"/real/{ABSENT}", ABSENT.removeprefix("python"), "")


def test_a_pyenv_that_may_not_be_read_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = bare_machine(monkeypatch, tmp_path)
    (folder / "pyenv").symlink_to("pyenv")  # a loop cannot be entered, not even by root
    assert "is not on this machine" in find_interpreter(ABSENT).note


@pytest.mark.parametrize(("says", "status"), [("python2.7\\n/usr/bin/python\\n", 0), ("", 1), ("no such version", 127)])
def test_a_shim_that_runs_another_version_or_none_is_not_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, status: int) -> None:
    program(bare_machine(monkeypatch, tmp_path) / ABSENT, says, status)
    assert "is not on this machine" in find_interpreter(ABSENT).note


def test_an_unknown_runtime_is_refused_in_awss_words() -> None:
    with pytest.raises(InvalidParameterValueException) as refused:
        find_interpreter("python4")
    pattern = r"Value python4 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[python3\.14, .*\] or be a valid ARN"
    assert re.fullmatch(pattern, str(refused.value))


@pytest.mark.parametrize("runtime", ["nodejs24.x", "java25", "provided.al2023"])
def test_other_languages_are_known_and_said_not_to_be_here(runtime: str) -> None:
    with pytest.raises(InvalidParameterValueException, match="this lab runs Python only"):
        find_interpreter(runtime)


def test_the_line_of_init_start() -> None:
    line = runtime_version_line("python3.13")
    assert re.fullmatch(r"Runtime Version: python:3\.13\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}", line)
    assert runtime_version_line("python3.13") == line != runtime_version_line("python3.12")
