"""The worker host or an environment is killed while it runs an event: the event runs again, under its request id."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel_runtime import Lab

from .recording import until, view

SOURCE = "import time, os\ndef handler(event, context):\n    print('begun')\n    time.sleep(event['s'])\n"
ONCE = "import os, signal\ndef handler(event, context):\n    os.kill(os.getpid(), signal.SIGKILL)\n"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path, clock=100) as lab:
        yield lab


def test_the_worker_host_is_killed(lab: Lab) -> None:
    function = lab.function("f", source=SOURCE, timeout_s=10)
    id = function.send({"s": 0.5})
    until(lambda: lab.view("f").in_use == 1 and lab.view("f").initialising == 0)
    host = lab.host_pid
    assert host is not None
    os.kill(host, signal.SIGKILL)
    until(lambda: view(lab).result == "Success")
    assert [record.request_id for record in lab.records("f")] == [id]
    assert (view(lab).calls, view(lab).failures) == (1, 0), "that used up no attempt"


def test_the_environment_is_killed(lab: Lab) -> None:
    """A process that dies is the function's own failure, retried after a minute and two."""
    function = lab.function("f", source=ONCE)
    id = function.send()
    until(lambda: view(lab).calls == 3)
    assert {record.request_id for record in lab.records("f")} == {id}
    assert {record.error_type for record in lab.records("f")} == {"Runtime.ExitError"}
