"""Packages for a layer, by pip: in a process of its own that can be watched and stopped, into a cache that only ever holds whole results."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .mistakes import mistake

_TAIL_LINES = 12
_TICK_S = 0.5
_HALF = "half-"
_ABANDONED_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Installed:
    """A folder that a layer can be made of (``python/…``). cached: it was there already. python: ``3.13``."""

    folder: Path
    python: str
    cached: bool
    seconds: float


def install(
    requirements: Sequence[str], runtime: str | None, show: Callable[[str, float], None], *, fresh: bool = False, cache: Path | None = None
) -> Installed:
    """Have ``requirements`` for Python of ``runtime`` (None: the kernel's), from the cache or by pip. ``show`` is told pip's last line and the seconds.

    Ctrl-C stops pip and comes through; nothing is left then. A failed install is a mistake that says pip's last lines.
    """
    began = time.monotonic()
    python = _python_of(runtime)
    top = cache or cache_folder()
    folder = top / key_of(requirements, python)
    if folder.is_dir() and not fresh:
        return Installed(folder, python, True, 0.0)
    top.mkdir(parents=True, exist_ok=True)
    _sweep(top)
    beside = Path(tempfile.mkdtemp(dir=top, prefix=_HALF))
    try:
        _run(_command(requirements, python, beside / "python"), lambda line: show(line, time.monotonic() - began))
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        try:
            beside.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another notebook has been first
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Installed(folder, python, False, time.monotonic() - began)


def cache_folder() -> Path:
    """``~/.cache/serverless-lab/layers``, or below ``XDG_CACHE_HOME``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "serverless-lab" / "layers"


def key_of(requirements: Sequence[str], python: str) -> str:
    """What the cache knows a set of requirements by: their texts, Python's version, this machine's kind; a local file or folder by what it holds."""
    named = sorted(f"{requirement} {_state(Path(requirement).expanduser())}" for requirement in requirements)
    return hashlib.sha256(json.dumps([named, python, sysconfig.get_platform()]).encode()).hexdigest()[:32]


def _state(path: Path) -> str:
    """What makes a local requirement another one: names, sizes and times of its files; nothing for one that a package index has."""
    if path.is_file():
        return f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}"
    if (path / "pyproject.toml").exists() or (path / "setup.py").exists():
        stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(path.rglob("*")) if file.is_file()]
        return hashlib.sha256(json.dumps(stats).encode()).hexdigest()
    return ""


def _python_of(runtime: str | None) -> str:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    if runtime is None:
        return own
    match = re.fullmatch(r"python(3\.\d+)", runtime)
    if match is None:
        raise mistake("UsageError", f"--pip installs for Python: --runtime is python{own} and the like, not {runtime}")
    return match[1]


def _command(requirements: Sequence[str], python: str, target: Path) -> list[str]:
    other = python != f"{sys.version_info.major}.{sys.version_info.minor}"
    foreign = ["--only-binary=:all:"] if other else []
    if importlib.util.find_spec("pip"):
        foreign += ["--python-version", python, "--implementation", "cp"] if other else []
        quiet = ["--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--no-compile", "--progress-bar", "off"]
        return [sys.executable, "-m", "pip", "install", *quiet, "--target", str(target), *foreign, "--", *requirements]
    uv = shutil.which("uv")
    if uv is None:
        raise mistake("NoPip", f"this kernel's Python ({sys.executable}) has no pip, and there is no uv: install one of them")
    return [
        uv,
        "pip",
        "install",
        "--python-version" if other else "--python",
        python if other else sys.executable,
        "--target",
        str(target),
        *foreign,
        "--",
        *requirements,
    ]


def _run(command: list[str], show: Callable[[str], None]) -> None:
    """Carry the command out, in a process group of its own; whatever breaks this off ends the whole group."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    try:
        while True:
            try:
                line = lines.get(timeout=_TICK_S)
            except queue.Empty:
                show(tail[-1] if tail else "")
                continue
            if line is None:
                break
            if line.strip():
                tail.append(line.rstrip())
                show(tail[-1])
        code = process.wait()
    except BaseException:
        _end(process)
        raise
    finally:
        reader.join()
        if process.stdout:
            process.stdout.close()
    if code:
        raise mistake("PipFailed", f"pip ended with {code}; its last lines:\n" + "\n".join(tail))


def _read(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _sweep(top: Path) -> None:
    """Remove what a killed kernel left half installed."""
    for path in top.glob(_HALF + "*"):
        try:
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass  # another notebook has been first
