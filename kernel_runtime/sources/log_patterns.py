"""Filter patterns of CloudWatch Logs (CloudWatch Logs User Guide, "Filter pattern syntax"): words, expressions, JSON's selectors, columns.

ERROR "not found" -debug ?warn ?fatal %4[0-9]{2}%
{ $.status >= 500 && ($.path = "/a*" || $.user NOT EXISTS) }
[ip, user, ..., status = 4*, bytes > 1000]
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

Test = Callable[[Any], bool]
_WORD = re.compile(r'\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"%]\S*))')
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>\(|\)|&&|\|\||!=|<=|>=|=|<|>)|(?P<path>\$(?:\.[\w\-]+|\[['"][^\]]+['"]\]|\[\d+\]|\.\*|\[\*\])+)"""
    r"""|"(?P<quoted>(?:[^"\\]|\\.)*)"|%(?P<expression>(?:[^%\\]|\\.)*)%|(?P<bare>[^\s()&|=<>!"]+))"""
)
_STEP = re.compile(r"""\.([\w\-]+|\*)|\[['"]([^\]]+)['"]\]|\[(\d+|\*)\]""")
_COLUMN = re.compile(r"""^\s*([\w.]+)\s*(?:(!=|<=|>=|=|<|>)\s*(?:"([^"]*)"|%([^%]*)%|(.+?)))?\s*$""")
_COLUMN_OF_TEXT = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')


class LogPattern:
    """``matches(message)``. Raises ValueError for what is no pattern."""

    def __init__(self, text: str) -> None:
        stripped = text.strip()
        if not stripped:
            self.matches: Callable[[str], bool] = lambda message: True
        elif stripped.startswith("{") and stripped.endswith("}"):
            test = _Selectors(stripped[1:-1]).whole()
            self.matches = lambda message: _of_json(message, test)
        elif stripped.startswith("[") and stripped.endswith("]"):
            self.matches = _columns(stripped[1:-1])
        else:
            self.matches = _words(stripped)


def _words(text: str) -> Callable[[str], bool]:
    """All plain words, none with ``-``; of those with ``?`` one, where there is no plain one."""
    wanted: dict[str, list[Callable[[str], bool]]] = {"": [], "-": [], "?": []}
    at = 0
    while at < len(text):
        word = _WORD.match(text, at)
        if word is None:
            raise ValueError(text)
        sign, quoted, expression, plain = word.groups()
        wanted[sign].append(_found(expression) if expression is not None else _holds(_unescaped(quoted) if quoted is not None else plain))
        at = word.end()
    plain, without, one_of = wanted[""], wanted["-"], wanted["?"]
    return lambda message: (
        all(test(message) for test in plain)
        and not any(test(message) for test in without)
        and (bool(plain) or not one_of or any(test(message) for test in one_of))
    )


def _holds(word: str) -> Callable[[str], bool]:
    return lambda message: word in message


def _found(expression: str) -> Callable[[str], bool]:
    try:
        compiled = re.compile(expression)
    except re.error as why:
        raise ValueError(str(why)) from None
    return lambda message: compiled.search(message) is not None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _of_json(message: str, test: Test) -> bool:
    try:
        return test(json.loads(message))
    except (ValueError, RecursionError):
        return False


