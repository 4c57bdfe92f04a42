"""What a function's life leaves in its account."""

from __future__ import annotations

from kernel_runtime.account import functions, versions

from .homes import Home, define


def test_reserved_concurrency_is_there_at_once_while_a_change_is_under_way(home: Home) -> None:
    account = home.open()
    record = define(account)
    with account.changing:  # the change cannot settle meanwhile
        before = account.running["f", "$LATEST"]
        functions.change(account, record, settings={**record.latest.settings, "MemorySize": 512})
        functions.reserve(account, record, 3)
        now = account.running["f", "$LATEST"]
        assert (now.reserved_concurrency, now.memory_mb, now.revision) == (3, 128, before.revision)


def test_nothing_of_a_deleted_function_or_version_is_kept(home: Home) -> None:
    account = home.open()
    record = define(account)
    versions.publish(account, record)
    assert set(account.running) == {("f", "$LATEST"), ("f", "1")}
    versions.delete(account, record, "1")
    assert set(account.running) == {("f", "$LATEST")}
    functions.delete(account, record)
    assert account.running == {} and account.functions == {}
