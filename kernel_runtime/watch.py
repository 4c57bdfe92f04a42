"""A lab elsewhere as its journal tells it, read when somebody asks: a second journal here, on which every log, figure and chart is folded as on the first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .control.controller import AccountView, FunctionView
from .journal.entry_text import from_line, from_plain
from .journal.journal import Journal
from .model.errors import LabError, ResourceNotFoundException
from .model.function import Function
from .model.invocation import InvocationRecord
from .model.network import Traffic
from .sources.view import SourceView

if TYPE_CHECKING:
    from .endpoint.remote import Remote

FRESH_S = 0.05
"""So long what was read last is good enough: a chart asks for several things at once."""
BEFORE_MAX = 20_000
"""Entries from before the first look that are read."""
NAMES_MAX = 20
"""So many functions' standing is asked for with every reading: those that somebody wanted last."""
_END = 10**15 - 1
_TOLD = {"now", "seq", "account", "functions"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a function stands, how it is configured, and what it has moved through the door there."""

    view: FunctionView
    configuration: Function
    network: Traffic


class Watch:
    """``journal`` has entries of its own numbers, with the other lab's times. Any thread may ask. Everything raises what ``Remote`` raises."""

    def __init__(self, remote: Remote) -> None:
        self.journal = Journal()
        self._remote = remote
        self._reading = threading.Lock()
        self._seq = -1
        self._head: dict[str, Any] = {}
        self._names: dict[str, None] = {}
        self._read_at = float("-inf")

    def update(self, fresh_s: float = 0.0) -> None:
        """Read what is new, unless that was done within ``fresh_s``."""
        with self._reading:
            if time.monotonic() - self._read_at < fresh_s:
                return
            if self._seq < 0:
                self._seq = max(self._ask(_END)[0]["seq"] - BEFORE_MAX, 0)
            more = True
            while more:
                self._head, lines = self._ask(self._seq)
                if self._head["seq"] < self._seq:  # another lab has taken the address: its journal begins anew
                    self._seq = 0
                    continue
                self._append(lines)
                more = bool(lines) and self._seq < self._head["seq"]
            self._read_at = time.monotonic()

    def now(self) -> float:
        """Seconds of the other lab's clock, which the entries carry."""
        self.update(FRESH_S)
        return float(self._head["now"]) + (time.monotonic() - self._read_at)

    def account(self) -> AccountView:
        self.update(FRESH_S)
        return from_plain(AccountView, self._head["account"])

    def standing(self, name: str) -> Standing:
        """Raises ResourceNotFoundException."""
        with self._reading:
            known = name in self._names
            self._names.pop(name, None)
            self._names[name] = None  # the newest last
            if len(self._names) > NAMES_MAX:
                del self._names[next(iter(self._names))]
        self.update(FRESH_S if known else 0.0)
        told = self._head["functions"].get(name)
        if told is None:
            raise ResourceNotFoundException(f"Function not found: {name}")
        return Standing(from_plain(FunctionView, told["view"]), from_plain(Function, told["configuration"]), from_plain(Traffic, told["network"]))

    def sources(self) -> list[SourceView]:
        """What calls functions there by itself."""
        self.update(FRESH_S)
        return [from_plain(SourceView, told) for told in self._head["sources"]]

    def records(self) -> Iterator[InvocationRecord]:
        """Of invocations that ran there, oldest first, as far as the journal here holds them."""
        self.update()
        return self.journal.records()

    def _ask(self, since: int) -> tuple[dict[str, Any], list[str]]:
        first, *lines = self._remote.watched(since, sorted(self._names)).splitlines() or [""]
        head = self._remote.parsed(first)
        if not head.keys() >= _TOLD:
            raise LabError("what answers there is no lab that can be watched")
        return head, lines

    def _append(self, lines: list[str]) -> None:
        try:
            for line in lines:
                entry = from_line(line)
                self.journal.append(entry.now, entry.fact, entry.orders)
                self._seq = entry.seq
        except ValueError as why:
            raise LabError(f"the lab there tells what this version does not know ({why}): use the same version of both") from None
