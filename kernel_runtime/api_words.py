"""A function's configuration in the notebook's words, and in the API's."""

from __future__ import annotations

from typing import Any

MEMBERS = {
    "handler": "Handler", "runtime": "Runtime", "memory_mb": "MemorySize", "timeout_s": "Timeout", "ephemeral_mb": "EphemeralStorage",
    "variables": "Environment", "layers": "Layers", "description": "Description", "snap_start": "SnapStart",
}  # fmt: skip
"""A function's configuration in the notebook's words, and the API's."""


def in_api_words(**given: Any) -> dict[str, Any]:
    """A configuration in the API's members and forms."""
    members = {MEMBERS[name]: value for name, value in given.items()}
    if "EphemeralStorage" in members:
        members["EphemeralStorage"] = {"Size": members["EphemeralStorage"]}
    if "Environment" in members:
        members["Environment"] = {"Variables": dict(members["Environment"])}
    if "SnapStart" in members:
        members["SnapStart"] = {"ApplyOn": "PublishedVersions" if members["SnapStart"] else "None"}
    if "Layers" in members:
        members["Layers"] = list(members["Layers"])
    return members