class _Selectors:
    """``A || B``, ``A && B``, parentheses, comparisons of a path; read from left to right, ``&&`` binding closer."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            token = _TOKEN.match(text, at)
            if token is None or token.lastgroup is None:
                raise ValueError(text)
            self._tokens.append((token.lastgroup, token[token.lastgroup]))
            at = token.end()

    def whole(self) -> Test:
        test = self._either()
        if self._tokens:
            raise ValueError(self._tokens[0][1])
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._taken("||"):
            tests.append(self._both())
        return lambda value: any(test(value) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._taken("&&"):
            tests.append(self._one())
        return lambda value: all(test(value) for test in tests)

    def _one(self) -> Test:
        if self._taken("("):
            test = self._either()
            if not self._taken(")"):
                raise ValueError("(")
            return test
        kind, path = self._next()
        if kind != "path":
            raise ValueError(path)
        return self._comparison(path)

    def _comparison(self, path: str) -> Test:
        kind, told = self._next()
        if kind == "sign":
            compare = _comparing(told, *self._next())
            return lambda value: any(compare(found) for found in _at(value, path))
        word = f"{told} {self._next()[1]}".upper()
        tests: dict[str, Test] = {
            "IS NULL": lambda value: any(found is None for found in _at(value, path)),
            "IS TRUE": lambda value: any(found is True for found in _at(value, path)),
            "IS FALSE": lambda value: any(found is False for found in _at(value, path)),
            "NOT EXISTS": lambda value: not _at(value, path),
        }
        if word not in tests:
            raise ValueError(word)
        return tests[word]

    def _taken(self, sign: str) -> bool:
        if self._tokens and self._tokens[0] == ("sign", sign):
            self._tokens.pop(0)
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise ValueError("it ends too early")
        return self._tokens.pop(0)


def _at(value: Any, path: str) -> list[Any]:
    here = [value]
    for name, quoted, index in _STEP.findall(path):
        wanted = name or quoted
        here = [inner for one in here for inner in _inside(one, index or ("*" if name == "*" else ""), wanted)]
    return here


def _inside(value: Any, index: str, name: str) -> list[Any]:
    if index == "*":
        return list(value) if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if index:
        return value[int(index) : int(index) + 1] if isinstance(value, list) else []
    return [value[name]] if isinstance(value, dict) and name in value else []


def _comparing(sign: str, kind: str, wanted: str) -> Test:
    """Numbers by their size; texts whole, ``*`` standing for anything."""
    if sign in ("(", ")", "&&", "||"):
        raise ValueError(sign)
    if kind == "expression":
        found = _found(wanted)
        return lambda value: isinstance(value, str) and found(value) == (sign == "=")
    number = _number(wanted) if kind == "bare" else None
    if number is not None:
        signs: dict[str, Callable[[float], bool]] = {
            "=": lambda value: value == number, "!=": lambda value: value != number, "<": lambda value: value < number,
            "<=": lambda value: value <= number, ">": lambda value: value > number, ">=": lambda value: value >= number,
        }  # fmt: skip
        compare = signs[sign]
        return lambda value: (told := _number(value)) is not None and compare(told)
    if sign not in ("=", "!="):
        raise ValueError(f"{sign} {wanted}")
    pattern = _unescaped(wanted).replace("[", "[[]").replace("?", "[?]")
    return lambda value: isinstance(value, str) and fnmatchcase(value, pattern) == (sign == "=")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _columns(text: str) -> Callable[[str], bool]:
    """As many columns as there are names; ``...`` stands for any number, once."""
    names = [piece.strip() for piece in text.split(",")]
    tests = [None if name in ("...", "") else _column(name) for name in names]
    gap = names.index("...") if "..." in names else None

    def matches(message: str) -> bool:
        held = [next(part for part in found if part) if any(found) else "" for found in _COLUMN_OF_TEXT.findall(message)]
        if gap is None:
            return len(held) == len(tests) and all(test is None or test(value) for test, value in zip(tests, held, strict=True))
        head, tail = tests[:gap], tests[gap + 1 :]
        if len(held) < len(head) + len(tail):
            return False
        pairs = [*zip(head, held, strict=False), *zip(tail, held[len(held) - len(tail) :], strict=True)]
        return all(test is None or test(value) for test, value in pairs)

    return matches


def _column(text: str) -> Test:
    """``name``, ``name = value``, and several for one column joined by ``&&`` or ``||``."""
    if "||" in text:
        tests = [_column(piece) for piece in text.split("||")]
        return lambda value: any(test(value) for test in tests)
    if "&&" in text:
        tests = [_column(piece) for piece in text.split("&&")]
        return lambda value: all(test(value) for test in tests)
    told = _COLUMN.match(text)
    if told is None:
        raise ValueError(text)
    _, sign, quoted, expression, bare = told.groups()
    if sign is None:
        return lambda value: True
    kind, wanted = ("quoted", quoted) if quoted is not None else ("expression", expression) if expression is not None else ("bare", bare)
    return _comparing(sign, kind, wanted)
