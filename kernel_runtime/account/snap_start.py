"""SnapStart's settings, and what they exclude (AWS: "Improving startup performance with Lambda SnapStart").

Publishing runs the init once and keeps the process as the version's snapshot, from which its environments are restored; the version is Failed where that
goes wrong (see ``versions.settle``, ``engine.snapshots``).
"""

from __future__ import annotations

import re
from typing import Any

from ..model import limits
from ..model.errors import InvalidParameterValueException

INIT_FAILED = "An error occurred during function initialization."
INIT_FAILED_CODE = "FunctionError"

_LEAST = {"java": (11,), "python": (3, 12), "dotnet": (8,)}
"""The first version of each language that has it."""


def is_on(settings: dict[str, Any]) -> bool:
    """Whether versions published with these settings start from snapshots."""
    return bool(settings.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions")


def check(settings: dict[str, Any]) -> None:
    """Raise InvalidParameterValueException for a function with SnapStart that AWS would refuse. The runtime's text is recorded, the others follow it."""
    if not is_on(settings):
        return
    if not _has_it(settings["Runtime"]):
        raise InvalidParameterValueException(refusal(settings["Runtime"]))
    if settings["EphemeralStorage"]["Size"] > limits.EPHEMERAL_DEFAULT_MB:
        raise InvalidParameterValueException(refusal(f"EphemeralStorage greater than {limits.EPHEMERAL_DEFAULT_MB} MB"))
    if settings.get("FileSystemConfigs"):
        raise InvalidParameterValueException(refusal("FileSystemConfigs"))


def refusal(what: str) -> str:
    return f"{what} is not supported for SnapStart enabled functions."


def _has_it(runtime: str) -> bool:
    match = re.fullmatch(r"([a-z]+)(\d+(?:\.\d+)?)", runtime)
    least = _LEAST.get(match[1]) if match else None
    return match is not None and least is not None and tuple(map(int, match[2].split("."))) >= least
