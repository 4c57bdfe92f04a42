"""Every limit of the enforcement table, run into by a real function, with the best mechanisms of this machine and with the portable ones."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from .running import Running

GREEDY = """
import mmap, os, subprocess, sys, tempfile
kept = []
def handler(event, context):
    how, size_mb = event
    if how == 'heap':
        kept.append(bytearray(size_mb << 20))
    elif how == 'shared':
        kept.append(mmap.mmap(-1, size_mb << 20))
        kept[-1].write(bytes(size_mb << 20))
    elif how == 'child':
        program = f'x = bytearray({size_mb} << 20); print(len(x), flush=True); import time; time.sleep(20)'
        kept.append(subprocess.Popen([sys.executable or 'python3', '-c', program], stdout=subprocess.PIPE))
        kept[-1].stdout.readline()
    elif how == 'file':
        with open(tempfile.gettempdir() + '/file', 'wb') as file:
            for _ in range(size_mb):
                file.write(bytes(1 << 20))
    return size_mb
"""


@pytest.mark.parametrize("how", ["heap", "shared", "child"])
def test_memory_above_the_limit_kills(running: Running, how: str) -> None:
    place = running.ready(GREEDY)
    assert place([how, 40]) == 40
    place = running.ready(GREEDY)
    died = place.answer([how, 400])
    assert (died.cause, died.max_memory_mb) == ("out_of_memory", 128)
    assert place.restarted().cause == "answered"
    assert place(["heap", 40]) == 40


def test_memory_just_below_the_limit_is_given(running: Running) -> None:
    used = running.ready(GREEDY).answer(["heap", 1]).max_memory_mb
    place = running.ready(GREEDY, memory_mb=256)
    answer = place.answer(["heap", 256 - used - 8])
    assert answer.cause == "answered"
    assert 256 - 12 <= answer.max_memory_mb <= 256


def test_the_limit_holds_in_the_init_too(running: Running) -> None:
    died = running.environment("kept = bytearray(400 << 20)\ndef handler(event, context): ...\n").initialised()
    assert (died.cause, died.max_memory_mb) == ("out_of_memory", 128)


def test_files_in_tmp_are_not_memory(running: Running) -> None:
    """Also for the process that comes after: the files stay, and it begins with all of its memory."""
    place = running.ready(GREEDY)
    assert place(["file", 300]) == 300
    assert place.answer(["heap", 400]).cause == "out_of_memory"
    assert place.restarted().cause == "answered"
    assert place(["heap", 60]) == 60
    assert place.answer(["heap", 100]).cause == "out_of_memory"


def test_tmp_has_a_size(running: Running) -> None:
    place = running.ready(GREEDY, memory_mb=1_769)
    answer = place.answer(["file", 700])
    if "tmpfs" in running.mechanism("/tmp size"):
        assert answer.error_type == "OSError" and b"No space left on device" in answer.payload
        assert place(["heap", 1]) == 1
    else:
        assert answer.error_type == "OSError" or answer.cause == "tmp_full"  # RLIMIT_FSIZE or the watch, whichever is first


def test_tmp_of_many_files_has_a_size(running: Running) -> None:
    source = """
import tempfile
def handler(event, context):
    for number in range(7):
        with open(f'{tempfile.gettempdir()}/{number}', 'wb') as file:
            for _ in range(100):
                file.write(bytes(1 << 20))
    import time
    time.sleep(20)
"""
    answer = running.ready(source, memory_mb=1_769).answer()
    assert answer.error_type == "OSError" or answer.cause == "tmp_full"
    if answer.cause == "tmp_full":
        assert b"/tmp grew over its 512 MB" in answer.log


def test_each_environment_has_a_tmp_of_its_own(running: Running) -> None:
    source = """
import os, tempfile
def handler(event, context):
    open(tempfile.gettempdir() + '/mine', 'x').close()
    return os.listdir(tempfile.gettempdir())
"""
    assert running.ready(source)() == running.ready(source)() == ["mine"]


def test_it_can_start_its_own_interpreter(running: Running) -> None:
    source = """
import subprocess, sys
def handler(event, context):
    return subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True, check=True).stdout
"""
    assert running.ready(source, memory_mb=1_769)() == "42\n"


FILES = """
import os
def handler(event, context):
    found = {}
    for path in event:
        try:
            with open(path, 'a') as file:
                found[path] = 'written'
        except OSError as why:
            found[path] = type(why).__name__
    return found
"""


def test_files_it_may_not_write(running: Running) -> None:
    if not running.mechanism("files"):
        pytest.skip("this machine has neither mount namespaces nor Landlock; doctor says so")
    place = running.ready(FILES)
    forbidden = ["/etc/new", "/usr/new", os.path.expanduser("~/new"), os.path.join(os.getcwd(), "new")]
    if "namespace" in running.mechanism("files"):
        forbidden += ["/var/task/new", "/opt/new", "/new"]
    else:
        forbidden = [path for path in forbidden if not path.startswith("/tmp/")]  # the machine's /tmp may be written to, as doctor says
    assert "written" not in place(forbidden).values()
    assert not any(os.path.exists(path) for path in forbidden)


def test_files_of_others_are_neither_seen_nor_cut_short(running: Running) -> None:
    if not running.mechanism("files"):
        pytest.skip("this machine has neither mount namespaces nor Landlock; doctor says so")
    source = """
