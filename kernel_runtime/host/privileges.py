"""What a new process gives up before the function's code is in it: rights, the machine's files, and more than its share of processes and descriptors."""

from __future__ import annotations

import os
import resource
import signal
from typing import Iterable, List

from . import kernel_calls as calls

OPEN_FILES = 1_024
PROCESSES = 1_024
MOST_PROCESSES = 64 * PROCESSES
"""Of one user together, where environments that are restored from one snapshot have one."""
STACK_MB = 8
_MB = 1024 * 1024

_READ = 0b1101  # execute, read a file, read a folder
_FIRST_VERSION = (1 << 13) - 1
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FILE = 0b0111 | _TRUNCATE  # execute, write, read, cut short


def limit_resources(tmp_mb: int, own_user: bool, for_snapshot: bool = False) -> None:
    """Descriptors, core dumps, file size, stack; processes only where the user is the environment's own, since they are counted by user. ``for_snapshot``:
    see ``share_user``."""
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, (tmp_mb + 1) * _MB)  # a little more: where /tmp is a file system of its own, that one is to say "no space left"
    _limit(resource.RLIMIT_STACK, STACK_MB * _MB)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if own_user:
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, MOST_PROCESSES if for_snapshot else PROCESSES))


def share_user() -> None:
    """Before others are forked from this process, whose user has then the processes of all of them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))


def limit_address_space(memory_mb: int) -> None:
    """A wide backstop where no cgroup holds memory: four times the memory, 2 GB, and the stacks of as many threads as there may be, since address space is
    not memory."""
    _limit(resource.RLIMIT_AS, (4 * memory_mb + 2_048 + STACK_MB * PROCESSES) * _MB)


def limit_own_processes() -> None:
    """In a user namespace of its own, where they are counted anew."""
    _limit(resource.RLIMIT_NPROC, PROCESSES)


def become(uid: int) -> None:
    """Another user, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def give_up_privileges() -> None:
    """No capabilities, none to be had again, and death with the parent."""
    calls.prctl(calls.PR_SET_NO_NEW_PRIVS, 1)
    calls.drop_capabilities()
    calls.prctl(calls.PR_SET_PDEATHSIG, signal.SIGKILL)


def landlock(readable: Iterable[str], writable: Iterable[str]) -> None:
    """From here on, only these folders (and below). Raises OSError where the system has no Landlock."""
    abi = calls.landlock_abi()
    everything = _FIRST_VERSION | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    ruleset = calls.landlock_ruleset(everything)
    try:
        for path in _there(readable):
            calls.landlock_allow(ruleset, _READ if os.path.isdir(path) else 0b0101, path)
        for path in _there(writable):
            calls.landlock_allow(ruleset, everything if os.path.isdir(path) else _FILE & everything, path)
        calls.landlock_enter(ruleset)
    finally:
        os.close(ruleset)


def _there(paths: Iterable[str]) -> List[str]:
    return [path for path in dict.fromkeys(paths) if path and os.path.exists(path)]


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))
