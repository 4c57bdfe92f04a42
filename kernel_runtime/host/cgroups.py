"""Control groups, version 1 or 2, one for each environment: memory, CPU quota, number of processes.

Version 1 asks its owner what to do at the memory limit (an eventfd); version 2 kills by itself, and the memory watch keeps it exact.
Linux documentation: cgroup-v1/memory, scheduler/sched-bwc, cgroup-v2.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from typing import Dict, List, Optional, Set

from .notices import Notices

PERIOD_US = 20_000
_MB = 1024 * 1024
_V1 = ("memory", "cpu", "pids")
NOTICES = Notices()


class Group:
    """One environment's group. ``event``: a file descriptor that is readable when the owner must look at memory (version 1), else None."""

    event: Optional[int] = None

    def __init__(self, folders: Dict[str, str]) -> None:
        self._folders = folders
        for folder in set(folders.values()):
            os.mkdir(folder)

    def joining(self) -> List[str]:
        """The files into which a process writes 0 to join."""
        return [folder + "/cgroup.procs" for folder in set(self._folders.values())]

    def pids(self) -> List[int]:
        try:
            with open(next(iter(self._folders.values())) + "/cgroup.procs") as file:
                return [int(line) for line in file]
        except OSError:
            return []

    def kill(self) -> None:
        """SIGKILL to everything in it."""
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def remove(self) -> None:
        """The processes must be dying; waits for the last of them, a second at most."""
        if self.event is not None:
            os.close(self.event)
            self.event = None
        for folder in set(self._folders.values()):
            remove_folder(folder)

    def prepare(self, processes: int) -> None:
        """What is the same for every function."""
        if "pids" in self._folders:  # see ``find_groups``
            self._write("pids", "pids.max", str(processes))

    def limit_memory(self, limit_bytes: int) -> None:
        raise NotImplementedError

    def tell_at(self, usage_bytes: int) -> None:
        """Make ``event`` readable when so much is in use. Only where there is one."""

    def usage_bytes(self) -> int:
        """All that is charged to it: its processes' memory, files in /tmp, the page cache."""
        raise NotImplementedError

    def limit_cpu(self, share: Optional[float]) -> None:
        """``share`` of one CPU; None lifts the limit."""
        raise NotImplementedError

    def kinds_of_memory(self) -> "tuple[int, int, int]":
        """Bytes of its processes' own memory; shared memory, files in /tmp included; the page cache, which the system takes back when it must."""
        raise NotImplementedError

    def killed_for_memory(self) -> int:
        """How many of its processes the system itself has killed at the limit."""
        return 0

    def throttled_s(self) -> float:
        """Seconds for which its quota has held it back."""
        raise NotImplementedError

    def _write(self, controller: str, name: str, text: str) -> None:
        with open(f"{self._folders[controller]}/{name}", "w") as file:
            file.write(text)

    def _table(self, controller: str, name: str) -> Dict[str, int]:
        with open(f"{self._folders[controller]}/{name}") as file:
            return {key: int(value) for key, value in (line.split() for line in file if line.count(" ") == 1)}


class GroupV1(Group):
    _share: Optional[float] = None

    def __init__(self, folders: Dict[str, str]) -> None:
        super().__init__(folders)
        self._told_at_mb: Set[int] = set()

    def prepare(self, processes: int) -> None:
        super().prepare(processes)
        self._write("cpu", "cpu.cfs_period_us", str(PERIOD_US))
        self._ask_at_the_limit()

    def limit_memory(self, limit_bytes: int) -> None:
        try:
            self._write("memory", "memory.limit_in_bytes", str(limit_bytes))
        except OSError as why:
            if why.errno != errno.EBUSY:  # so much is in use and cannot be taken back: the present limit stays
                raise

    def tell_at(self, usage_bytes: int) -> None:
        at_mb = -(-usage_bytes // _MB)
        if self.event is None or at_mb in self._told_at_mb:
            return
        self._told_at_mb.add(at_mb)
        NOTICES.ask(self._folders["memory"], self.event, at_mb * _MB)

    def usage_bytes(self) -> int:
        with open(self._folders["memory"] + "/memory.usage_in_bytes") as file:
            return int(file.read())

    def limit_cpu(self, share: Optional[float]) -> None:
        if share != self._share:
            self._write("cpu", "cpu.cfs_quota_us", "-1" if share is None else str(max(1_000, round(share * PERIOD_US))))
        self._share = share

    def kinds_of_memory(self) -> "tuple[int, int, int]":
        table = self._table("memory", "memory.stat")
        shared = table.get("shmem", 0)
        return table["rss"], shared, table["cache"] - shared

    def throttled_s(self) -> float:
        return self._table("cpu", "cpu.stat")["throttled_time"] / 1e9

    def _ask_at_the_limit(self) -> None:
        self.event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)  # type: ignore[attr-defined]
        control = os.open(self._folders["memory"] + "/memory.oom_control", os.O_RDWR | os.O_CLOEXEC)
        try:
            self._write("memory", "cgroup.event_control", f"{self.event} {control}")
            os.write(control, b"1")
        finally:
            os.close(control)


