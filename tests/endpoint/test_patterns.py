"""Java's regular expressions in Python: the same texts match."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from kernel_runtime.endpoint.patterns import python_pattern
from kernel_runtime.endpoint.service import lambda_service

SERVICE = lambda_service()
PATTERNS = sorted({shape.metadata["pattern"] for shape in map(SERVICE.shape_for, SERVICE.shape_names) if "pattern" in shape.metadata})


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_of_the_model_compiles_and_answers_soon_on_long_texts(pattern: str) -> None:
    matches = python_pattern(pattern).fullmatch
    for text in ("a" * 100_000, "1" * 100_000, "-" * 100_000, "a-1:" * 25_000, "a." * 50_000, "arn:aws:lambda:" + "a" * 100_000):
        matches(text)
        matches(text + "\n")


def test_tags_take_letters_separators_and_numbers_of_every_alphabet() -> None:
    matches = python_pattern(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)").fullmatch
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        meant = unicodedata.category(character)[0] in "LZN" or character in "_.:/=+-@"
        assert bool(matches(character)) == meant, f"U+{point:04X}"


def test_digits_and_blanks_are_ascii_and_a_dot_stops_at_every_line_end() -> None:
    assert not python_pattern(r"\d").fullmatch("\u0663")
    assert python_pattern(r"[^\s]+").fullmatch("a\u00a0b")
    assert not any(python_pattern(".*").fullmatch(end) for end in "\n\r\u0085\u2028\u2029")
    assert python_pattern(r"a\.[.]").fullmatch("a..")
