"""Every account in every region of one lab: made when first asked for, each with functions, concurrency and an engine of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from . import event_source_mappings
from .account import Account
from .adoption import adopt
from .documents import Documents
from .records import FunctionRecord


class Accounts:
    """``make`` builds an account that has not been opened; ``opened`` is told of each that has been. ``owners``: whom the home holds, as ``ID/REGION``."""

    def __init__(
        self,
        make: Callable[[str, str], Account],
        opened: Callable[[Account], None] = lambda account: None,
        owners: Callable[[], list[str]] = lambda: [],
    ) -> None:
        self._make, self._told, self._owners = make, opened, owners
        self._all_open = False
        self._held: dict[tuple[str, str], Account] = {}
        self._making = threading.Lock()
        self._closed = False

    def __iter__(self) -> Iterator[Account]:
        return iter(list(self._held.values()))

    def get(self, id: str, region: str) -> Account:
        """The account, open. May be called from any thread."""
        account = self._held.get((id, region))
        if account is None:
            with self._making:
                account = self._held.get((id, region))
                if account is not None:
                    return account
                account = self._held[id, region] = self._opened(id, region)
            self._told(account)
        return account

    def known(self, id: str, region: str) -> Account | None:
        """The account, open, where it is open already or the home holds it; None else."""
        held = self._held.get((id, region))
        return held if held is not None or f"{id}/{region}" not in self._owners() else self.get(id, region)

    def everybody(self) -> Iterator[Account]:
        """Those that are open, then those whom the home alone holds, each opened as it is come to."""
        yield from self
        if not self._all_open:
            open_before = {(account.id, account.region) for account in self}
            for owner in self._owners():
                id, _, region = owner.partition("/")
                if (id, region) not in open_before:
                    yield self.get(id, region)
            self._all_open = True

    def records(self, documents: Documents) -> dict[tuple[str, str], list[FunctionRecord]]:
        """The functions of every account and region, by both: of those that are open, and of those that the home alone knows of."""
        held = dict(self._held)
        found = {key: list(account.functions.values()) for key, account in held.items()}
        for owner in documents.owners():
            id, _, region = owner.partition("/")
            if (id, region) not in held:
                found[id, region] = [FunctionRecord.from_document(document) for document in documents.table(owner, "function").values()]
        return found

    def close(self) -> None:
        with self._making:
            held, self._held = list(self._held.values()), {}
        for account in held:
            account.close()

    def _opened(self, id: str, region: str) -> Account:
        account = self._make(id, region)
        account.neighbour = lambda other: self.get(other, region)
        account.open()
        for record in account.functions.values():
            adopt(account, record)
        event_source_mappings.adopt(account)
        return account
