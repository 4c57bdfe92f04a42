"""Whether the other AWS services are here: moto, by an extra of the package."""

from __future__ import annotations

from importlib.util import find_spec


def hint() -> str:
    """What is missing and how to get it; empty where nothing is."""
    if find_spec("moto") is not None:
        return ""
    return "Queues, buckets, schedules, HTTP APIs and the lessons on them need more: pip install 'serverless-lab[services]'"
