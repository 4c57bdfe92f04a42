"""Events on their way through the queue, over a scripted fleet: no process runs, and the lab's minutes pass in milliseconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kernel_runtime import FunctionHandle, Lab
from kernel_runtime.account import event_invoke
from kernel_runtime.fleet.fake import FakeFleet, Script, Scripts, always
from kernel_runtime.model.errors import LabClosed, RequestTooLargeException, ResourceNotFoundException
from kernel_runtime.sources.asynchronous.accepted import Accepted
from kernel_runtime.sources.asynchronous.book import Book
from kernel_runtime.sources.view import SourceView

from .recording import until, view

FAST = 1_000
SOURCE = "def handler(event, context): ..."


def first(failing: int) -> Scripts:
    """The first so many invocations fail."""
    return lambda name, count: Script(cause="failed", payload=b'{"errorMessage":"no","errorType":"E"}') if count < failing else Script()


@pytest.fixture
def lab_of(request: pytest.FixtureRequest) -> Callable[..., Lab]:
    def make(invocations: Scripts | None = None, home: Path | None = None, clock: float = FAST, **more: int) -> Lab:
        lab = Lab(home, fleet=FakeFleet(invocations=invocations), clock=clock, **more)
        request.addfinalizer(lab.close)
        return lab

    return make


def settings(function: FunctionHandle, lab: Lab, qualifier: str = "", **given: int) -> None:
    account = lab.account_of_notebook
    event_invoke.put(account, account.record(function.name), qualifier, given, keeping=False)


def test_an_event_runs_once_under_its_request_id(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of()
    ids = [lab.function("f", source=SOURCE).send({"n": n}) for n in range(3)]
    until(lambda: view(lab).calls == 3)
    assert [record.request_id for record in lab.records("f")] == ids
    assert view(lab) == SourceView("asynchronous", "f", "f", result="Success", calls=3, records=3, backlog=0)


def test_a_failing_function_is_run_three_times_under_one_request_id(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(first(99))
    id = lab.function("f", source=SOURCE).send()
    until(lambda: view(lab).calls == 3)
    until(lambda: view(lab).backlog == 0)
    assert [record.request_id for record in lab.records("f")] == [id] * 3
    assert view(lab).failures == 3


def test_a_retry_may_succeed(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(first(2))
    lab.function("f", source=SOURCE).send()
    until(lambda: view(lab).result == "Success")
    assert (view(lab).calls, view(lab).failures) == (3, 2)


def test_a_retry_waits_a_minute_of_the_labs_clock(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(first(99), clock=1)
    lab.function("f", source=SOURCE).send()
    until(lambda: view(lab).failures == 1)
    until(lambda: view(lab).failures and view(lab).backlog == 1)
    assert view(lab).result.endswith("; 1 waiting to be tried again")
    assert view(lab).calls == 1


@pytest.mark.parametrize(("given", "runs"), [({"MaximumRetryAttempts": 0}, 1), ({"MaximumRetryAttempts": 1}, 2), ({"MaximumEventAgeInSeconds": 60}, 1)])
def test_the_settings_of_what_was_called_count(lab_of: Callable[..., Lab], given: dict[str, int], runs: int) -> None:
    lab = lab_of(first(99), clock=1 if runs == 1 else FAST)
    function = lab.function("f", source=SOURCE)
    function.alias("live", function.publish())
    settings(function, lab, "live", **given)
    function.send(qualifier="live")
    until(lambda: view(lab).calls == runs)
    taken = lab.account_of_notebook.measures
    until(lambda: any(metric == "AsyncEventsDropped" for metric, _, _ in taken.take()))
    assert len(list(lab.records("f"))) == runs


def test_no_more_are_in_flight_than_the_function_may_have(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(always(0.01))
    function = lab.function("f", source=SOURCE, reserved_concurrency=2)
    for _ in range(10):
        function.send()
    until(lambda: view(lab).calls == 10)
    assert len(lab.account_of_notebook.fleet.started) == 2  # type: ignore[attr-defined]
    assert view(lab).throttles == 0


def test_throttled_events_wait_and_use_up_no_attempt(lab_of: Callable[..., Lab]) -> None:
    gate = [True]
    lab = lab_of(lambda name, count: Script(0.5 if gate.pop() else 0) if gate else Script())
    function = lab.function("f", source=SOURCE, reserved_concurrency=1)
    settings(function, lab, MaximumRetryAttempts=0)
    traffic = lab.traffic(function, iter([0.0])).start()  # somebody else's call takes the only place
    until(lambda: lab.view("f").in_use == 1)
    function.send()
    until(lambda: view(lab).throttles > 0)
    traffic.wait(30)
    until(lambda: view(lab).calls == 1)
    assert view(lab).result == "Success"


def test_nothing_reserved_sends_events_to_their_end_at_once(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of()
    lab.function("f", source=SOURCE, reserved_concurrency=0).send()
    until(lambda: view(lab).result == "ZeroReservedConcurrency")
    assert (view(lab).backlog, view(lab).calls) == (0, 0)


def test_a_deleted_functions_events_are_dropped(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(first(99), clock=1)
    function = lab.function("f", source=SOURCE)
    function.send()
    until(lambda: view(lab).failures and view(lab).backlog == 1)
    function.delete()
    until(lambda: view(lab).records == 0)
    lab.function("f", source=SOURCE)
    assert lab.sources("f") == [], "a new function of that name has a queue of its own"


def test_what_is_in_flight_when_its_function_is_deleted_is_not_tried_again(lab_of: Callable[..., Lab], tmp_path: Path) -> None:
    lab = lab_of(lambda name, count: Script(0.1, "failed", b"{}"), tmp_path, clock=1)
    function = lab.function("f", source=SOURCE)
    function.send()
    until(lambda: lab.view("f").in_use == 1)
    function.delete()
    with closing(sqlite3.connect(tmp_path / "asynchronous.sqlite")) as database:
        until(lambda: not database.execute("SELECT * FROM accepted").fetchall())


def test_what_is_not_there_or_too_large_is_refused(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of()
    function = lab.function("f", source=SOURCE)
    with pytest.raises(ResourceNotFoundException, match=r"function:f:live$"):
        function.send(qualifier="live")
    with pytest.raises(RequestTooLargeException, match=r"limit 1048576 bytes"):
        function.send("x" * 1_048_576)
    lab.close()
    with pytest.raises(LabClosed):
        function.send()


def test_the_next_lab_goes_on_with_the_same_ids_and_counts(lab_of: Callable[..., Lab], tmp_path: Path) -> None:
    lab = lab_of(first(99), tmp_path, clock=1)
    id = lab.function("f", source=SOURCE).send({"n": 1})
    until(lambda: view(lab).failures and view(lab).backlog == 1)
    lab.close()
    lab = lab_of(first(99), tmp_path)
    until(lambda: view(lab).calls == 2)
    until(lambda: view(lab).backlog == 0)
    assert [record.request_id for record in lab.records("f")] == [id] * 2, "one run was made in the lab before"
    lab.close()
    assert lab_of(home=tmp_path).sources() == []


def test_what_is_in_flight_at_the_end_of_a_lab_runs_in_the_next(lab_of: Callable[..., Lab], tmp_path: Path) -> None:
    lab = lab_of(always(2.0), tmp_path)
    id = lab.function("f", source=SOURCE).send()
    until(lambda: lab.view("f").in_use == 1)
    lab.close()
    lab = lab_of(home=tmp_path)
    until(lambda: view(lab).calls == 1)
    assert [record.request_id for record in lab.records("f")] == [id]


def test_an_earlier_labs_clock_that_was_ahead_delays_nothing(lab_of: Callable[..., Lab], tmp_path: Path) -> None:
    lab = lab_of(first(99), tmp_path, clock=1)
    lab.function("f", source=SOURCE).send()
    until(lambda: view(lab).failures and view(lab).backlog == 1)
    queue = lab._sources.asynchronous
    (event,) = [event for lane in queue._lanes.values() for _, _, event in lane.waiting]
    event.accepted_at, event.due_at = queue.now() + 1e6, queue.now() + 1e6 + 60
    with queue._book._turn:
        queue._book._open().execute("UPDATE accepted SET accepted_at = ?, due_at = ?", (event.accepted_at, event.due_at))
    lab.close()
    lab = lab_of(home=tmp_path)
    until(lambda: view(lab).calls == 1)


def test_events_of_other_accounts_go_on_too(lab_of: Callable[..., Lab], tmp_path: Path) -> None:
    """An account that nobody has asked for is opened when the home holds events of it."""
    lab = lab_of(home=tmp_path)
    lab.close()
    book = Book(tmp_path / "asynchronous.sqlite", lambda events: None)
    book.keep(Accepted(1, "111122223333", "eu-west-1", "gone", "", b"{}", "id", "", 0.0, 0.0))
    book.close()
    lab = lab_of(home=tmp_path)
    assert ("111122223333", "eu-west-1") in {(account.id, account.region) for account in lab.accounts}
    with closing(sqlite3.connect(tmp_path / "asynchronous.sqlite")) as database:
        until(lambda: not database.execute("SELECT * FROM accepted").fetchall())
    lab.close()
    lab = lab_of(home=tmp_path)
    assert [account.id for account in lab.accounts] == ["000000000000"], "an event whose function is gone is dropped"
