"""What Lambda says of a payload that is not JSON: its parser's words, and where it stood (recorded; the words are Jackson's).

Python's own parser finds the fault and says what it had expected there.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SHOWN_BYTES = 500
_TOKEN = re.compile(r"[^\W\d][\w$]*")
_SPACES, _HEX = re.compile(r"\s*"), re.compile(r"[0-9a-fA-F]*")
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]')


class _Fault(NamedTuple):
    """``at``: how many characters the parser had taken."""

    what: str
    at: int


def fault_text(raw: bytes, why: ValueError) -> str:
    """What is wrong with ``raw``, of which Python's parser says ``why``, and where."""
    text = raw.decode("utf-8", "replace")
    if isinstance(why, UnicodeDecodeError):
        fault = _undecodable(raw, why.start)
    elif isinstance(why, json.JSONDecodeError):
        fault = _unparsable(text, why.msg, why.pos)
    else:
        return str(why)
    return f"{fault.what}\n at {_place(raw, text, fault.at)}"


def _undecodable(raw: bytes, at: int) -> _Fault:
    if not raw[:at].strip() and raw[at] < 0xA0:
        return _Fault(f"Unexpected character ((CTRL-CHAR, code {raw[at]})): expected a valid value {_VALUES}", at + 1)
    return _Fault(f"Invalid UTF-8 start byte 0x{raw[at]:x}", at + 1)


def _unparsable(text: str, expected: str, at: int) -> _Fault:
    if expected.startswith("Illegal trailing comma"):  # Python 3.13 stands at the comma
        at = _SPACES.match(text, at + 1).end()  # type: ignore[union-attr]
        expected = "Expecting property name" if text[at] == "}" else "Expecting value"
    if expected.startswith("Unterminated string"):
        return _Fault("Unexpected end-of-input: was expecting closing quote for a string value", len(text))
    if at >= len(text):
        return _ended_early(text, expected)
    if expected.startswith("Invalid \\escape") and at + 1 < len(text):
        return _Fault(f"Unrecognized character escape {_named(text[at + 1])}", at + 2)
    if expected.startswith(("Expecting value", "Extra data")):
        return _no_value(text, at)
    if expected.startswith("Invalid \\uXXXX"):
        at = _HEX.match(text, at + 1).end()  # type: ignore[union-attr]
        if at >= len(text):
            return _Fault("Unexpected end-of-input in character escape sequence", at)
    kind, _ = _open(text, at)
    wording = next(wording for begin, wording in _WORDINGS.items() if expected.startswith(begin))
    return _Fault(wording.format(char=_named(text[at]), kind=kind), at + 1)


_WORDINGS = {
    "Expecting property name": "Unexpected character ({char}): was expecting double-quote to start field name",
    "Expecting ':'": "Unexpected character ({char}): was expecting a colon to separate field name and value",
    "Expecting ','": "Unexpected character ({char}): was expecting comma to separate {kind} entries",
    "Invalid control": "Illegal unquoted character ({char}): has to be escaped using backslash to be included in string value",
    "Invalid \\u": "Unexpected character ({char}): expected a hex-digit for character escape sequence",
    "": "Unexpected character ({char})",
}
"""By how Python's parser begins; the last is for what a later Python may say."""


def _no_value(text: str, at: int) -> _Fault:
    token = _TOKEN.match(text, at)
    if token is None:
        return _Fault(f"Unexpected character ({_named(text[at])}): expected a valid value {_VALUES}", at + 1)
    return _Fault(f"Unrecognized token '{token[0]}': was expecting {_VALUES}", min(token.end() + 1, len(text)))


def _ended_early(text: str, expected: str) -> _Fault:
    kind, begin = _open(text, len(text))
    if kind == "Object" and expected.startswith(("Expecting value", "Expecting ':'")):
        return _Fault("Unexpected end-of-input within/between Object entries", len(text))
    return _Fault(f"Unexpected end-of-input: expected close marker for {kind} (start marker at {_place(text.encode(), text, begin)})", len(text))


def _open(text: str, end: int) -> tuple[str, int]:
    """The object or the array that ``text`` is inside of at ``end``, and where that began."""
    held: list[tuple[str, int]] = []
    for found in _STRING_OR_BRACKET.finditer(text, 0, end):
        if found[0] in "[{":
            held.append(("Object" if found[0] == "{" else "Array", found.start()))
        elif found[0] in "]}" and held:
            held.pop()
    return held[-1] if held else ("Object", 0)


def _named(char: str) -> str:
    code = ord(char)
    if code < 32 or 127 <= code < 160:
        return f"(CTRL-CHAR, code {code})"
    return f"'{char}' (code {code})" if code < 256 else f"'{char}' (code {code} / 0x{code:x})"


def _place(raw: bytes, text: str, at: int) -> str:
    shown = raw[:_SHOWN_BYTES].decode("utf-8", "replace")
    more = f"[truncated {len(raw) - _SHOWN_BYTES} bytes]" if len(raw) > _SHOWN_BYTES else ""
    line = text.count("\n", 0, at) + 1
    return f'[Source: (byte[])"{shown}"{more}; line: {line}, column: {at - (text.rfind(chr(10), 0, at) + 1) + 1}]'
