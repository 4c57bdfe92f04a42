"""The schedules of a lab: EventBridge's rules with a ScheduleExpression and EventBridge Scheduler's schedules, on time by the lab's own clock.

The services behind the door keep them and never fire them. The door tells when something of them may have changed; then, and only then, they are listed. While
nothing is scheduled nothing waits or is imported, and what those services forgot with their process is forgotten here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...account.account import Account
from ...account.accounts import Accounts
from ..clock import LabClock
from ..loop import SourcesLoop
from ..view import SourceView

if TYPE_CHECKING:
    from .running import Running

SERVICES = ("events", "scheduler")


class Schedules:
    """client: a boto3 client for (service, region, account). runs: whether the services behind the door do."""

    def __init__(self, accounts: Accounts, clock: LabClock, loop: SourcesLoop, client: Callable[[str, str, str], Any], runs: Callable[[], bool]) -> None:
        self._ground = accounts, clock, loop, client, runs
        self._running: Running | None = None
        self._making = threading.Lock()

    def opened(self, account: Account) -> None:
        """What calls its functions is behind the door, and told when it comes."""

    def changed(self, service: str, region: str, account: str) -> None:
        """Something that schedules in a service may have changed; from any thread. service: empty where all of them are gone."""
        if service in SERVICES:
            self._made().changed(service, region, account)
        elif not service and self._running is not None:
            self._running.changed(service, region, account)

    def views(self) -> list[SourceView]:
        return self._running.views() if self._running is not None else []

    def close(self) -> None:
        if self._running is not None:
            self._running.close()

    def _made(self) -> Running:
        from .running import Running

        with self._making:
            self._running = self._running or Running(*self._ground)
            return self._running
