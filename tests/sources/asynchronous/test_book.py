"""Accepted events on disk."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from kernel_runtime.model.errors import LabError
from kernel_runtime.sources.asynchronous.accepted import Accepted
from kernel_runtime.sources.asynchronous.book import Book


def event(number: int) -> Accepted:
    return Accepted(number, "000000000000", "us-east-1", "f", "live", b'{"n":1}', f"id-{number}", "Root=1", 10.0, 10.0)


def rows(path: Path) -> list[int]:
    with sqlite3.connect(path) as database:
        return [row[0] for row in database.execute("SELECT number FROM accepted ORDER BY number")]


def test_what_is_kept_is_on_disk_and_is_read_again(tmp_path: Path) -> None:
    told: list[Accepted] = []
    book = Book(tmp_path / "book", told.extend)
    first, second = event(1), event(2)
    book.keep(first)
    assert rows(tmp_path / "book") == [1]
    book.keep_soon(second).result(30)
    assert rows(tmp_path / "book") == [1, 2]
    assert told == [first, second]
    second.runs, second.refusals, second.due_at = 1, 3, 70.0
    book.change(second)
    book.strike(first)
    book.close()
    read = Book(tmp_path / "book", told.extend).read()
    assert [(e.number, e.qualifier, e.payload, e.trace, e.runs, e.refusals, e.due_at) for e in read] == [(2, "live", b'{"n":1}', "Root=1", 1, 3, 70.0)]


def test_many_callers_share_commits_and_each_is_kept(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", lambda events: None)
    threads = [threading.Thread(target=lambda at=at: [book.keep(event(at * 100 + n)) for n in range(50)]) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(tmp_path / "book")) == 400
    book.close()


def test_a_large_payload_is_on_disk_alone(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", lambda events: None)
    large = Accepted(1, "000000000000", "us-east-1", "f", "", b"1" * 100_000, "id", "", 0.0, 0.0)
    book.keep(large)
    assert large.payload is None and book.payload(large) == b"1" * 100_000
    book.close()
    book = Book(tmp_path / "book", lambda events: None)
    (again,) = book.read()
    assert again.payload is None and book.payload(again) == b"1" * 100_000
    book.close()


def test_one_of_two_labs_over_a_home_sees_to_what_is_left(tmp_path: Path) -> None:
    first = Book(tmp_path / "book", lambda events: None)
    first.keep(event(1))
    second = Book(tmp_path / "book", lambda events: None)
    assert second.read() == []
    second.keep(event(2))
    second.close()
    first.close()
    third = Book(tmp_path / "book", lambda events: None)
    assert [left.number for left in third.read()] == [1, 2]
    third.close()


def test_nothing_is_written_where_nothing_is_kept() -> None:
    told: list[Accepted] = []
    book = Book(None, told.extend)
    book.keep(event(1))
    assert book.keep_soon(event(2)).done()
    book.strike(event(1))
    book.close()
    assert len(told) == 2


def test_an_event_that_cannot_be_written_is_not_accepted(tmp_path: Path) -> None:
    told: list[Accepted] = []
    book = Book(tmp_path / "no such folder" / "book", told.extend)
    with pytest.raises(LabError, match="could not be kept"):
        book.keep(event(1))
    with pytest.raises(LabError, match="could not be kept"):
        book.keep_soon(event(2)).result(30)
    assert told == []
