"""Which route of an HTTP API serves a request (API Gateway Developer Guide, "Create routes for HTTP APIs").

A full match comes before one with a greedy variable, that before ``$default``. Within these, as observed: the method's own route before ``ANY``, then segment
by segment from the left a literal before ``{name}``, and so the longest literal head of two greedy ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

DEFAULT = "$default"
_VARIABLE = re.compile(r"\{([^{}+]+)(\+?)\}\Z")
Parameters = dict[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """One route key, taken apart. ``rank`` orders templates, the most specific first."""

    key: str
    method: str
    path: str
    segments: tuple[str, ...]
    greedy: bool

    @classmethod
    def of_key(cls, key: str) -> Template:
        method, _, path = key.partition(" ")
        segments = tuple(path.removeprefix("/").split("/"))
        variable = _VARIABLE.match(segments[-1])
        return cls(key, method, path, segments, bool(variable and variable[2]))

    @property
    def rank(self) -> tuple[object, ...]:
        kinds = tuple(2 if _greedy(segment) else 1 if _VARIABLE.match(segment) else 0 for segment in self.segments)
        return (self.greedy, self.method == "ANY", kinds)

    def match(self, segments: list[str], read: Callable[[str], str] = unquote) -> Parameters | None:
        """The path's variables, each as ``read`` gives it, decoded where nothing is said; None where it does not match."""
        if len(segments) < len(self.segments) or (not self.greedy and len(segments) != len(self.segments)):
            return None
        found: Parameters = {}
        for index, wanted in enumerate(self.segments):
            variable = _VARIABLE.match(wanted)
            if variable is None:
                if unquote(segments[index]) != wanted:
                    return None
            elif variable[2]:
                found[variable[1]] = read("/".join(segments[index:]))
            elif not segments[index]:
                return None
            else:
                found[variable[1]] = read(segments[index])
        return found


class Routes:
    """The routes of one API, sorted once."""

    def __init__(self, keys: Iterable[str]) -> None:
        listed = list(keys)
        self._default = DEFAULT in listed
        self._templates = sorted((Template.of_key(key) for key in listed if key != DEFAULT), key=lambda template: template.rank)

    def select(self, method: str, path: str) -> tuple[str, Parameters] | None:
        """The route key and the path's variables; None where nothing matches. ``path``: without the stage, percent-encoded."""
        segments = path.removeprefix("/").split("/")
        for template in self._templates:
            if template.method in (method, "ANY") and (found := template.match(segments)) is not None:
                return template.key, found
        return (DEFAULT, {}) if self._default else None


def stage_of(path: str, names: Iterable[str]) -> tuple[str, str] | None:
    """(the stage, the path without it): the one that the path begins with, else ``$default``; None where there is neither."""
    first, slash, rest = path.removeprefix("/").partition("/")
    held = set(names)
    if first and unquote(first) in held and unquote(first) != DEFAULT:
        return unquote(first), f"{slash}{rest}" or "/"
    return (DEFAULT, path) if DEFAULT in held else None


def _greedy(segment: str) -> bool:
    return segment.endswith("+}")
