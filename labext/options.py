"""What stands behind a magic's name: options as a shell would split them, numbers left for the lab to judge, an event that may hold anything."""

from __future__ import annotations

import json
import shlex
from argparse import ArgumentTypeError
from difflib import get_close_matches
from typing import Any

from IPython.core.error import UsageError

from .mistakes import mistake

_EVENT = "--event"


def options_of(magic: Any, line: str) -> Any:
    """The magic's options as a namespace. Raises Mistake, so that a wrong call fails its cell as any other mistake does."""
    try:
        return magic.parser.parse_args(shlex.split(line))
    except (UsageError, ValueError) as why:
        raise mistake("UsageError", f"{why}{_meant(str(why), magic.parser)} (usage: {_usage(magic.parser)})") from None


def _usage(parser: Any) -> str:
    """In one line; IPython's own begins with reStructuredText."""
    return " ".join(parser.format_usage().removeprefix("usage:").replace("::", "").split())


def _meant(complaint: str, parser: Any) -> str:
    """The option that is spelt most like the unknown one; empty where none is."""
    options = [option for action in parser._actions for option in action.option_strings]
    unknown = next((word.partition("=")[0] for word in complaint.split() if word.startswith("--") and complaint.startswith("unrecognized")), "")
    near = get_close_matches(unknown, options, n=1) if unknown else []
    return f": did you mean {near[0]}?" if near else ""


def without_event(line: str) -> tuple[str, str]:
    """The line without ``--event EVENT``, and EVENT's text: a JSON value, after which more options may stand, or else all that follows."""
    before, found, after = line.partition(_EVENT)
    if not found:
        return line, ""
    text = after.strip()
    try:
        end = json.JSONDecoder().raw_decode(text)[1]
    except ValueError:
        return before, text
    rest = text[end:]
    return (f"{before} {rest}", text[:end]) if not rest.strip() or rest.lstrip().startswith("--") else (before, text)


def number(text: str) -> int | float | str:
    """A number where it is one; what is none goes on as it is, and the lab says what it should have been."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def positive(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"a whole number from 1 up, not {text!r}")
    return int(text)


def rate(text: str) -> float:
    """Any number; the arrivals say which of them make sense."""
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"a number more than 0, not {text!r}") from None
