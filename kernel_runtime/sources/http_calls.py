"""How functions fare that are called over HTTP. What serves them is the door's business; this counts."""

from __future__ import annotations

from threading import Lock
from typing import Literal

from ..account import function_urls
from ..account.account import Account
from .tally import Tally
from .view import SourceView

Ending = Literal["answered", "failed", "throttled", "refused"]
Key = tuple[str, str, str, str, str]


class HttpCalls:
    """A ``Source``. ``note`` is told of each request as it ends."""

    def __init__(self) -> None:
        self._counts: dict[Key, Tally] = {}
        self._accounts: list[Account] = []
        self._counting = Lock()

    def opened(self, account: Account) -> None:
        self._accounts.append(account)

    def note(self, account: Account, name: str, function: str, qualifier: str, ending: Ending, result: str) -> None:
        """name: the URL or the route that was called. result: the status, and why where it is no answer of the function's."""
        key = (account.id, account.region, name, function, qualifier)
        with self._counting:
            count = self._counts.get(key)
            if count is None:
                count = self._counts[key] = Tally()
            count.calls += 1
            count.failures += ending in ("failed", "refused")
            count.throttles += ending == "throttled"
            count.result = result

    def views(self) -> list[SourceView]:
        """Every function URL, called or not, and every route that was called, of functions that are there."""
        with self._counting:
            held = {key: _view(*key[2:], count) for key, count in self._counts.items()}
        accounts = {(account.id, account.region): account for account in self._accounts}
        found = {key: view for key, view in held.items() if view.function in accounts[key[:2]].functions}
        for account in self._accounts:
            for record in list(account.functions.values()):
                for qualifier, config in record.attached.get(function_urls.NOUN, {}).items():
                    name = function_urls.address(account, config)
                    found.setdefault((account.id, account.region, name, record.name, qualifier), SourceView("http", name, record.name, qualifier))
        return list(found.values())

    def close(self) -> None:
        """Nothing of it runs by itself."""


def _view(name: str, function: str, qualifier: str, tally: Tally) -> SourceView:
    return SourceView(
        "http", name, function, qualifier, result=tally.result, calls=tally.calls, records=tally.calls, failures=tally.failures, throttles=tally.throttles
    )  # fmt: skip
