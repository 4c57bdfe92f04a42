"""The snapshots of published versions (SnapStart): environments that have initialised and serve nobody. Control knows nothing of them, and they count for
nothing; their numbers are below zero. A lost worker host takes them with it, and they are made again.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

from ..fleet.base import Fleet, Waiting
from ..model.function import Function
from ..model.invocation import Answer
from . import course

Told = Callable[[Answer], None]
Initialised = Callable[[Function, Answer], None]


class Snapshots:
    """carry: carries bodies that no caller waits for. wanted: whether this version is still there. initialised: told of each init that this machine carried,
    well or not."""

    def __init__(self, fleet: Fleet, carry: Callable[[Waiting[None]], None], wanted: Callable[[Function], bool], initialised: Initialised) -> None:
        self._fleet, self._carry, self._wanted, self._initialised = fleet, carry, wanted, initialised
        self._numbers = itertools.count(1)
        self._held: dict[int, Function] = {}
        self._changing = threading.Lock()

    def take(self, function: Function, told: Told) -> None:
        """Initialise the version and keep that; ``told`` how it ended, in another thread."""
        self._carry(self._take(-next(self._numbers), function, told))

    def drop(self, name: str, version: str | None = None) -> None:
        """Of one version, or of all that a function has."""
        with self._changing:
            dropped = [number for number, held in self._held.items() if held.name == name and version in (None, held.version)]
            for number in dropped:
                del self._held[number]
        for number in dropped:
            self._fleet.stop(number)

    def died(self, number: int) -> None:
        """Its process is dead: the version's environments start cold from now on."""
        with self._changing:
            self._held.pop(number, None)
        self._fleet.stop(number)

    def lost(self) -> None:
        """All are gone."""
        with self._changing:
            held, self._held = self._held, {}
        for number, function in held.items():
            self._fleet.stop(number)
            self.take(function, lambda init: None)

    def _take(self, number: int, function: Function, told: Told) -> Waiting[None]:
        kept = False
        try:
            init = yield from course.ahead(self._fleet, number, function, "snapshot")
            self._initialised(function, init)
            if init.cause == "answered":
                with self._changing:
                    self._held[number] = function
                kept = self._wanted(function)
        except Exception as why:  # this machine's fault or the lab's
            init = Answer("refused", message=str(why) or type(why).__name__)
        finally:
            if not kept:
                self.died(number)
        told(init)
