"""The file system that functions see: built once in a mount namespace of the host's own, so that it vanishes with the host.

Read-only system folders, the interpreters' own folders, nobody's home; /var/task, /opt and /tmp are places where each environment mounts its own.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Sequence, Set

from . import kernel_calls as calls
from . import privileges

_SHOWN = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "dev", "proc", "sys", "nix")
_PLACES = ("tmp", "opt", "var/task", "var/tmp", "var/lang", "var/runtime", "root", "home", "run", "mnt")
_ASIDE = "/mnt/shown"
_READ_ONLY = calls.MS_REMOUNT | calls.MS_BIND | calls.MS_RDONLY


class RootFs:
    """``path``: where processes find their root. ``tmp_dir(n)``: an environment's own /tmp, which outlives its processes."""

    def __init__(self, work_dir: str) -> None:
        self._work_dir = work_dir
        self.path = work_dir + "/root"
        self._places = work_dir + "/places"  # what ``path`` shows read-only, since a function's user may be this one
        self._shown: Set[str] = set()
        self._moved: Dict[str, str] = {}

    def build(self) -> None:
        """Make it. Raises OSError where this machine does not allow it."""
        _enter_namespace()
        calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
        calls.mount("tmpfs", self._work_dir, "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, "mode=755")
        os.mkdir(self._work_dir + "/tmp")
        for place in _PLACES:
            os.makedirs(f"{self._places}/{place}")
        os.mkdir(self.path)
        _bind_read_only(self._places, self.path)
        for name in _SHOWN:
            if os.path.islink("/" + name):
                os.symlink(os.readlink("/" + name), f"{self._places}/{name}")
            elif os.path.isdir("/" + name):
                self._bind("/" + name)
                self._shown.add("/" + name)
        resolver = os.path.dirname(os.path.realpath("/etc/resolv.conf"))
        if os.path.isdir(resolver):
            self.show([resolver])

    def show(self, folders: Iterable[str]) -> None:
        """Let processes see these folders of the machine, read-only: see ``inside`` for where."""
        for folder in folders:
            folder = os.path.normpath(folder)
            if not os.path.isdir(folder) or any(folder == s or folder.startswith(s + "/") for s in self._shown):
                continue
            if _under_tmp(folder):
                self._moved[folder] = f"{_ASIDE}/{len(self._moved)}"
            try:
                self._bind(folder)
            except OSError:
                continue  # below a folder that is shown already
            self._shown.add(folder)

    def inside(self, folder: str) -> str:
        """The path by which processes see a folder that is shown: its own, but one below /tmp stands aside, since each environment has another /tmp."""
        folder = os.path.normpath(folder)
        for moved, aside in self._moved.items():
            if folder == moved or folder.startswith(moved + "/"):
                return aside + folder[len(moved) :]
        return folder

    def below_opt(self) -> List[str]:
        """What is shown that a layers' /opt would cover: an interpreter or packages that this machine has there."""
        return sorted(folder for folder in self._shown if folder.startswith("/opt/"))

    def make_tmp(self, number: int, size_mb: int) -> str:
        """A tmpfs of ``size_mb`` MB for one environment; gives its path outside."""
        folder = f"{self._work_dir}/tmp/{number}"
        os.mkdir(folder)
        calls.mount("tmpfs", folder, "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, f"mode=1777,size={size_mb}m")
        return folder

    def remove_tmp(self, number: int) -> None:
        folder = f"{self._work_dir}/tmp/{number}"
        try:
            calls.unmount(folder)
            os.rmdir(folder)
        except OSError:
            pass  # the namespace ends with the host, and the mount with it

    def unmount(self) -> None:
        """Everything below the working folder at once."""
        try:
            calls.unmount(self._work_dir)
        except OSError:
            pass  # never mounted

    def _bind(self, folder: str) -> None:
        target = self.path + self.inside(folder)
        os.makedirs(self._places + self.inside(folder), exist_ok=True)
        calls.mount(folder, target, None, calls.MS_BIND | calls.MS_REC)
        if folder not in ("/dev", "/proc", "/sys"):
            try:
                calls.mount("none", target, None, _READ_ONLY)
            except OSError:
                pass  # a mount whose flags are locked; its owner is not the function's user either


def enter(root: str, code: str, layers: str, below_opt: Sequence[str], tmp: str, for_snapshot: bool = False) -> None:
    """In a new process: its own /var/task, /opt and /tmp, then nothing else. Needs the capabilities that are given up afterwards.

    below_opt: folders of the machine that stay where they are although the layers' /opt covers their place. for_snapshot: those that are forked from it
    will make namespaces of their own, which the system grants nobody whose root is not that of his mount namespace.
    """
    calls.unshare(calls.CLONE_NEWNS)
    if for_snapshot:
        calls.mount(root, root, None, calls.MS_BIND | calls.MS_REC)
    _bind_read_only(code, root + "/var/task")
    if layers and below_opt:
        _beside_each_other(layers, below_opt, root)
    elif layers:
        _bind_read_only(layers, root + "/opt")
    calls.mount(tmp, root + "/tmp", None, calls.MS_BIND)
    if for_snapshot:
        calls.pivot_root(root)
    else:
        os.chroot(root)
    os.chdir("/var/task")


def enter_again(tmp: int) -> int:
    """In a process that was forked from one that has entered: the same, but with the file system behind ``tmp`` as its /tmp. Needs no capabilities.

    Gives the old /tmp as a descriptor.
    """
    dumpable = calls.is_dumpable()
    calls.prctl(calls.PR_SET_DUMPABLE, 1)  # else its own maps are not its to write
    _enter_own_user_namespace()
    calls.prctl(calls.PR_SET_DUMPABLE, int(dumpable))
    old = os.open("/tmp", os.O_RDONLY | os.O_DIRECTORY)
    calls.move_mount(tmp, "/tmp")
    return old


def tried_again(root: RootFs, user: Optional[int]) -> str:
    """Why ``enter_again`` cannot be had here, by trying it in a process of ``user`` (None: this one); empty where it can."""
    pid = os.fork()
    if pid == 0:
        status = errno.EINVAL
        try:
            folder = root.make_tmp(0, 1)
            tmp = calls.open_tree(folder)
            enter(root.path, folder, "", [], folder, for_snapshot=True)
            if user is not None:
                privileges.become(user)
            privileges.give_up_privileges()
            enter_again(tmp)
            status = 0
        except OSError as why:
            status = why.errno or status
        finally:
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    root.remove_tmp(0)
    return os.strerror(os.waitstatus_to_exitcode(ended)) if ended else ""


def _beside_each_other(layers: str, below_opt: Sequence[str], root: str) -> None:
    """An /opt of what lies in ``layers`` and of folders of the machine; where both have a name it is the layers'."""
    calls.mount("tmpfs", root + "/opt", "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, "mode=755")
    with os.scandir(layers) as entries:
        for entry in entries:
            target = f"{root}/opt/{entry.name}"
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), target)
            elif entry.is_dir():
                os.mkdir(target)
                _bind_read_only(entry.path, target)
            else:
                os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
                _bind_read_only(entry.path, target)
    for folder in below_opt:
        try:
            os.makedirs(root + folder, exist_ok=True)
        except OSError:
            continue  # a layer has a folder of that name
        _bind_read_only(folder, root + folder)
    calls.mount("none", root + "/opt", None, calls.MS_REMOUNT | calls.MS_RDONLY)


def _bind_read_only(source: str, target: str) -> None:
    calls.mount(source, target, None, calls.MS_BIND)
    calls.mount("none", target, None, _READ_ONLY)


def _enter_namespace() -> None:
    if os.geteuid() == 0:
        calls.unshare(calls.CLONE_NEWNS)
        return
    _enter_own_user_namespace()
    calls.keep_capabilities_over_exec(calls.CAP_SYS_CHROOT, calls.CAP_SYS_ADMIN)  # the zygotes mount and change their children's root


def _enter_own_user_namespace() -> None:
    """With a mount namespace. Its one user is the one that the process has already."""
    uid, gid = os.geteuid(), os.getegid()
    calls.unshare(calls.CLONE_NEWUSER | calls.CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _under_tmp(folder: str) -> bool:
    return folder == "/tmp" or folder.startswith("/tmp/")


def enterable_by_others(folder: str) -> Optional[str]:
    """None where any user may enter ``folder``, else the first folder on the way that forbids it."""
    for step in (Path(folder), *Path(folder).parents):
        if not stat.S_IMODE(step.stat().st_mode) & stat.S_IXOTH:
            return str(step)
    return None
