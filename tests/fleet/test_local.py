"""One environment's life in the real worker host: init, invocations, deaths and their reasons, new processes in the old place."""

from __future__ import annotations

import asyncio
import json
import os
import signal

import pytest

from kernel_runtime.control.facts import EnvironmentDied, HostLost, MachineMeasured
from kernel_runtime.fleet.base import awaiting
from kernel_runtime.model.invocation import Invocation

from .running import FACT_S, Running, until

ECHO = "def handler(event, context):\n    return event\n"
PID = "import os\ndef handler(event, context):\n    return os.getpid()\n"


def test_an_init_and_two_invocations(running: Running) -> None:
    place = running.environment("print('imported')\n" + ECHO)
    init = place.initialised()
    assert (init.cause, init.log) == ("answered", b"imported\n")
    assert init.duration_ms > 0 and 1 <= init.max_memory_mb <= 128
    assert [place(1), place({"two": "✓"})] == [1, {"two": "✓"}]


def test_a_call_from_an_event_loop(running: Running) -> None:
    place = running.ready(ECHO)
    invocation = Invocation("r", place.function.arn, b'"awaited"')
    answer = asyncio.run(awaiting(running.fleet.exchange(place.number, invocation, 5.0)))
    assert (answer.cause, json.loads(answer.payload)) == ("answered", "awaited")


def test_output_belongs_to_its_own_invocation(running: Running) -> None:
    place = running.ready("import os\ndef handler(event, context):\n    print(event)\n    os.system('echo a child too')\n")
    for text in ("first", "second"):
        assert place.answer(text).log.decode().splitlines() == [text, "a child too"]


@pytest.mark.parametrize(("code", "cause", "detail"), [("os._exit(7)", "exit", 7), ("os.kill(os.getpid(), 11)", "signal", 11), ("os._exit(0)", "exit", 0)])
def test_a_death_in_a_call_tells_its_reason(running: Running, code: str, cause: str, detail: int) -> None:
    place = running.ready(f"import os\nprint('imported')\ndef handler(event, context):\n    if event: {code}\n    return 'again'\n")
    died = place.answer(True)
    assert (died.cause, died.detail, died.alive) == (cause, detail, False)
    assert place.restarted().cause == "answered"
    assert place(False) == "again"


def test_an_init_that_fails_says_why_and_the_place_stays(running: Running) -> None:
    place = running.environment("import no_such_module\n")
    for init in (place.initialised(), place.restarted()):
        assert (init.cause, init.error_type) == ("exit", "Runtime.ImportModuleError")
        assert json.loads(init.payload)["errorMessage"] == "Unable to import module 'index': No module named 'no_such_module'"


def test_an_init_that_exits(running: Running) -> None:
    init = running.environment("import os\nos._exit(3)\n").initialised()
    assert (init.cause, init.detail) == ("exit", 3)


def test_an_init_may_take_only_so_long(running: Running) -> None:
    place = running.environment("import os, time\nif os.path.exists(os.environ.get('TMPDIR', '/tmp') + '/mark'):\n    time.sleep(60)\n" + _MARKS)
    assert place.initialised().cause == "answered"
    assert place("mark") is None
    running.fleet.interrupt(place.number)
    assert place.restarted(timeout_s=1.0).cause == "timeout"


_MARKS = """
import tempfile
def handler(event, context):
    open(tempfile.gettempdir() + '/' + event, 'w').close()
"""


def test_a_timeout_kills_all_of_its_processes(running: Running) -> None:
    """Also a child with a session of its own, and one whose parent has gone."""
    source = """
import os, subprocess, time
def handler(event, context):
    subprocess.Popen(['sleep', '600.5'], start_new_session=True)
    subprocess.Popen(['sh', '-c', 'setsid sleep 600.5 & exit'])
    subprocess.Popen(['sleep', '600.5'])
    time.sleep(600)
"""
    place = running.ready(source, memory_mb=512)
    before = sleepers()
    answers = place.beside(timeout_s=1.0)
    while len(sleepers() - before) < 3 and answers.empty():
        pass
    begun = sleepers() - before
    assert answers.get(timeout=FACT_S).cause == "timeout"
    assert len(begun) == 3
    until(lambda: not begun & sleepers())


def sleepers() -> set[int]:
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if file.read() == b"sleep\x00600.5\x00":
                    found.add(int(name))
        except OSError:
            pass
    return found


