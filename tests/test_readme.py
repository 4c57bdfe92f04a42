"""What the README says runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.S))
def test_the_python_of_the_readme_runs(block: str) -> None:
    said = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert said.returncode == 0, said.stderr


def test_the_cell_of_the_readme_is_a_function() -> None:
    from kernel_runtime import Lab

    line, _, cell = re.findall(r"```\n(%%function .*?)```", README, re.S)[0].partition("\n")
    assert "--memory 512" in line
    with Lab() as lab:
        assert lab.function("summarise", source=cell).invoke({"years": [1, 2, 9]}).payload == {"median": 2}


@pytest.mark.parametrize("command", sorted(set(re.findall(r"serverless-lab (check|doctor)", README))))
def test_the_commands_of_the_readme_exist(command: str) -> None:
    said = subprocess.run([sys.executable, "-m", "labext.cli", command, "--help"], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert said.returncode == 0 and command in said.stdout


def test_ci_runs_the_readmes_test_command() -> None:
    install, test = re.search(r"pip install '\.\[test\]' && pytest", README)[0].split(" && ")  # type: ignore[index]
    ci = (ROOT / ".ci" / "run").read_text()
    assert "pip install --quiet '.[test]'" in ci and install.split()[-1] in ci
    assert re.search(rf"^{test}$", ci, re.M)


def test_pictures_that_are_shown_are_there() -> None:
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).is_file(), picture
