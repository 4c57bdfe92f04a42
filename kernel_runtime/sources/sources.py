"""Everything that calls the functions of a lab by itself, in all its accounts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from ..account.account import Account
from ..account.ties import Tie
from .asynchronous.queue import Asynchronous
from .ground import Ground
from .http_calls import HttpCalls
from .polling.polling import Polling
from .pushed import Pushed
from .schedules.schedules import Schedules
from .view import SourceView

log = logging.getLogger(__name__)


class Source(Protocol):
    """One kind of thing that calls functions. Its methods may be called from any thread."""

    def opened(self, account: Account) -> None:
        """An account has been opened: whatever it holds that should call functions does so from now on."""

    def views(self) -> list[SourceView]:
        """How each of its things stands."""

    def close(self) -> None:
        """It calls nothing any more when this returns. Idempotent."""


class Sources:
    """Made with the lab, told of each account that opens, closed before the accounts are. http_calls: what the door tells of calls over HTTP.
    ties: what the services behind the door are to call."""

    def __init__(self, ground: Ground, http_calls: HttpCalls, ties: Callable[[], list[Tie]]) -> None:
        self.ground = ground
        self.asynchronous, self.pushed = Asynchronous(ground), Pushed(ties)
        self.schedules = Schedules(ground.accounts, ground.clock, ground.loop, ground.client, ground.services_run)
        self._kinds: tuple[Source, ...] = (self.asynchronous, Polling(ground), self.pushed, self.schedules, http_calls)

    def opened(self, account: Account) -> None:
        for kind in self._kinds:
            kind.opened(account)

    def views(self) -> list[SourceView]:
        """Of every source of every account, in the order of their kinds."""
        return [view for kind in self._kinds for view in kind.views()]

    def close(self) -> None:
        """Idempotent."""
        for kind in self._kinds:
            kind.close()
        self.ground.loop.close()