class GroupV2(Group):
    def limit_memory(self, limit_bytes: int) -> None:
        self._write("memory", "memory.max", str(limit_bytes))
        for name, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
            try:
                self._write("memory", name, value)
            except OSError:
                pass  # not in every kernel

    def usage_bytes(self) -> int:
        with open(self._folders["memory"] + "/memory.current") as file:
            return int(file.read())

    def limit_cpu(self, share: Optional[float]) -> None:
        quota = "max" if share is None else str(max(1_000, round(share * PERIOD_US)))
        self._write("cpu", "cpu.max", f"{quota} {PERIOD_US}")

    def kinds_of_memory(self) -> "tuple[int, int, int]":
        table = self._table("memory", "memory.stat")
        return table["anon"], table["shmem"], table["file"] - table["shmem"]

    def killed_for_memory(self) -> int:
        return self._table("memory", "memory.events").get("oom_kill", 0)

    def throttled_s(self) -> float:
        return self._table("cpu", "cpu.stat").get("throttled_usec", 0) / 1e6


class Groups:
    """The host's own groups, under which each environment gets one. ``folders`` are what is to be removed should the host be killed."""

    def __init__(self, version: int, parents: Dict[str, str], name: str) -> None:
        self.version = version
        self.folders = {controller: f"{parent}/{name}" for controller, parent in parents.items()}
        for folder in set(self.folders.values()):
            os.mkdir(folder)
        if version == 1:
            self._write_hierarchy()
        else:
            _enable(self.folders["memory"])

    def make(self, number: int) -> Group:
        """A group for environment ``number``. Raises OSError."""
        folders = {controller: f"{folder}/{number}" for controller, folder in self.folders.items()}
        return GroupV1(folders) if self.version == 1 else GroupV2(folders)

    def remove(self) -> None:
        for folder in set(self.folders.values()):
            remove_folder(folder)

    def _write_hierarchy(self) -> None:
        try:
            with open(self.folders["memory"] + "/memory.use_hierarchy", "w") as file:
                file.write("1")
        except OSError:
            pass  # always so, in newer kernels


def find_groups(name: str, count_processes: bool) -> Groups:
    """Groups under this process's own. Raises OSError where none may be made.

    count_processes: false where each environment has a user of its own and is counted by that: joining one group less saves a cold start half a millisecond.
    """
    own = _own_paths()
    mounts = _mounts()
    wanted = _V1 if count_processes else _V1[:2]
    if all(c in mounts and c in own for c in wanted):
        parents = {c: _join(mounts[c], own[c]) for c in wanted}
        return Groups(1, parents, name)
    if "" in mounts:
        for parent in _ancestors(mounts[""], own.get("", "/")):
            try:
                _enable(parent)
                return Groups(2, dict.fromkeys(_V1, parent), name)
            except OSError as why:
                last = why
        raise last
    raise OSError(errno.ENOENT, "no cgroup controllers for memory, CPU and processes")


def remove_folder(folder: str) -> None:
    """Remove a group and those below it, killing what is still in them; a second at most for each."""
    if not os.path.isdir(folder):
        return
    for below in [entry.path for entry in os.scandir(folder) if entry.is_dir()]:
        remove_folder(below)
    end = time.monotonic() + 1.0
    while True:
        try:
            os.rmdir(folder)
            return
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > end:
                return
        _kill_all(folder)
        time.sleep(0.001)


def _kill_all(folder: str) -> None:
    try:
        with open(folder + "/cgroup.procs") as file:
            pids = [int(line) for line in file]
    except OSError:
        return
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass


def _own_paths() -> Dict[str, str]:
    """Controller (empty for version 2) to this process's group."""
    paths: Dict[str, str] = {}
    with open("/proc/self/cgroup") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            paths.update(dict.fromkeys(controllers.split(","), path))
    return paths


def _mounts() -> Dict[str, str]:
    """Controller (empty for version 2) to where its hierarchy is mounted."""
    mounts: Dict[str, str] = {}
    with open("/proc/self/mounts") as file:
        for line in file:
            _, target, kind, options = line.split()[:4]
            if kind == "cgroup2":
                mounts.setdefault("", target)
            elif kind == "cgroup":
                mounts.update({o: target for o in options.split(",") if o in _V1})
    return mounts


def _join(mount: str, own: str) -> str:
    path = mount + (own if own != "/" else "")
    return path if os.path.isdir(path) else mount  # in a container the path may be that of another namespace


def _ancestors(mount: str, own: str) -> List[str]:
    parts = [p for p in own.split("/") if p]
    return [os.path.join(mount, *parts[:n]) for n in range(len(parts), -1, -1)]


def _enable(folder: str) -> None:
    with open(folder + "/cgroup.subtree_control") as file:
        enabled = file.read().split()
    wanted = [c for c in _V1 if c not in enabled]
    if wanted:
        with open(folder + "/cgroup.subtree_control", "w") as file:
            file.write(" ".join("+" + c for c in wanted))
