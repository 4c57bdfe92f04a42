"""Whoever waits until things stand in a certain way: looked at after every fact, while there is anybody."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from ..control.controller import Controller

Condition = Callable[[Controller], bool]


class Watchers:
    """Used under the driver's lock; the futures it gives are settled after it."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Condition, Future[None]]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, condition: Condition) -> Future[None]:
        future: Future[None] = Future()
        self._waiting.append((condition, future))
        return future

    def met(self, controller: Controller) -> list[Future[None]]:
        """Those whose condition holds now; they are forgotten."""
        met = [future for condition, future in self._waiting if condition(controller)]
        self._waiting = [(condition, future) for condition, future in self._waiting if future not in met]
        return met

    def all(self) -> list[Future[None]]:
        """Everybody, forgotten: nothing will happen any more."""
        waiting, self._waiting = self._waiting, []
        return [future for _, future in waiting]
