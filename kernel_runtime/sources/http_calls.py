"""How functions fare that are called over HTTP. What serves them is the door's business; this counts."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import Literal

from ..account import function_urls
from ..account.account import Account
from .view import SourceView

Ending = Literal["answered", "failed", "throttled", "refused"]
Key = tuple[str, str, str, str, str]


class HttpCalls:
    """A ``Source``. ``note`` is told of each request as it ends."""

    def __init__(self) -> None:
        self._views: dict[Key, SourceView] = {}
        self._accounts: list[Account] = []
        self._counting = Lock()

    def opened(self, account: Account) -> None:
        self._accounts.append(account)

    def note(self, account: Account, name: str, function: str, qualifier: str, ending: Ending, result: str) -> None:
        """name: the URL or the route that was called. result: the status, and why where it is no answer of the function's."""
        key = (account.id, account.region, name, function, qualifier)
        with self._counting:
            view = self._views.get(key) or SourceView("http", name, function, qualifier)
            self._views[key] = replace(
                view,
                result=result,
                calls=view.calls + 1,
                records=view.records + 1,
                failures=view.failures + (ending in ("failed", "refused")),
                throttles=view.throttles + (ending == "throttled"),
            )

    def views(self) -> list[SourceView]:
        """Every function URL, called or not, and every route that was called."""
        with self._counting:
            found = dict(self._views)
        for account in self._accounts:
            for record in list(account.functions.values()):
                for qualifier, config in record.attached.get(function_urls.NOUN, {}).items():
                    name = function_urls.address(account, config)
                    found.setdefault((account.id, account.region, name, record.name, qualifier), SourceView("http", name, record.name, qualifier))
        return list(found.values())

    def close(self) -> None:
        """Nothing of it runs by itself."""
