"""pip for a layer: into a cache of whole results, watched, stopped without a trace."""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from labext import packages
from labext.mistakes import Mistake
from labext.packages import install, key_of

from .wheels import wheel

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


def quiet(line: str, seconds: float) -> None:
    pass


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")


def left(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir()) if cache.exists() else []


def test_a_wheel_is_installed_once_and_its_lines_are_shown(tmp_path: Path) -> None:
    made, cache, said = wheel(tmp_path, "tinypkg"), tmp_path / "cache", []
    first = install([str(made)], None, lambda line, seconds: said.append(line), cache=cache)
    assert (first.folder / "python" / "tinypkg.py").read_text() == "number = 1\n"
    assert (first.cached, first.python) == (False, OWN)
    assert any("tinypkg" in line for line in said)
    again = install([str(made)], None, quiet, cache=cache)
    assert (again.cached, again.folder) == (True, first.folder)
    assert left(cache) == [first.folder.name]
    assert not list(first.folder.rglob("*.pyc")), "bytecode would make the same packages another layer"


def test_a_wheel_that_has_changed_is_another(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    made = wheel(tmp_path, "tinypkg")
    os.utime(made, (1, 1))
    install([str(made)], None, quiet, cache=cache)
    wheel(tmp_path, "tinypkg", source="number = 22\n")
    changed = install([str(made)], None, quiet, cache=cache)
    assert not changed.cached
    assert (changed.folder / "python" / "tinypkg.py").read_text() == "number = 22\n"


def test_fresh_does_not_ask_the_cache(tmp_path: Path) -> None:
    made, cache = wheel(tmp_path, "tinypkg"), tmp_path / "cache"
    first = install([str(made)], None, quiet, cache=cache)
    (first.folder / "python" / "tinypkg.py").write_text("spoilt")
    again = install([str(made)], None, quiet, fresh=True, cache=cache)
    assert not again.cached
    assert (again.folder / "python" / "tinypkg.py").read_text() == "number = 1\n"


def test_another_python_gets_its_own(tmp_path: Path) -> None:
    made, cache = wheel(tmp_path, "tinypkg"), tmp_path / "cache"
    other = install([str(made)], "python3.9", quiet, cache=cache)
    assert other.python == "3.9"
    assert (other.folder / "python" / "tinypkg.py").exists()
    assert install([str(made)], None, quiet, cache=cache).folder != other.folder


def test_the_key_is_of_the_set_of_requirements() -> None:
    assert key_of(["a==1", "b==2"], OWN) == key_of(["b==2", "a==1"], OWN)
    assert len({key_of(["a==1"], OWN), key_of(["a==2"], OWN), key_of(["a==1"], "3.9"), key_of(["a==1", "b"], OWN)}) == 4


def test_a_failed_install_says_pips_last_lines_and_leaves_nothing(tmp_path: Path) -> None:
    made, cache = wheel(tmp_path, "tinypkg", requires="surely-not-there==9"), tmp_path / "cache"
    with pytest.raises(Mistake, match="surely-not-there") as raised:
        install([str(made)], None, quiet, cache=cache)
    assert type(raised.value).__name__ == "PipFailed"
    assert left(cache) == []


def test_only_python_has_pip(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=f"python{OWN}"):
        install(["x"], "nodejs24.x", quiet, cache=tmp_path)


def test_an_option_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(Mistake):
        install(["--help"], None, quiet, cache=tmp_path / "cache")
    assert left(tmp_path / "cache") == []


def test_ctrl_c_ends_pip_and_all_that_it_started_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pip's place a program that starts another, says both their numbers, and would never end."""
    script = "import os, subprocess, sys, time; p = subprocess.Popen(['sleep', '1000']); print(os.getpid(), p.pid, flush=True); time.sleep(1000)"
    monkeypatch.setattr(packages, "_command", lambda *_: [sys.executable, "-c", script])
    numbers: list[int] = []

    def interrupt(line: str, seconds: float) -> None:
        if line and not numbers:
            numbers.extend(map(int, line.split()))
            threading.Thread(target=_thread.interrupt_main).start()

    with pytest.raises(KeyboardInterrupt):
        install(["x"], None, interrupt, cache=tmp_path / "cache")
    assert left(tmp_path / "cache") == []
    assert len(numbers) == 2
    deadline = time.monotonic() + 20
    while any(_runs(number) for number in numbers):
        assert time.monotonic() < deadline, f"{numbers} still run"


def _runs(number: int) -> bool:
    """Whether the process is there and no mere entry that nobody has collected yet."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_killed_kernel_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (cache / "half-old").mkdir(parents=True)
    (cache / "half-young").mkdir()
    os.utime(cache / "half-old", (0, 0))
    done = install([str(wheel(tmp_path, "tinypkg"))], None, quiet, cache=cache)
    assert left(cache) == sorted(["half-young", done.folder.name])
