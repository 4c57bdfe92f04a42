"""Places that are made before they are needed: a control group and a /tmp each, made while the host has nothing else to do.

Making one costs as much as a third of a cold start. A place knows no function: its limits are set when an environment takes it.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Deque, Optional

from . import kernel_calls as calls
from .cgroups import Group
from .means import Means
from .privileges import PROCESSES

READY = 6
TMP_MB = 512


class Berth:
    """``group`` is None where there are none. ``tmp``: the folder that becomes /tmp, of ``tmp_mb`` MB where that is held by the file system."""

    def __init__(self, number: int, means: Means) -> None:
        self.number = number
        self.means = means
        self.tmp_mb = TMP_MB
        self.group: Optional[Group] = means.groups.make(number) if means.groups else None
        self.tmp = means.root.make_tmp(number, TMP_MB) if means.root else self._make_folder()
        if self.group is not None:
            self.group.prepare(PROCESSES)

    def size_tmp(self, tmp_mb: int) -> None:
        if self.means.root is not None and tmp_mb != self.tmp_mb:
            calls.mount("tmpfs", self.tmp, "tmpfs", calls.MS_REMOUNT | calls.MS_NOSUID | calls.MS_NODEV, f"size={tmp_mb}m")
        self.tmp_mb = tmp_mb

    def remove(self) -> None:
        """The processes in it must be dead or dying."""
        if self.group is not None:
            self.group.remove()
        self.means.remove_tmp(self.number, self.tmp)

    def _make_folder(self) -> str:
        folder = f"{self.means.work_dir}/tmp/{self.number}"
        os.mkdir(folder)
        os.chmod(folder, 0o1777)
        return folder


class Berths:
    """A few in store; more on demand."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store: Deque[Berth] = deque()
        self._made = 0

    def take(self) -> Berth:
        """One from the store, or a new one. Raises OSError."""
        return self._store.popleft() if self._store else self._make()

    @property
    def short(self) -> bool:
        return len(self._store) < READY

    def refill(self) -> None:
        """Make one more for the store. Raises OSError."""
        self._store.append(self._make())

    def remove(self) -> None:
        while self._store:
            self._store.pop().remove()

    def _make(self) -> Berth:
        self._made += 1
        return Berth(self._made, self._means)
