"""The few system calls that Python's standard library does not offer, by ctypes. Each raises OSError."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Optional

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
MOVE_MOUNT_F_EMPTY_PATH = 4
_OPEN_TREE, _MOVE_MOUNT = 428, 429
_OPEN_TREE_CLONE = 1
_AT_FDCWD = -100
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER = 1, 38, 36
_PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_PR_CAP_AMBIENT = 47
_SA_NOCLDSTOP = 1
CAP_SYS_CHROOT, CAP_SYS_ADMIN = 18, 21
_CAPGET = {"x86_64": 125, "aarch64": 90}
_CAPSET = {"x86_64": 126, "aarch64": 91}


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: Optional[str], flags: int, data: str = "") -> None:
    done = _libc.mount(source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), data.encode() or None)
    _check(done, f"mount {source} on {target}")


def unmount(target: str) -> None:
    _check(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def pivot_root(new_root: str) -> None:
    """Make a mounted folder this mount namespace's root, and let go of the one that was."""
    os.chdir(new_root)
    _check(_libc.pivot_root(b".", b"."), f"pivot_root {new_root}")
    unmount(".")
    os.chdir("/")


def open_tree(path: str) -> int:
    """The file system that is mounted at ``path``, as a descriptor by which a process in another mount namespace may mount it too (Linux 5.2)."""
    fd = int(_libc.syscall(_OPEN_TREE, _AT_FDCWD, path.encode(), _OPEN_TREE_CLONE | os.O_CLOEXEC))
    _check(fd if fd < 0 else 0, f"open_tree {path}")
    return fd


def move_mount(fd: int, target: str) -> None:
    """Mount what ``open_tree`` gave."""
    _check(_libc.syscall(_MOVE_MOUNT, fd, b"", _AT_FDCWD, target.encode(), MOVE_MOUNT_F_EMPTY_PATH), f"move_mount {target}")


def epoll_create() -> int:
    fd = int(_libc.epoll_create1(os.O_CLOEXEC))
    _check(fd if fd < 0 else 0, "epoll_create1")
    return fd


def epoll_add(epoll: int, fd: int, events: int, data: int) -> None:
    """Have an epoll watch ``fd``; unlike ``select.epoll`` with any ``data``."""

    class Event(ctypes.Structure):
        _pack_ = 1 if os.uname().machine == "x86_64" else 8
        _fields_ = (("events", ctypes.c_uint32), ("data", ctypes.c_uint64))

    _check(_libc.epoll_ctl(epoll, 1, fd, ctypes.byref(Event(events, data))), f"epoll_ctl {fd}")


def is_dumpable() -> bool:
    """Whether the files of this process in /proc are its user's own."""
    return bool(_libc.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 1)


def prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def hear_deaths_only() -> None:
    """SIGCHLD no longer comes when a child stops or goes on, only when it dies (sigaction: SA_NOCLDSTOP); its handler stays."""

    class Action(ctypes.Structure):
        _fields_ = (("handler", ctypes.c_void_p), ("mask", ctypes.c_byte * 128), ("flags", ctypes.c_int), ("restorer", ctypes.c_void_p))

    action = Action()
    _check(_libc.sigaction(signal.SIGCHLD, None, ctypes.byref(action)), "sigaction")
    action.flags |= _SA_NOCLDSTOP
    _check(_libc.sigaction(signal.SIGCHLD, ctypes.byref(action), None), "sigaction")


def drop_capabilities() -> None:
    """Give up every capability (capset version 3)."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)(0, 0, 0, 0, 0, 0)
    _check(_libc.syscall(_CAPSET[os.uname().machine], header, data), "capset")


def keep_capabilities_over_exec(*numbers: int) -> None:
    """Let a program that this process starts have these capabilities, whoever its user is (inheritable and ambient)."""
    low = sum(1 << number for number in numbers)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    current = (ctypes.c_uint32 * 6)()
    _check(_libc.syscall(_CAPGET[os.uname().machine], header, current), "capget")
    current[2] = low
    _check(_libc.syscall(_CAPSET[os.uname().machine], header, current), "capset")
    for number in numbers:
        _check(_libc.prctl(_PR_CAP_AMBIENT, 2, ctypes.c_ulong(number), 0, 0), "prctl ambient")


def landlock_abi() -> int:
    """The version of Landlock that this system has, 0 for none."""
    return max(int(_libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1)), 0)


def landlock_ruleset(handled: int) -> int:
    """A ruleset's file descriptor; ``handled`` are the accesses that it denies unless a rule allows them."""
    attributes = ctypes.c_uint64(handled)
    made = _libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    _check(made if made < 0 else 0, "landlock_create_ruleset")
    return int(made)


def landlock_allow(ruleset: int, access: int, path: str) -> None:
    """Allow ``access`` below ``path``."""

    class Beneath(ctypes.Structure):
        _pack_ = 1
        _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))

    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = Beneath(access, parent)
        _check(_libc.syscall(_LANDLOCK_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0), f"landlock_add_rule {path}")
    finally:
        os.close(parent)


def landlock_enter(ruleset: int) -> None:
    _check(_libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
