"""Real snapshots, and environments that are restored from them: what is theirs alone, what is common, and the limits that hold for each."""

from __future__ import annotations

import os
import socket

import pytest

from kernel_runtime.control.facts import EnvironmentDied

from .running import Place, Running, until

LIFE = """
import os, random, tempfile
print('initialised')
calls, initialised_by = 0, os.getpid()
with open(tempfile.gettempdir() + '/inits', 'a') as file: file.write('once ')
def handler(event, context):
    global calls
    calls += 1
    return [calls, initialised_by, os.getpid(), random.random(), open(tempfile.gettempdir() + '/inits').read(), context.log_stream_name]
"""
HOOKS = """
import os
from snapshot_restore_py import register_after_restore, register_before_snapshot
told = []
@register_before_snapshot
def one(): told.append('before one')
@register_before_snapshot
def two(): told.append('before two')
register_after_restore(told.append, 'after one')
register_after_restore(lambda what: told.append(what), what='after two')
def handler(event, context): return [told, os.environ['AWS_LAMBDA_INITIALIZATION_TYPE'], 'AWS_LAMBDA_LOG_STREAM_NAME' in os.environ]
"""


def snapshot(running: Running, source: str, **more: object) -> Place:
    """A snapshot that is there."""
    place = running.environment(source, ahead="snapshot", **more)
    init = place.initialised()
    assert (init.cause, init.restored) == ("answered", False), (init, init.log.decode())
    assert running.fleet.has_snapshot(place.function)
    return place


def restored(running: Running, of: Place) -> Place:
    """One more environment of a version, restored."""
    place = running.another(of)
    restore = place.initialised()
    assert (restore.cause, restore.restored) == ("answered", True), (restore, restore.log.decode())
    assert 0 < restore.billed_ms <= restore.duration_ms
    return place


def test_many_are_restored_and_the_init_runs_once(running: Running) -> None:
    template = snapshot(running, LIFE)
    environments = [restored(running, template) for _ in range(3)]
    first = [place() for place in environments]
    assert [answer[0] for answer in first] == [1, 1, 1], "what one changes is its own"
    assert {answer[1] for answer in first}.isdisjoint({answer[2] for answer in first}) and len({answer[2] for answer in first}) == 3
    assert {answer[4] for answer in first} == {"once "}
    assert len({answer[5] for answer in first}) == 3
    assert [place()[0] for place in environments] == [2, 2, 2]


def test_random_goes_on_where_the_snapshot_was_as_on_aws(running: Running) -> None:
    template = snapshot(running, LIFE)
    assert restored(running, template)()[3] == restored(running, template)()[3]


def test_hooks_run_in_their_order_in_a_process_that_is_told_how_it_began(running: Running) -> None:
    template = snapshot(running, HOOKS)
    for _ in range(2):
        assert restored(running, template)() == [["before two", "before one", "after one", "after two"], "snap-start", False]


@pytest.mark.parametrize("how", ["raise ValueError('no')", "raise SystemExit(3)"])
def test_a_before_snapshot_hook_that_fails(running: Running, how: str) -> None:
    source = f"import snapshot_restore_py\n@snapshot_restore_py.register_before_snapshot\ndef hook():\n    {how}\ndef handler(event, context): ...\n"
    place = running.environment(source, ahead="snapshot")
    init = place.initialised()
    assert (init.cause, init.detail, init.error_type) == ("exit", 64, "Runtime.BeforeSnapshotError")
    assert not running.fleet.has_snapshot(place.function)


def test_an_after_restore_hook_that_fails(running: Running) -> None:
    source = "from snapshot_restore_py import *\ndef hook():\n    1 / 0\nregister_after_restore(hook)\ndef handler(event, context): ...\n"
    place = running.another(snapshot(running, source))
    for restore in (place.initialised(), place.restarted()):
        assert (restore.cause, restore.detail, restore.error_type, restore.restored) == ("exit", 65, "Runtime.AfterRestoreError", True)
        assert b"ZeroDivisionError" in restore.log and b'"requestId": ""' in restore.payload
    snapshot(running, LIFE)
    told = [running.facts.get_nowait() for _ in range(running.facts.qsize())]
    assert not [fact for fact in told if isinstance(fact, EnvironmentDied) and fact.environment_id == place.number], "who waited for it knows"