import os
def handler(event, context):
    done = []
    for attempt in (lambda: open(event).read(), lambda: os.truncate(event, 0), lambda: os.unlink(event), lambda: os.rename(event, event + 'x')):
        try:
            attempt()
            done.append(True)
        except OSError:
            done.append(False)
    return done
"""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # not under /tmp, which is the machine's own where there are no namespaces
        os.chmod(folder, 0o777)
        path = Path(folder, "notebook.ipynb")
        path.write_text("precious")
        path.chmod(0o666)
        assert running.ready(source)(str(path)) == [False] * 4
        assert path.read_text() == "precious"


def test_in_its_own_tmp_it_may_do_anything(running: Running) -> None:
    source = """
import os, tempfile
def handler(event, context):
    a, b = tempfile.mkdtemp(), tempfile.mkdtemp()
    open(a + '/x', 'w').write('text')
    os.rename(a + '/x', b + '/y')
    os.truncate(b + '/y', 2)
    os.symlink(b + '/y', a + '/link')
    return open(a + '/link').read()
"""
    assert running.ready(source)() == "te"


def test_descriptors_are_limited(running: Running) -> None:
    source = """
import os
def handler(event, context):
    held = []
    try:
        while len(held) < 5_000:
            held.append(os.open('/dev/null', os.O_RDONLY))
    except OSError as why:
        return [why.errno, len(held)]
    finally:
        for fd in held:
            os.close(fd)
"""
    errno, number = running.ready(source)()
    assert errno == 24 and 1_000 <= number < 1_024


def test_processes_are_limited(running: Running) -> None:
    if not running.mechanism("processes"):
        pytest.skip("neither a cgroup nor a user of its own to count processes by here; doctor says so")
    source = """
import threading
def handler(event, context):
    stop, begun = threading.Event(), []
    try:
        while len(begun) < 3_000:
            thread = threading.Thread(target=stop.wait)
            thread.start()
            begun.append(thread)
    except RuntimeError:
        pass
    stop.set()
    return len(begun)
"""
    assert 900 <= running.ready(source, memory_mb=1_024)(timeout_s=60) <= 1_024


def test_no_privileges_are_left(running: Running) -> None:
    source = """
import os
def handler(event, context):
    status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
    capabilities = {int(status[name], 16) for name in ('CapEff', 'CapPrm', 'CapAmb')}
    return {'uid': os.getuid(), 'groups': os.getgroups(), 'no_new': status['NoNewPrivs'], 'capabilities': capabilities == {0}}
"""
    seen = running.ready(source)()
    assert (seen["no_new"], seen["capabilities"]) == ("1", True)
    if "user of its own" in running.mechanism("privileges"):
        assert seen["uid"] not in (0, os.getuid()) and seen["groups"] == []
        assert running.ready(source)()["uid"] != seen["uid"]


def test_it_sees_neither_the_lab_nor_its_descriptors(running: Running) -> None:
    source = """
import os, sys
def handler(event, context):
    try:
        import kernel_runtime
    except ImportError:
        lab = False
    else:
        lab = True
    held = []
    for fd in os.listdir('/proc/self/fd'):
        try:
            held.append(os.readlink(f'/proc/self/fd/{fd}').partition(':')[0])
        except OSError:
            pass  # that of listdir itself
    return [lab, [m for m in sys.modules if m.startswith('kernel_runtime')], held]
"""
    lab, modules, held = running.ready(source)()
    assert (lab, modules) == (False, [])
    assert [h for h in held if h == "socket"] == ["socket"], held
    assert not [h for h in held if h in ("pipe", "anon_inode")], held


def test_a_core_is_shared_by_memory(running: Running) -> None:
    """At 128 MB a function gets 7.2 % of a core: CPU time used against the clock, over at least a second. How exactly is measured by the bench."""
    source = """
import time
def handler(event, context):
    began, cpu = time.monotonic(), time.process_time()
    while time.monotonic() - began < 2:
        pass
    return (time.process_time() - cpu) / (time.monotonic() - began)
"""
    assert 0.04 < running.ready(source)() < 0.11


def test_children_are_held_to_the_share_too(running: Running) -> None:
    source = """
import os, time
def handler(event, context):
    children = []
    for _ in range(3):
        pid = os.fork()
        if not pid:
            end = time.monotonic() + 2
            while time.monotonic() < end:
                pass
            os._exit(0)
        children.append(pid)
    began = time.monotonic()
    used = [os.wait4(pid, 0)[2] for pid in children]
    return sum(u.ru_utime + u.ru_stime for u in used) / (time.monotonic() - began)
"""
    assert 0.04 < running.ready(source, memory_mb=128)() < 0.15


def test_doctor_tells_every_limit(running: Running) -> None:
    limits = {row.limit for row in running.fleet.doctor()}
    wanted = {
        "memory", "CPU share", "timeout and init limit", "/tmp size", "files", "processes", "open files", "privileges", "freeze between invocations",
        "SnapStart", "network",
    }  # fmt: skip
    assert limits == wanted
