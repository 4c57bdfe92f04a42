"""Accounts over a scripted fleet, opened on a home as often as a test wants."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kernel_runtime.account import functions, settings
from kernel_runtime.account.account import Account, ready_role_arn
from kernel_runtime.account.accounts import Accounts
from kernel_runtime.account.documents import Documents
from kernel_runtime.account.records import FunctionRecord, VersionRecord
from kernel_runtime.artifacts.layer_book import LayerBook
from kernel_runtime.artifacts.layers import Layers
from kernel_runtime.artifacts.opt import OptFolders
from kernel_runtime.artifacts.store import Store
from kernel_runtime.fleet.fake import FakeFleet
from kernel_runtime.model import limits
from kernel_runtime.model.names import ACCOUNT, REGION


@dataclass
class Home:
    """``fleet`` makes what runs in an account, ``concurrency`` is the account's limit; both may be changed between two openings."""

    path: Path
    fleet: Callable[[], FakeFleet] = FakeFleet
    concurrency: int = limits.ACCOUNT_CONCURRENCY
    opened: list[Accounts] = field(default_factory=list)

    def open(self, id: str = ACCOUNT, region: str = REGION) -> Account:
        """The account as this home holds it; what was open before is closed."""
        self.close()
        store = Store(self.path)
        documents, book, opt = Documents(self.path / "lab.sqlite"), LayerBook(store, self.path / "layers.sqlite"), OptFolders(self.path, store)

        def make(id: str, region: str) -> Account:
            layers = Layers(book, opt, account=id, region=region)
            return Account(id, region, documents=documents, store=store, layers=layers, fleet=self.fleet(), concurrency=self.concurrency)

        self.opened.append(Accounts(make))
        return self.opened[-1].get(id, region)

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()


def zipped(source: str = "def handler(event, context):\n    return event\n") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", source)
    return buffer.getvalue()


def define(account: Account, name: str = "f", **members: object) -> FunctionRecord:
    """A function in force, or its configuration changed (members: the API's)."""
    wanted = settings.of_new(name, {"Role": ready_role_arn(account.id), "Runtime": "python3.13", **members})
    return functions.define(account, name, wanted, account.store.put(zipped()), None, "lambda")


def settled(account: Account, version: Callable[[], VersionRecord]) -> VersionRecord:
    """The version once it is no longer Pending. Looks again after every change that is saved."""
    saved, save = threading.Event(), account.save

    def saving(record: FunctionRecord) -> None:
        save(record)
        saved.set()

    account.save = saving  # type: ignore[method-assign]
    while version().state == "Pending":
        assert saved.wait(30)
        saved.clear()
    account.save = save  # type: ignore[method-assign]
    return version()
