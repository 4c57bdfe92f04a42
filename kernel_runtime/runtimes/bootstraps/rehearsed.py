"""A function for the rehearsal: it is imported and never called."""

from typing import Any


def handler(event: Any, context: Any) -> Any:
    return event
