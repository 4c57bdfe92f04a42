"""The sliders of a function: legal values only, and what a value means in CPU and money beside it.

A dragged slider is applied a few times a second, and its last value always. What is configured elsewhere, and what Lambda refuses, moves the sliders back to
what is true.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import ipywidgets as widgets

from kernel_runtime import AwsError, FunctionHandle, LabError
from kernel_runtime.journal.cost import invocation_usd
from kernel_runtime.model import limits

from ..mistakes import explained

APPLY_EVERY_S = 0.2
MEMORY_STEPS = (128, 256, 384, 512, 640, 768, 1_024, 1_280, 1_536, 1_769, 2_048, 2_560, 3_008, 3_538, 4_096, 5_307, 6_144, 7_076, 8_192, 8_845, 10_240)
TIMEOUT_STEPS = (1, 2, 3, 5, 10, 15, 30, 60, 120, 300, 600, 900)
RESERVED_STEPS = (0, 1, 2, 3, 4, 5, 8, 10, 15, 20, 30, 50, 80, 100, 150, 200, 300, 500, 900)
UNRESERVED = "unreserved"


class Sliders:
    """``box`` is the widget. Changes go to the function; what Lambda refuses is said in ``message`` and changes nothing."""

    def __init__(self, handle: FunctionHandle, say: Callable[[str], None]) -> None:
        self._handle = handle
        self._say = say
        self._wanted: dict[str, Any] = {}
        self._applying = threading.Lock()
        self._timer: threading.Timer | None = None
        self._follower: int | None = None
        self._configuring = 0
        self.memory = _slider("memory")
        self.timeout = _slider("timeout")
        self.reserved = _slider("reserved")
        self.meaning = widgets.HTML()
        self.memory.add_class("serverless-lab-memory")
        self.memory.observe(lambda change: self._want(memory_mb=change["new"]), names="value")
        self.timeout.observe(lambda change: self._want(timeout_s=change["new"]), names="value")
        self.reserved.observe(lambda change: self._want(reserved_concurrency=None if change["new"] == UNRESERVED else change["new"]), names="value")
        box = [self.memory, self.timeout, self.reserved, self.meaning]
        self.box = widgets.VBox(box, layout=widgets.Layout(flex="0 0 auto", margin="0 24px 0 0"))
        self.follow()

    def follow(self) -> None:
        """Show what is configured now, unless the user is just changing it."""
        configuration = self._handle.configuration
        reserved = configuration.reserved_concurrency
        with self._applying:
            if self._wanted or self._timer is not None or self._configuring:
                return
            self._follower = threading.get_ident()  # the observers are called by this thread, and hear nothing from the user
            try:
                _show(self.memory, MEMORY_STEPS, configuration.memory_mb, "{:,} MB")
                _show(self.timeout, TIMEOUT_STEPS, configuration.timeout_s, "{} s")
                _show(self.reserved, RESERVED_STEPS, reserved, "{}", UNRESERVED)
            finally:
                self._follower = None
        self._show_meaning(configuration.memory_mb)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _want(self, **change: Any) -> None:
        if self._follower == threading.get_ident():
            return
        if "memory_mb" in change:
            self._show_meaning(change["memory_mb"])
        with self._applying:
            self._wanted.update(change)
            if self._timer is None:
                self._timer = threading.Timer(APPLY_EVERY_S, self._apply)
                self._timer.daemon = True
                self._timer.start()

    def _apply(self) -> None:
        with self._applying:
            wanted, self._wanted, self._timer = self._wanted, {}, None
            self._configuring += 1  # what is on its way is not followed yet
        said = ""
        try:
            self._handle.configure(**wanted)
        except (AwsError, LabError) as why:
            said = explained(why)
        with self._applying:
            self._configuring -= 1
        self._say(said)
        if said:
            with suppress(AwsError, LabError):  # the function may be gone
                self.follow()

    def _show_meaning(self, memory_mb: int) -> None:
        price = invocation_usd(100, memory_mb) * 1_000_000
        self.meaning.value = f"{limits.cpu_share(memory_mb):.2f} vCPU · a million calls of 100 ms: ${price:.2f}"


def _slider(name: str) -> Any:
    return widgets.SelectionSlider(options=[("", "")], description=name, continuous_update=True, layout=widgets.Layout(width="420px"))


def _show(slider: Any, steps: tuple[int, ...], value: int | None, form: str, none: str | None = None) -> None:
    """Let the slider stand at ``value``, a step of its own where it is none of them. ``none``: the step before all others, which means None."""
    shown = none if value is None else value
    if shown not in [v for _, v in slider.options]:
        values = sorted({*steps, *([value] if value is not None else [])})
        slider.options = [*([(none, none)] if none else []), *((form.format(v), v) for v in values)]
    if slider.value != shown:
        slider.value = shown
