"""The service that a mapping's source lives in, as its poller finds it: whether anything answers for it at this moment, and a client for what does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .threads import in_thread


@dataclass(frozen=True, slots=True)
class ServiceDoor:
    """address: where the service answers, empty where nothing does; it is not started for a poller's sake. make: a boto3 client for an address."""

    address: Callable[[], str]
    make: Callable[[str], Any]

    def open(self) -> bool:
        return bool(self.address())

    async def client(self) -> Any:
        """For what answers now; another after it was started anew."""
        return await in_thread(self.make, self.address())
