"""Whoever is killed, nothing is left: no process, no control group, no mount, no folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel_runtime.fleet import host_process
from kernel_runtime.host.processes import descendants

from .running import until

ROOT = Path(__file__).parents[2]
KERNEL = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from kernel_runtime import Lab
lab = Lab(mechanisms=sys.argv[2])
lab.function("idle", source="def handler(event, context): return 1").invoke()
busy = lab.function("busy", source="import time\\ndef handler(event, context):\\n    print('begun', flush=True)\\n    time.sleep(60)", timeout_s=90)
threading.Thread(target=busy.invoke, daemon=True).start()
while not lab.view("busy").in_use or lab.view("busy").initialising: pass
print(lab.host_pid, lab.home, flush=True)
threading.Event().wait()
"""
NEXT_LAB = "import sys; sys.path.insert(0, sys.argv[1]); from kernel_runtime import Lab; Lab().close()"


@pytest.mark.parametrize("mechanisms", ["best", "portable"])
@pytest.mark.parametrize("victim", ["kernel", "host and kernel"])
def test_a_kill_leaves_nothing(mechanisms: str, victim: str) -> None:
    kernel = subprocess.Popen([sys.executable, "-c", KERNEL, str(ROOT), mechanisms], stdout=subprocess.PIPE, text=True)
    try:
        assert kernel.stdout is not None
        host, home = kernel.stdout.readline().split()
        processes = [int(host), *descendants(int(host))]
        assert len(processes) >= 4  # the host, a zygote and two environments
        if victim == "host and kernel":
            os.kill(kernel.pid, signal.SIGSTOP)  # it must not have time to sweep
            os.kill(int(host), signal.SIGKILL)
        os.kill(kernel.pid, signal.SIGKILL)
        kernel.wait()
        until(lambda: not any(_runs(pid) for pid in processes))
        if victim == "host and kernel":  # nobody lives to remove folders: the next lab does
            subprocess.run([sys.executable, "-c", NEXT_LAB, str(ROOT)], check=True)
        until(lambda: not Path(home).exists())
        until(lambda: not _left_of(kernel.pid))
    finally:
        kernel.kill()
        kernel.wait()


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _left_of(kernel: int) -> list[str]:
    """Groups, folders and mounts that carry the kernel's process number."""
    name = f"serverless-lab-{kernel}-"
    groups = [os.path.join(folder, group) for folder, below, _ in os.walk("/sys/fs/cgroup") for group in below if group.startswith(name)]
    mounts = [line for line in Path("/proc/self/mounts").read_text().splitlines() if name in line]
    return groups + mounts + [str(path) for path in Path(tempfile.gettempdir()).glob(f"{name}*")]


def test_a_group_that_another_lab_removes_at_the_same_moment_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    group = tmp_path / "serverless-lab-1-x"
    (group / "7").mkdir(parents=True)

    def scandir(folder: str) -> Iterator[os.DirEntry[str]]:
        found = list(plain(folder))
        for entry in found:
            os.rmdir(entry.path)  # gone before it is looked into
        return iter(found)

    plain = os.scandir
    monkeypatch.setattr(host_process.os, "scandir", scandir)
    monkeypatch.setattr(host_process, "_groups", lambda: [str(group), str(tmp_path / "never-there")])
    monkeypatch.setattr(host_process, "_alive", lambda name: False)
    monkeypatch.setattr(host_process.tempfile, "gettempdir", lambda: str(tmp_path / "nothing"))
    host_process.sweep_leftovers()