def test_what_a_dead_process_leaves_behind_dies_with_it(running: Running) -> None:
    source = "import os, subprocess\ndef handler(event, context):\n    subprocess.Popen(['setsid', 'sleep', '600.5'])\n    os._exit(1)\n"
    before = sleepers()
    assert running.ready(source, memory_mb=512).answer().cause == "exit"
    until(lambda: not sleepers() - before)


def test_an_interrupted_call(running: Running) -> None:
    place = running.ready("import time\nprint('go')\ndef handler(event, context):\n    time.sleep(event)\n    return 'slept'\n")
    answers = place.beside(600)
    running.fleet.interrupt(place.number)
    assert answers.get(timeout=FACT_S).cause == "interrupted"
    assert place.restarted().cause == "answered"
    assert place(0) == "slept"


def test_a_death_while_idle_is_told(running: Running) -> None:
    place = running.ready(PID)
    os.kill(place(), signal.SIGKILL)
    while True:
        died = running.fact(EnvironmentDied)
        if died.environment_id == place.number:
            break
    assert place.restarted().cause == "answered"


def test_what_runs_is_measured(running: Running) -> None:
    running.ready(ECHO)
    while not isinstance(told := running.facts.get(timeout=FACT_S), MachineMeasured):
        pass
    assert told.available_mb > 0 and told.cpu_due_s >= told.cpu_obtained_s >= 0.0


def test_between_calls_nothing_runs(running: Running) -> None:
    source = """
import threading
count = 0
def work():
    global count
    while True:
        count += 1
def handler(event, context):
    if event:
        threading.Thread(target=work, daemon=True).start()
    return os.getpid(), count
import os
"""
    place = running.ready(source)
    pid, _ = place(True)
    until(lambda: state_of(pid) == "T")


def state_of(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


def test_a_stopped_environment_is_gone(running: Running) -> None:
    place = running.ready(PID)
    pid = place()
    running.fleet.stop(place.number)
    running.fleet.stop(place.number)
    until(lambda: not os.path.exists(f"/proc/{pid}"))


def test_when_the_host_is_killed_another_takes_over(running: Running) -> None:
    """In flight: lost. Idle: lost at its next call. Both places serve again."""
    busy, idle = running.ready("import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'served'\n"), running.ready(PID)
    pid = idle()
    host = running.fleet.host_pid
    assert host is not None
    answers = busy.beside(600)
    os.kill(host, signal.SIGKILL)
    assert answers.get(timeout=FACT_S).cause == "lost"
    running.fact(HostLost)
    until(lambda: not os.path.exists(f"/proc/{pid}"))
    assert idle.answer().cause == "lost"
    assert running.fleet.host_pid not in (None, host)
    assert [busy.restarted().cause, busy(0)] == ["answered", "served"]


def test_when_a_zygote_is_killed_the_next_call_works(running: Running) -> None:
    place = running.ready("import os\ndef handler(event, context):\n    return [os.getpid(), os.getppid()]\n")
    pid, zygote = place()
    os.kill(zygote, signal.SIGKILL)
    until(lambda: not os.path.exists(f"/proc/{pid}"))
    assert place.answer().cause == "signal"
    assert place.restarted().cause == "answered"
    assert place()[1] != zygote


def test_a_provisioned_version_is_told_what_it_is_and_waits_frozen(running: Running) -> None:
    source = "import os\nprint('imported')\ndef handler(event, context):\n"
    source += "    names = 'AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_LOG_STREAM_NAME'.split()\n"
    source += "    return [os.environ[name] for name in names] + [context.function_version, context.log_stream_name, os.getpid()]\n"
    place = running.environment(source, ahead="provisioned", version="4")
    assert place.initialised().log == b"imported\n"
    kind, version, stream, told_version, told_stream, _ = place()
    assert (kind, version, told_version) == ("provisioned-concurrency", "4", "4")
    assert stream == told_stream and "/[4]" in stream
    on_demand = running.ready(source)
    assert on_demand()[:2] == ["on-demand", "$LATEST"]


def test_a_provisioned_init_stops_what_it_began(running: Running) -> None:
    source = "import threading, time\nbeats = []\ndef beat():\n    while True:\n        beats.append(1)\n        time.sleep(0.005)\n"
    source += "threading.Thread(target=beat, daemon=True).start()\ndef handler(event, context):\n    return len(beats)\n"
    place = running.environment(source, ahead="provisioned")
    assert place.initialised().cause == "answered"
    running.ready("import time\ndef handler(event, context):\n    time.sleep(1)\n")()
    assert place() < 100, "its thread stood still while another environment worked for the time of two hundred beats"