def test_a_restore_may_take_only_so_long(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel_runtime.fleet.local.RESTORE_TIMEOUT_S", 1.0)
    source = "import time\nfrom snapshot_restore_py import *\nregister_after_restore(time.sleep, 60)\ndef handler(event, context): ...\n"
    restore = running.another(snapshot(running, source)).initialised()
    assert (restore.cause, restore.restored) == ("timeout", True)


def test_a_handler_that_is_killed_is_restored_into_the_same_place(running: Running) -> None:
    source = LIFE.replace("    calls += 1\n", "    calls += 1\n    if event: os._exit(9)\n")
    place = restored(running, snapshot(running, source))
    assert place.answer(True).detail == 9
    again = place.restarted()
    assert (again.cause, again.restored) == ("answered", True)
    assert place(False)[0] == 1


MEMORY = """
import tempfile
held = bytearray(b'x') * (60 << 20)
kept = []
def handler(event, context):
    how, size_mb = event
    if how == 'touch':
        held[:: 4096] = bytes(len(range(0, len(held), 4096)))
    elif how == 'file':
        with open(tempfile.gettempdir() + '/file', 'wb') as file:
            for _ in range(size_mb): file.write(bytes(1 << 20))
    else:
        kept.append(bytearray(b'y') * (size_mb << 20))
    return size_mb
"""


def test_each_has_the_memory_of_its_function(running: Running) -> None:
    """What it shares with the snapshot counts, also once it has written to it."""
    template = snapshot(running, MEMORY)
    one, other = restored(running, template), restored(running, template)
    assert one(["touch", 0]) == 0
    assert one(["heap", 20]) == other(["heap", 20]) == 20
    died = other.answer(["heap", 500])
    assert (died.cause, died.max_memory_mb) == ("out_of_memory", 128)
    assert one.answer(["heap", 60]).cause == "out_of_memory"
    assert other.restarted().cause == "answered" and other(["heap", 20]) == 20
    assert running.fleet.has_snapshot(template.function)


def test_tmp_is_each_ones_own_and_has_its_size(running: Running) -> None:
    template = snapshot(running, MEMORY, memory_mb=1_769)
    one, other = restored(running, template), restored(running, template)
    assert one(["file", 300]) == 300
    answer = one.answer(["file", 700])
    assert answer.error_type == "OSError" or answer.cause == "tmp_full"
    assert other(["file", 300]) == 300


FILES = """
import os, tempfile
tmp = tempfile.gettempdir()
os.makedirs(tmp + '/a/b'); os.symlink('a/b', tmp + '/link')
open(tmp + '/a/b/deep', 'w').write('deep'); os.chmod(tmp + '/a/b/deep', 0o640)
log = open(tmp + '/log', 'a+')
log.write('init '); log.flush()
def handler(event, context):
    tmp = tempfile.gettempdir()
    log.write(event); log.flush()
    return [open(tmp + '/link/deep').read(), os.stat(tmp + '/a/b/deep').st_mode & 0o777, open(tmp + '/log').read()]
"""


def test_what_init_left_in_tmp_is_there_and_open_files_are_its_own(running: Running) -> None:
    template = snapshot(running, FILES)
    one, other = restored(running, template), restored(running, template)
    assert one("one") == ["deep", 0o640, "init one"]
    assert other("other") == ["deep", 0o640, "init other"]


def test_connections_of_the_init_are_closed(running: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = f"import socket\nconnection = socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))\n"
        template = snapshot(running, source + "def handler(event, context): return connection.recv(1).decode()\n")
        theirs, _ = server.accept()
        with theirs:
            theirs.sendall(b"x" * 8)
            assert restored(running, template)() == restored(running, template)() == ""


LOOP = """
import asyncio, os, select, socket
loop = asyncio.new_event_loop()
read, write = os.pipe()
ours, theirs = socket.socketpair()
async def answer(event):
    await loop.run_in_executor(None, int)
    return event
loop.run_until_complete(answer(0))
def handler(event, context):
    if event == 'tell':
        os.write(write, b'x'); theirs.send(b'y'); loop._csock.send(b'z')
        return os.read(read, 9).decode() + ours.recv(9).decode()
    if event == 'hear':
        return select.select([read, ours, loop._ssock], [], [], 0)[0] == []
    return loop.run_until_complete(answer(event))
"""


def test_an_event_loop_of_the_init_is_each_ones_own(running: Running) -> None:
    template = snapshot(running, LOOP)
    one, other = restored(running, template), restored(running, template)
    assert one("tell") == "xy" and other("hear") is True
    assert [one(1), other(2), one(3)] == [1, 2, 3]


THREADS = """
import concurrent.futures, threading
pool = concurrent.futures.ThreadPoolExecutor(2)
assert list(pool.map(abs, [-1, -2])) == [1, 2]
threading.Thread(target=threading.Event().wait, name='refresher', daemon=True).start()
def handler(event, context):
    return [list(pool.map(abs, event)), 'refresher' in [thread.name for thread in threading.enumerate()]]
"""


def test_thread_pools_of_the_init_work_and_threads_are_said_to_be_lost(running: Running) -> None:
    template = running.environment(THREADS, ahead="snapshot")
    said = template.initialised().log.decode()
    assert said == "[the lab restores no threads: this version's environments will not have refresher, which its init has begun]\n"
    assert restored(running, template)([-3, -4, -5]) == [[3, 4, 5], False]


def test_a_package_of_the_functions_own_comes_first(running: Running) -> None:
    function = running.function("import snapshot_restore_py\ndef handler(event, context): return snapshot_restore_py.mine\n")
    (running.root / function.code_sha256 / "snapshot_restore_py.py").write_text("mine = 7\nget_before_snapshot = get_after_restore = lambda: []\n")
    place = Place(running, next(running._numbers), function)
    running.fleet.start(place.number, function, ahead="snapshot")
    assert place.initialised().cause == "answered"
    assert restored(running, place)() == 7


def test_layers_and_what_is_imported_only_in_a_call_are_found(running: Running) -> None:
    (running.root / "layers" / "python").mkdir(parents=True, exist_ok=True)
    (running.root / "layers" / "python" / "of_a_layer.py").write_text("mine = 8\n")
    source = "def handler(event, context):\n    import of_a_layer, colorsys\n    return [of_a_layer.mine, colorsys.rgb_to_hsv(0, 0, 0)[0]]\n"
    template = snapshot(running, source, layers=("arn:aws:lambda:us-east-1:000000000000:layer:l:1",))
    assert restored(running, template)() == [8, 0.0]


def test_its_user_has_no_rights_and_may_not_write_where_others_read(running: Running) -> None:
    source = """
import os
def handler(event, context):
    status = dict(line.rstrip().split(':\\t') for line in open('/proc/self/status') if line.startswith(('CapEff', 'NoNewPrivs')))
    tried = []
    for folder in ('/usr', '/etc', os.environ['LAMBDA_TASK_ROOT'] if event else '/usr'):
        try: tried.append(open(folder + '/new', 'w'))
        except OSError: pass
    return [status['CapEff'], status['NoNewPrivs'], len(tried)]
"""
    place = restored(running, snapshot(running, source))
    assert place("/var/task" if running.mechanism("files").startswith("a root") else "") == ["0" * 16, "1", 0]


def test_what_a_restored_handler_starts_dies_with_it(running: Running) -> None:
    source = (
        "import os, subprocess\n"
        "def handler(event, context):\n"
        "    child = subprocess.Popen(['sleep', '600'], start_new_session=True).pid\n"
        "    if event: os._exit(1)\n"
        "    return child\n"
    )
    template = snapshot(running, source)
    place, beside = restored(running, template), restored(running, template)
    child, kept = place(False), beside(False)
    assert place.answer(True).cause == "exit"
    until(lambda: not os.path.exists(f"/proc/{child}"))
    running.fleet.stop(beside.number)
    until(lambda: not os.path.exists(f"/proc/{kept}"))
    assert restored(running, template)(False)


def test_a_snapshot_that_is_stopped_or_dead_is_none(running: Running) -> None:
    template = snapshot(running, LIFE)
    place = restored(running, template)
    running.fleet.stop(template.number)
    assert not running.fleet.has_snapshot(template.function)
    assert place()[0] == 1, "what was restored from it goes on"
    cold = running.another(template)
    init = cold.initialised()
    assert (init.cause, init.restored, init.log) == ("answered", False, b"initialised\n")
    template = snapshot(running, LIFE)
    running.fleet.interrupt(template.number)
    until(lambda: not running.fleet.has_snapshot(template.function))


def test_a_start_is_cold_where_the_snapshot_dies_just_then(running: Running) -> None:
    template = snapshot(running, LIFE)
    held = dict(running.fleet._snapshots)
    running.fleet.stop(template.number)
    running.fleet._snapshots = held  # as if its death had not been heard of yet
    place = running.another(template)
    init = place.initialised()
    assert (init.cause, init.restored, place()[0]) == ("answered", False, 1)
    running.fleet._snapshots = {}


def test_a_start_is_cold_where_the_snapshot_does_not_come_out_of_its_fork(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel_runtime.fleet.local.RESTORE_TIMEOUT_S", 1.0)
    template = snapshot(running, "import os, time\nos.register_at_fork(before=lambda: time.sleep(600))\n" + LIFE)
    init = running.another(template).initialised()
    assert (init.cause, init.restored) == ("answered", False)
    until(lambda: not running.fleet.has_snapshot(template.function))


def test_the_death_of_a_snapshot_is_told(running: Running) -> None:
    template = snapshot(running, LIFE)
    os.kill(running.fleet._places[template.number].group, 9)
    while (told := running.fact(EnvironmentDied)).environment_id != template.number:
        pass  # of tests before
    assert told.cause == "signal" and not running.fleet.has_snapshot(template.function)
