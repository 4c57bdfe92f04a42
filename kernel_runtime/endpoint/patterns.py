"""The model's regular expressions are Java's. Here they become Python's with the same meaning; matching is always of the whole text."""

from __future__ import annotations

import re

_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LETTERS_SEPARATORS_NUMBERS = r"\p{L}\p{Z}\p{N}_"
_ANY_BUT_LINE_ENDS = r"[^\n\r\u0085\u2028\u2029]"


def python_pattern(java: str) -> re.Pattern[str]:
    r"""``java`` compiled: ``\d``, ``\s`` and ``\w`` are ASCII in Java, ``.`` stops at every line end, ``\p{L}\p{Z}\p{N}_`` has no name in Python.

    Raises re.error for what it cannot say (a test compiles all of the model's).
    """
    if r"\p{" not in java:
        return re.compile(_with_java_dots(java), re.ASCII)
    return re.compile(java.replace(_LETTERS_SEPARATORS_NUMBERS, r"\w" + _SEPARATORS))


def _with_java_dots(java: str) -> str:
    said, inside, escaped = [], False, False
    for character in java:
        plain = not escaped
        if plain and character == "." and not inside:
            character = _ANY_BUT_LINE_ENDS
        elif plain and character == "[":
            inside = True
        elif plain and character == "]":
            inside = False
        escaped = plain and character == "\\"
        said.append(character)
    return "".join(said)
