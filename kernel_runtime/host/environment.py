"""One environment as the host holds it: its place in the limits, which outlives processes, and the process that is in it now."""

from __future__ import annotations

import os
import signal
from typing import Any, Dict, List, Optional, Tuple

from ..wire import Start
from . import kernel_calls as calls
from . import processes
from .berths import Berth
from .cgroups import Group
from .governor import Allowance, let_run
from .root_fs import RootFs

MB = 1024 * 1024
MEMORY_PER_VCPU_MB = 1_769
_UNLIMITED_BYTES = 1 << 46
SLACK_BYTES = 4 * MB
"""Pages that a process copies from its template after its share was read are charged twice; this much is let pass before the host looks closely."""
_READABLE = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/dev", "/proc", "/sys", "/run", "/var/lib", "/nix", "/opt", "/srv/conda")
_WRITABLE = ("/tmp", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm")


class Environment:
    """``pid`` is 0 until the process is there. ``ending``: why the host itself killed it. ``ready``: init is over. ``is_snapshot``: it serves nobody, others
    are restored from it; ``template``: the one that this one is restored from. ``root``: the file system that it sees, None where it is the machine's."""

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
        self.had_children = False
        self.is_snapshot = start.snapshot
        self.template: Optional[Environment] = None
        self.forked_at = 0.0
        self._restore_s = 0.0
        self._shared_bytes = 0
        self._berth = berth
        self._means = berth.means
        self.root: Optional[RootFs] = berth.means.root_for(start.snapshot or bool(start.template))
        self.group: Optional[Group] = berth.group
        self.tmp = berth.tmp
        berth.size_tmp(start.tmp_mb)

    def begin(self, start: Start, shared_kb: int, deadline: float) -> Dict[str, Any]:
        """Ready the place for a new process; gives what the zygote must know of it. ``shared_kb``: what the zygote's children have in memory from the start."""
        self.process, self.pid, self.ready, self.ending = start.process, 0, False, ""
        self.message, self.allowance, self.children, self.had_children = "", None, [], False
        self.init_deadline, self.template = deadline, None
        self._shared_bytes = shared_kb * 1024
        if self.group is not None:
            self.group.limit_cpu(None)
        root = self.root
        if root is not None:
            root.show(start.shown)
        return {
            "groups": self.group.joining() if self.group else [],
            "root": root.path if root else "",
            "code": start.code,
            "layers": start.layers,
            "below_opt": root.below_opt() if root and start.layers else [],
            "tmp": self.tmp,
            "tmp_mb": self.tmp_mb,
            "uid": self._means.user_of(self.slot, start.shown, root),
            "backstop_mb": 0 if self.group else start.memory_mb,
            "landlock": self._landlock(start) if root is None and calls.landlock_abi() > 0 else None,
            "for_snapshot": start.snapshot,
        }

    def restored_from(self, template: Environment, timeout_s: float) -> None:
        """Its next process is forked from that one, and may take so long from its fork on."""
        self.template, self._restore_s = template, timeout_s

    def forked(self, now: float) -> None:
        """The process of a restore is there: what it waited before was this machine's time."""
        if self.template is not None and self.init_deadline is not None:
            self.template.forked_at, self.init_deadline = now, now + self._restore_s

    def waits_for_its_fork(self, now: float) -> bool:
        """Whether its time is not up although its deadline is: others are being forked before it. It has a new one then."""
        if self.template is None or self.pid or now - self.template.forked_at > self._restore_s:
            return False
        self.init_deadline = now + self._restore_s
        return True

    def limit_memory(self) -> None:
        """Set its group's limits, while its process is being forked: such a one cannot have taken much before they stand."""
        if self.group is None:
            return
        expected = max(self.memory_bytes - self._shared_bytes, 4 * MB)
        if self.group.event is None:  # what is in /tmp cannot be told from memory in time, so the watch is exact and the group the backstop
            self.group.limit_memory(expected + SLACK_BYTES + self._margin_bytes + self.tmp_mb * MB)
            return
        in_tmp = self._bytes_in_own_tmpfs()
        self.group.limit_memory(expected + SLACK_BYTES + in_tmp + self._margin_bytes)
        self.group.tell_at(expected + in_tmp)

    @property
    def _margin_bytes(self) -> int:
        """How far its use may run on before it stands still, from where the host is told to look: 5 %, and more where that is little."""
        return max(8 * MB, self.memory_bytes // 20)

    def _bytes_in_own_tmpfs(self) -> int:
        """What lies in its /tmp, where that is a file system of its own and in memory."""
        if self._means.root is None:
            return 0
        state = os.statvfs(self.tmp)
        return (state.f_blocks - state.f_bfree) * state.f_frsize

    def initialised(self, now: float) -> None:
        """Init is over: from now on the CPU share holds."""
        self.ready, self.init_deadline = True, None
        if self.is_snapshot:  # what it does from now on it does for others, until each is in its own place
            if self.group is not None:
                self.group.limit_memory(_UNLIMITED_BYTES)
        elif self.group is not None:
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
            if self.template is not None and why == "timeout":
                self.template.kill("signal")  # it does not come out of its fork
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
            own, shared, _ = self.group.kinds_of_memory()
            return self._used_bytes(own, shared)
        used = sum(processes.resident_bytes(pid) for pid in (self.pid, *self.children))
        if self.children and used > self.memory_bytes:  # what children share with it is not to be counted twice
            used = processes.resident_bytes(self.pid) + sum(processes.private_bytes(pid) for pid in self.children)
        return used

    def _used_bytes(self, own: int, shared: int) -> int:
        besides_tmp = max(shared - self._bytes_in_own_tmpfs(), 0)
        return own + besides_tmp + max(processes.shared_bytes(self.pid) - besides_tmp, 0)

    def look_at_the_limit(self) -> None:
        """Much is in use: kill, or move the limit where it holds less memory than it may (files in /tmp, the page cache, pages charged twice).

        It is moved to where, as things are, its memory would be used up, and a margin more, so that nothing stands still or fails before the host has looked.
        """
        assert self.group is not None
        if self.is_snapshot and self.ready:
            return
        usage = self.group.usage_bytes()
        own, shared, cache = self.group.kinds_of_memory()
        missing = self.memory_bytes - self._used_bytes(own, shared)
        if missing <= 0:
            self.kill("out_of_memory")
            return
        self.group.limit_memory(usage - cache + missing + self._margin_bytes)
        self.group.tell_at(usage + missing)

    def cpu_s(self) -> float:
        """CPU time of all its processes, those that have ended included."""
        if not self.pid:
            return 0.0
        used = sum(processes.cpu_s(pid) for pid in (self.pid, *self.children))
        return used + sum(processes.ended_children_cpu_s(pid) for pid in (self.pid, *self.children)) if self.had_children else used

    def look_for_children(self) -> None:
        """Where no group knows them."""
        self.children = processes.descendants(self.pid)
        self.had_children = self.had_children or bool(self.children)

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
        let_run(self.pid, self.children, may)

    def remove(self) -> None:
        """Its place is given up. The process must be dead or dying."""
        self._berth.remove()

    def _landlock(self, start: Start) -> Dict[str, List[str]]:
        own = f"{self._means.work_dir}/tmp" if start.snapshot else self.tmp  # those that are restored from it have folders beside its own
        return {"readable": [*_READABLE, start.code, start.layers, *start.shown], "writable": [own, *_WRITABLE]}
