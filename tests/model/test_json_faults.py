"""Payloads that are not JSON, in the words that AWS answers; the first three as recorded there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.model.errors import InvalidRequestContentException, RequestTooLargeException
from kernel_runtime.model.event import event_bytes

OPENING = "Could not parse request body into json: Could not parse payload into json: "
VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
FAULTS = [
    (b"n\x87r\x9e\xe9\xb5\xd7I\xee\x9bmt", "Invalid UTF-8 start byte 0x87", 3),
    (b"\x99\xeb,j\x07\xa1zYh", f"Unexpected character ((CTRL-CHAR, code 153)): expected a valid value {VALUES}", 2),
    (b"{bad", "Unexpected character ('b' (code 98)): was expecting double-quote to start field name", 3),
    (b"hello", f"Unrecognized token 'hello': was expecting {VALUES}", 6),
    (b'{"a": tru}', f"Unrecognized token 'tru': was expecting {VALUES}", 11),
    (b"[1,]", f"Unexpected character (']' (code 93)): expected a valid value {VALUES}", 5),
    (b'{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 9),
    (b'{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value", 7),
    (b'[{"a":1 "b"}]', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 10),
    (b"[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 5),
    (b'{"a":', "Unexpected end-of-input within/between Object entries", 6),
    (b'[{"]"', 'Unexpected end-of-input within/between Object entries', 6),
    (b'"abc', "Unexpected end-of-input: was expecting closing quote for a string value", 5),
    (b'"a\tb"', "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in string value", 4),
    (b'"\\x"', "Unrecognized character escape 'x' (code 120)", 4),
    (b'"\\u12g4"', "Unexpected character ('g' (code 103)): expected a hex-digit for character escape sequence", 7),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "what", "column"), FAULTS)
def test_the_fault_and_its_place(payload: bytes, what: str, column: int) -> None:
    with pytest.raises(InvalidRequestContentException) as refused:
        event_bytes(payload)
    shown = payload.decode("utf-8", "replace")
    assert str(refused.value) == f'{OPENING}{what}\n at [Source: (byte[])"{shown}"; line: 1, column: {column}]'


def test_an_end_names_what_was_not_closed_and_a_long_payload_is_cut() -> None:
    with pytest.raises(InvalidRequestContentException) as refused:
        event_bytes(b'[\n {"a": 1')
    source = '[Source: (byte[])"[\n {"a": 1"; line: 2, column: '
    assert str(refused.value) == f"{OPENING}Unexpected end-of-input: expected close marker for Object (start marker at {source}2])\n at {source}9]"
    with pytest.raises(InvalidRequestContentException, match=r'"x{500}"\[truncated 100 bytes\]; line: 1, column: 601\]'):
        event_bytes(b"x" * 600)


@given(st.one_of(st.binary(), st.text(alphabet='{}[]",:\\u01tnax \n.-').map(str.encode)))
def test_whatever_is_sent_is_taken_or_refused(payload: bytes) -> None:
    try:
        event_bytes(payload)
    except (InvalidRequestContentException, RequestTooLargeException) as refused:
        assert str(refused).startswith(OPENING)
