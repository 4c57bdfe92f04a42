"""Records within what a function prints: an event each, whatever else is printed around them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.model.log_frames import BEGIN, END, framed, messages, plain

ERROR = "[ERROR] ValueError: bad\nTraceback (most recent call last):\n\u00a0\u00a0File …"
PRINTED = st.text(st.characters(exclude_characters=f"{BEGIN}{END}", exclude_categories=["Cs"]))


def test_a_line_is_itself() -> None:
    assert framed("[INFO]\tx\n") == "[INFO]\tx\n"
    assert messages("a\n\nb\n  \nc") == ["a\n", "b\n", "c"]


def test_a_record_of_many_lines_is_one_event_as_it_was_given() -> None:
    text = "START\nno line end" + framed(ERROR) + framed("[WARNING]\ta\nb\n") + framed("x") + "END\n"
    assert messages(text) == ["START\n", "no line end", ERROR, "[WARNING]\ta\nb\n", "x", "END\n"]
    assert plain(text) == f"START\nno line end{ERROR}\n[WARNING]\ta\nb\nx\nEND\n"


def test_a_record_that_was_cut_is_an_event_still() -> None:
    assert messages(f"a\n{BEGIN}one\ntwo") == ["a\n", "one\ntwo"]
    assert messages(f"{END}a\n") == ["a\n"]


@given(st.lists(PRINTED))
def test_each_record_is_an_event_and_nothing_is_lost(records: list[str]) -> None:
    text = "".join(framed(record) for record in records)
    assert messages(text) == [record for record in records if record.strip()]
    assert plain(text) == "".join(record if record.endswith("\n") else record + "\n" for record in records)
