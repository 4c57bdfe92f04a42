"""A home that is opened again: versions, aliases and provisioned concurrency are in force as they were."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from kernel_runtime.account import aliases, provisioned, versions
from kernel_runtime.fleet.base import Waiting, block
from kernel_runtime.fleet.fake import FakeFleet, always
from kernel_runtime.fleet.waits import Settled
from kernel_runtime.model.invocation import Answer

from .homes import Home, define, settled

SNAP_START = {"SnapStart": {"ApplyOn": "PublishedVersions"}}


class Holding(FakeFleet):
    """A fleet whose inits never end. ``begun`` is set once one has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def initialised(self, environment_id: int) -> Waiting[Answer]:
        self.begun.set()
        yield Settled(Future())
        raise AssertionError("nothing settles it")


def test_calls_by_an_alias_go_where_they_went(home: Home) -> None:
    account = home.open()
    record = define(account)
    versions.publish(account, record)
    versions.publish(account, define(account, Timeout=9))
    aliases.create(account, account.record("f"), "live", "1", weights={"2": 1.0})
    account = home.open()
    assert [block(account.engine.invoke("f", b"{}", by))[0].version for by in (None, "1", "live")] == ["$LATEST", "1", "2"]
    assert account.record("f").aliases["live"].weights == {"2": 1.0}


def test_what_was_kept_initialised_is_again(home: Home) -> None:
    account = home.open()
    record = define(account)
    versions.publish(account, record)
    aliases.create(account, record, "live", "1")
    asked = provisioned.put(account, record, "live", 2)
    account = home.open()
    block(account.engine.provisioned_settled("f", "live"))
    held = provisioned.get(account, account.record("f"), "live")
    assert (held.view.status, held.view.available, held.last_modified) == ("READY", 2, asked.last_modified)
    assert block(account.engine.invoke("f", b"{}", "live"))[0].start == "provisioned"


def test_where_there_is_no_room_any_more_it_stands_there_as_failed(home: Home) -> None:
    account = home.open()
    record = define(account)
    versions.publish(account, record)
    provisioned.put(account, record, "1", 20)
    home.concurrency = 10
    account = home.open()
    held = provisioned.get(account, account.record("f"), "1")
    assert (held.view.status, held.view.requested, held.view.available) == ("FAILED", 20, 0)
    assert held.view.reason == "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [10]."
    provisioned.delete(account, account.record("f"), "1")
    assert provisioned.every(account, account.record("f")) == []


def test_an_init_that_was_broken_off_is_tried_again(home: Home) -> None:
    holding = Holding()
    home.fleet = lambda: holding
    account = home.open()
    versions.publish(account, define(account, **SNAP_START))
    assert holding.begun.wait(30)
    assert account.record("f").versions["1"].state == "Pending"
    home.fleet = FakeFleet
    account = home.open()
    assert settled(account, lambda: account.record("f").versions["1"]).state == "Active"


def test_what_had_failed_stays_so(home: Home) -> None:
    home.fleet = lambda: FakeFleet(inits=always(0.0, "exit"))
    account = home.open()
    versions.publish(account, define(account, **SNAP_START))
    failed = settled(account, lambda: account.record("f").versions["1"])
    assert (failed.state, failed.reason_code) == ("Failed", "FunctionError")
    home.fleet = FakeFleet
    account = home.open()
    assert account.record("f").versions["1"] == failed
