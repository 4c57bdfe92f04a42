"""One environment as the host holds it: its place in the limits, which outlives processes, and the process that is in it now."""

from __future__ import annotations

import os
import signal
from typing import Any, Dict, List, Optional, Tuple

from ..wire import Start
from . import processes
from .berths import Berth
from .cgroups import Group
from .governor import Allowance, let_run
from .privileges import UID_BASE

MB = 1024 * 1024
MEMORY_PER_VCPU_MB = 1_769
SLACK_BYTES = 4 * MB
"""Pages that a process copies from its template after its share was read are charged twice; this much is let pass before the host looks closely."""
_READABLE = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/dev", "/proc", "/sys", "/run", "/var/lib", "/nix", "/opt", "/srv/conda")
_WRITABLE = ("/tmp", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm")


class Environment:
    """``pid`` is 0 until the process is there. ``ending``: why the host itself killed it. ``ready``: init is over."""

    def __init__(self, start: Start, berth: Berth) -> None:
        self.number = start.environment
        self.slot = start.slot
        self.interpreter = start.interpreter
        self.memory_bytes = start.memory_mb * MB
        self.share = min(start.memory_mb / MEMORY_PER_VCPU_MB, 6.0)
        self.tmp_mb = start.tmp_mb
        self.process = 0
        self.pid = 0
        self.ready = False
        self.ending = ""
        self.init_deadline: Optional[float] = None
        self.stopping = False
        self.message = ""
        self.next_start: Optional[Tuple[Start, List[int]]] = None
        self.allowance: Optional[Allowance] = None
        self.children: List[int] = []
        self._berth = berth
        self._means = berth.means
        self.group: Optional[Group] = berth.group
        self.tmp = berth.tmp
        berth.size_tmp(start.tmp_mb)

    def begin(self, start: Start, shared_kb: int, deadline: float) -> Dict[str, Any]:
        """Ready the place for a new process; gives what the zygote must know of it. ``shared_kb``: what the zygote's children have in memory from the start."""
        self.process, self.pid, self.ready, self.ending = start.process, 0, False, ""
        self.message, self.allowance, self.children = "", None, []
        self.init_deadline = deadline
        if self.group is not None:
            self.group.limit_memory(max(self.memory_bytes - shared_kb * 1024 + SLACK_BYTES, 8 * MB))
            self.group.limit_cpu(None)
        root = self._means.root
        if root is not None:
            root.show(start.shown)
        return {
            "groups": self.group.joining() if self.group else [],
            "root": root.path if root else "",
            "code": start.code,
            "layers": start.layers,
            "tmp": self.tmp,
            "tmp_mb": self.tmp_mb,
            "uid": UID_BASE + self.slot if self._means.own_users else None,
            "backstop_mb": 0 if self.group else start.memory_mb,
            "landlock": self._landlock(start) if self._means.landlock else None,
        }

    def initialised(self, now: float) -> None:
        """Init is over: from now on the CPU share holds."""
        self.ready, self.init_deadline = True, None
        if self.group is not None:
            self.group.limit_cpu(self.share)
        else:
            self.allowance = Allowance(self.share, now, self.cpu_s())

    def pids(self) -> List[int]:
        """Every process that is known to be in it."""
        if not self.pid:
            return []
        return self.group.pids() if self.group is not None else [self.pid, *self.children]

    def kill(self, why: str) -> None:
        """SIGKILL to all of it; the first reason stands."""
        self.ending = self.ending or why
        if not self.pid:
            return  # killed as soon as its number is known
        if self.group is not None:
            self.group.kill()
        else:
            self.children = processes.descendants(self.pid)
        for pid in [self.pid, *self.children]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def memory_bytes_used(self) -> int:
        """What it would take alone: pages shared with the template included, files in /tmp not."""
        if not self.pid:
            return 0
        if self.group is not None:
            return self.group.anonymous_bytes() + processes.shared_bytes(self.pid)
        return sum(processes.resident_bytes(pid) for pid in (self.pid, *self.children))

    def look_at_the_limit(self) -> None:
        """Its cgroup is full: kill, or make room where it holds less memory than it may (files in /tmp, pages counted twice)."""
        assert self.group is not None
        missing = self.memory_bytes - self.memory_bytes_used()
        if missing <= 0:
            self.kill("out_of_memory")
            return
        self.group.raise_memory(missing)

    def cpu_s(self) -> float:
        return sum(processes.cpu_s(pid) for pid in (self.pid, *self.children)) if self.pid else 0.0

    @property
    def owns_tmp_folder(self) -> bool:
        """Whether its /tmp is a plain folder, whose size nothing but a watch holds."""
        return self._means.root is None

    def tmp_bytes(self) -> int:
        """What lies in its folder for temporary files."""
        total = 0
        for folder, _, names in os.walk(self.tmp):
            for name in names:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512
                except OSError:
                    pass
        return total

    def let_run(self, may: bool) -> None:
        let_run(self.pid, may)

    def remove(self) -> None:
        """Its place is given up. The process must be dead or dying."""
        self._berth.remove()

    def _landlock(self, start: Start) -> Dict[str, List[str]]:
        return {"readable": [*_READABLE, start.code, start.layers, *start.shown], "writable": [self.tmp, *_WRITABLE]}
