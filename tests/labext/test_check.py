"""Regression notebooks, executed by the command."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest

from labext.lessons import COPY_NAME, copy_lessons, lessons

ROOT = Path(__file__).parents[2]


def write(path: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    notebook.metadata.kernelspec = {"name": "serverless-lab", "display_name": "Serverless Lab", "language": "python"}
    nbformat.write(notebook, path)
    return path


def command(*arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    words = [sys.executable, "-m", "labext.cli", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=240, check=False, env={**os.environ, "PYTHONPATH": path}, cwd=folder)


def check(*arguments: object) -> subprocess.CompletedProcess[str]:
    return command("check", *arguments)


def test_one_that_passes_and_one_that_fails(tmp_path: Path) -> None:
    good = write(tmp_path / "good.ipynb", "%%function f\ndef handler(event, context):\n    return event", "r = %invoke f 3\nassert r.payload == 3")
    bad = write(tmp_path / "bad.ipynb", "print('fine')", "value = 41\nassert value == 42, 'the answer is wrong'")
    before = good.read_bytes(), bad.read_bytes()
    said = check(good, bad, "--junit", tmp_path / "r.xml", "--jobs", 2)
    assert said.returncode == 1
    assert "1 passed, 1 failed" in said.stdout and "the answer is wrong" in said.stdout and "value = 41" in said.stdout
    assert (good.read_bytes(), bad.read_bytes()) == before
    assert "over TCP" not in said.stderr
    cases = ElementTree.parse(tmp_path / "r.xml").getroot().findall(".//testcase")
    assert {case.get("name"): case.find("failure") is not None for case in cases} == {"good.ipynb": False, "bad.ipynb": True}


def test_a_mistake_at_the_lab_fails_the_notebook(tmp_path: Path) -> None:
    said = check(write(tmp_path / "m.ipynb", "%invoke nobody {}"))
    assert said.returncode == 1 and "ResourceNotFoundException" in said.stdout


def test_what_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text("{")
    assert check(tmp_path / "x.ipynb").returncode == 1
    missing = check(tmp_path / "none.ipynb")
    assert missing.returncode == 2 and "no such notebook" in missing.stderr
    assert check("--jobs", "0").returncode == 2


def test_a_cell_that_does_not_end_is_cut_off(tmp_path: Path) -> None:
    said = check(write(tmp_path / "slow.ipynb", "import time; time.sleep(600)"), "--timeout", 3)
    assert said.returncode == 1 and "Timeout" in said.stdout


def test_lessons_are_found_and_copies_are_kept(tmp_path: Path) -> None:
    assert [path.name for path in lessons()][:1] == ["01-first-function.ipynb"]
    copy = copy_lessons(tmp_path)[0]
    assert copy.parent.name == COPY_NAME
    copy.write_text("mine")
    copy_lessons(tmp_path)
    assert copy.read_text() == "mine"


@pytest.mark.parametrize("lesson", lessons(), ids=lambda path: path.stem)
def test_lessons_are_for_the_labs_kernel_and_hold_no_errors(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "serverless-lab"
    assert not [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]


def test_lessons_that_cannot_be_put_anywhere_are_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / COPY_NAME).write_text("a file, where the folder would be")
    said = command("--no-browser", folder=tmp_path)
    assert said.returncode == 1 and "a folder of your own" in said.stderr and "Traceback" not in said.stderr
