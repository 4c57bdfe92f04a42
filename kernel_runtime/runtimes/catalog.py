"""Which language runtimes there are, and which interpreter of this machine runs one (AWS: "Lambda runtimes")."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..model.errors import InvalidParameterValueException, InvalidRuntimeException
from ..model.names import REGION

PYTHON_RUNTIMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python3.9", "python3.8")
OTHER_RUNTIMES = (
    "nodejs24.x", "nodejs22.x", "nodejs20.x", "java25", "java21", "java17", "java11", "java8.al2", "dotnet10", "dotnet8",
    "ruby4.0", "ruby3.4", "ruby3.3", "ruby3.2", "provided.al2023", "provided.al2",
)  # fmt: skip
BLOCKED_RUNTIMES = frozenset(
    (
        "nodejs nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x python2.7 python3.6 python3.7 java8 go1.x "
        "ruby2.5 ruby2.7 provided dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 dotnet5.0 dotnet7 "
    ).split()
)
"""Functions of these can neither be created nor be given them any more (AWS: "Lambda runtimes", deprecation)."""
ONLY_NAMED_RUNTIMES = (
    "nodejs18.x", "nodejs16.x", "dotnet6", "python3.15", "nodejs26.x", "java17.al2023", "java11.al2023", "java8.al2023", "custom", *sorted(BLOCKED_RUNTIMES),
)  # fmt: skip
"""What a layer may be told to be compatible with beside those above (botocore: Runtime)."""
OLDEST_PYTHON = (3, 9)
"""The loop inside an environment is written for this and newer."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python of this machine. version: ``3.13``. note: what a user must know where it is not the one asked for, else empty."""

    executable: str
    version: str
    note: str = ""


def check_runs(runtime: str) -> None:
    """Raises InvalidRuntimeException for a runtime that Lambda has and this lab does not run yet."""
    if runtime.startswith("python"):
        return
    raise InvalidRuntimeException(f"The runtime {runtime} is Lambda's, but this lab runs Python only: use one of {', '.join(PYTHON_RUNTIMES)}")


def check_not_blocked(runtime: str) -> None:
    """Raises InvalidParameterValueException for a runtime that no function may be given any more."""
    if runtime in BLOCKED_RUNTIMES:
        raise InvalidParameterValueException(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions."
        )


def default_runtime() -> str:
    """The runtime of the kernel's own interpreter."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


@lru_cache(maxsize=64)
def find_interpreter(runtime: str) -> Interpreter:
    """The interpreter for ``runtime``; the kernel's own, with a note, where the machine has none of that version.

    Raises InvalidParameterValueException for a runtime that Lambda does not have, or that this lab does not run yet.
    """
    own = default_runtime()
    if runtime in OTHER_RUNTIMES:
        raise InvalidParameterValueException(f"The runtime {runtime} is Lambda's, but this lab runs Python only: use one of {', '.join(PYTHON_RUNTIMES)}")
    if runtime not in PYTHON_RUNTIMES and runtime != own:
        raise InvalidParameterValueException(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(PYTHON_RUNTIMES + OTHER_RUNTIMES)}] or be a valid ARN"
        )
    version = runtime.removeprefix("python")
    if runtime == own:
        return Interpreter(sys.executable, version)
    old = tuple(map(int, version.split("."))) < OLDEST_PYTHON
    found = None if old else _search(runtime)
    if found:
        return Interpreter(found, version)
    why = f"the lab runs python{OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} and newer" if old else f"{runtime} is not on this machine"
    return Interpreter(sys.executable, own.removeprefix("python"), f"{why}: {own} runs instead")


@lru_cache(maxsize=64)
def runtime_version_line(runtime: str) -> str:
    """What INIT_START says. Of AWS's shape; the version and the hash are the lab's own, since AWS's name builds that run only there."""
    name, version = re.fullmatch(r"([a-z]+)(.*)", runtime).groups()  # type: ignore[union-attr]
    return f"Runtime Version: {name}:{version}.v1\tRuntime Version ARN: {runtime_version_arn(runtime)}"


def runtime_version_arn(runtime: str, region: str = REGION) -> str:
    """Of AWS's shape, the hash the lab's own."""
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(f'serverless-lab {runtime}'.encode()).hexdigest()}"


def _search(runtime: str) -> str | None:
    for candidate in _candidates(runtime):
        found = _interpreter_behind(candidate, runtime) if candidate else None
        if found:
            return found
    return None


def _candidates(runtime: str) -> list[str]:
    version = runtime.removeprefix("python")
    beside = [str(Path(prefix) / "bin" / runtime) for prefix in dict.fromkeys((sys.prefix, sys.base_prefix))]
    roots = dict.fromkeys((os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), str(Path(sys.base_prefix).parent.parent)))
    pyenv = [found for root in roots for found in glob.glob(f"{glob.escape(root)}/versions/{version}.*/bin/{runtime}")]  # unreadable roots give none
    return [shutil.which(runtime) or "", *beside, *sorted(pyenv, key=_patch_number, reverse=True)]


def _patch_number(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", path.split("/")[-3]))


def _interpreter_behind(executable: str, runtime: str) -> str | None:
    """The program itself if ``executable`` really runs that version: a version manager's shim bears a version's name and runs another, or nothing."""
    program = "import sys; print('python%d.%d' % sys.version_info[:2], sys.executable, sep='\\n')"
    try:
        said = subprocess.run([executable, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=10, check=False).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return said[1] if len(said) == 2 and said[0] == runtime else None
