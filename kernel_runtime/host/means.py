"""What this machine lets the host enforce limits with: tried out once, at the start, and told limit by limit."""

from __future__ import annotations

import os
import shutil
import sys
from functools import lru_cache
from typing import Any, Iterable, List, Optional

from . import kernel_calls as calls
from . import root_fs
from .cgroups import Groups, find_groups
from .root_fs import RootFs, enterable_by_others
from .users import own_users

Row = List[Any]
"""limit, mechanism, enforced, note"""


class Means:
    """groups, root: None where they are not to be had (or ``portable`` asks to do without). own_users: whether each environment gets a user of its own.
    why_no_root_again: why what is forked from a process in the root cannot have a /tmp of its own there, empty where it can."""

    def __init__(self, mechanisms: str, work_dir: str, name: str) -> None:
        self.groups: Optional[Groups] = None
        self.root: Optional[RootFs] = None
        self.why_no_groups = self.why_no_root = "left out on request"
        self.why_no_root_again = ""
        self.work_dir = work_dir
        self.first_user = own_users(os.getpid()) if os.geteuid() == 0 else None
        if mechanisms != "portable":
            self._try_root(work_dir)
            self._try_groups(name)
        closed = None if self.root else enterable_by_others(sys.base_prefix)
        self.own_users = self.first_user is not None and closed is None
        self._closed = closed
        if self.root is None:
            os.makedirs(work_dir + "/tmp", exist_ok=True)
            os.chmod(work_dir, 0o755)

    def _try_groups(self, name: str) -> None:
        try:
            self.groups = find_groups(name, count_processes=self.first_user is None or self.root is None)
        except OSError as why:
            self.why_no_groups = str(why.strerror or why)

    def _try_root(self, work_dir: str) -> None:
        root = RootFs(work_dir)
        try:
            root.build()
            self.root = root
            self.why_no_root_again = root_fs.tried_again(root, self.first_user)
        except OSError as why:
            self.why_no_root = str(why.strerror or why)
            root.unmount()

    def root_for(self, snapshots: bool) -> Optional[RootFs]:
        """The root of an environment; ``snapshots``: one that is a snapshot, or is restored from one."""
        return None if snapshots and self.why_no_root_again else self.root

    @property
    def watches(self) -> bool:
        """Whether something must be looked at every few ms while an environment is busy."""
        return self.groups is None or self.groups.version == 2

    def remove(self) -> None:
        """Groups, mounts and the working folder; the environments must be gone."""
        if self.groups is not None:
            self.groups.remove()
        if self.root is not None:
            self.root.unmount()
            os.rmdir(self.work_dir)  # not its contents: were anything still mounted there, they would be the machine's own
        else:
            shutil.rmtree(self.work_dir, ignore_errors=True)

    def remove_tmp(self, number: int, folder: str) -> None:
        """A place's /tmp."""
        if self.root is not None:
            self.root.remove_tmp(number)
        else:
            shutil.rmtree(folder, ignore_errors=True)

    def user_of(self, slot: int, folders: Iterable[str], root: Optional[RootFs]) -> Optional[int]:
        """The user that a process which needs these folders runs as; None, this one, where there is no other or another may not enter them."""
        if self.first_user is None or not self.own_users or not (root is not None or all(_enterable(folder) for folder in folders)):
            return None
        return self.first_user + slot

    def rows(self) -> List[Row]:
        cgroup = f"cgroup v{self.groups.version}" if self.groups else ""
        no_groups = "" if self.groups else f"no cgroup here ({self.why_no_groups})"
        cores = os.cpu_count() or 1
        wide = f"{cores} cores here: memory over {cores * 1_769:,} MB gets no more CPU" if cores < 6 else ""
        return [
            ["memory", f"{cgroup} memory" if cgroup else "resident pages watched every 4 ms, killed above the limit", True, no_groups],
            ["CPU share", f"{cgroup} CPU quota" if cgroup else "SIGSTOP/SIGCONT steered by CPU time used", True, "; ".join(filter(None, (no_groups, wide)))],
            ["timeout and init limit", "the worker host's timer and SIGKILL", True, ""],
            *self._file_rows(),
            self._processes_row(cgroup),
            ["open files", "RLIMIT_NOFILE 1,024", True, ""],
            self._user_row(),
            ["freeze between invocations", "SIGSTOP of the process group", True, "a child that leaves the process group goes on"],
            self._snapshots_row(),
            ["network", "", False, "not limited: functions reach what the notebook reaches; nothing is shaped by memory"],
        ]

    def _file_rows(self) -> List[Row]:
        if self.root:
            kind = "mount namespace" if os.geteuid() == 0 else "user and mount namespaces"
            return [
                ["/tmp size", f"a tmpfs of its own ({kind})", True, "its pages are not counted as memory" if self.groups else ""],
                ["files", f"a root of its own ({kind}): /var/task and /opt read-only, nobody's home", True, ""],
            ]
        note = f"no namespace here ({self.why_no_root}); code runs in place, its own temporary folder is $TMPDIR; /tmp itself is the machine's"
        if calls.landlock_abi() > 0:
            return [
                ["/tmp size", "the folder's size watched, killed above the limit", True, note],
                ["files", "Landlock: writes to its $TMPDIR and /tmp only", True, note],
            ]
        return [
            ["/tmp size", "the folder's size watched, killed above the limit", True, note],
            ["files", "", False, note + "; no Landlock either: it may write where its user may"],
        ]

    def _processes_row(self, cgroup: str) -> Row:
        if self.groups and "pids" in self.groups.folders:
            return ["processes", f"{cgroup} pids 1,024", True, ""]
        if self.own_users:
            return ["processes", "RLIMIT_NPROC 1,024, a user each", True, ""]
        return ["processes", "", False, "neither a cgroup nor a user of its own to count by"]

    @property
    def _why_no_users(self) -> str:
        if self.first_user is None:
            return "this container maps too few users to give each environment one"
        return f"others may not enter {self._closed}, where the interpreter lives"

    def _snapshots_row(self) -> Row:
        note = "threads and child processes of the init are not in it"
        if self.own_users:
            note += "; what is restored from one snapshot shares its user"
        if self.root is not None and not self.why_no_root_again:
            return ["SnapStart", "a fork of the initialised process, with namespaces of its own", True, note]
        why = f" (no namespace within another: {self.why_no_root_again})" if self.root is not None else ""
        return ["SnapStart", "a fork of the initialised process", True, f"{note}; in no root of its own, its temporary folder is $TMPDIR{why}"]

    def _user_row(self) -> Row:
        if self.own_users:
            note = "" if self.root else "but root's where others may not enter the folder of the function's interpreter or packages"
            return ["privileges", "a user of its own, no capabilities, no new privileges", True, note]
        if os.geteuid() == 0:
            return [
                "privileges",
                "no capabilities, no new privileges",
                True,
                f"runs as root's user: {self._why_no_users}",
            ]
        return ["privileges", "the notebook's user, no capabilities, no new privileges", True, ""]


@lru_cache(maxsize=256)
def _enterable(folder: str) -> bool:
    return not os.path.isdir(folder) or enterable_by_others(folder) is None
