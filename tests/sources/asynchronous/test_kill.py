"""A kernel that is killed at any moment loses no event that it has accepted.

``SERVERLESS_LAB_KILLS``: how often; more than the suite's own number for a soak.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
from pathlib import Path

from kernel_runtime.fleet.fake import Script

from .recording import lines, recording_lab, until

KILLS = int(os.environ.get("SERVERLESS_LAB_KILLS", "20"))
THREADS = 3


def accept_until_killed(home: Path, ran: Path, accepted: Path) -> None:
    """The kernel that will be killed: threads that send, each writing down what was accepted once it was; meanwhile events run."""
    lab = recording_lab(home, ran, lambda name, count: Script(0.0 if count % 3 else 0.002))
    function = lab.functions.get("f") or lab.function("f", source="def handler(event, context): ...")
    out = os.open(accepted, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def send() -> None:
        while True:
            os.write(out, f"{function.send({})}\n".encode())

    for _ in range(THREADS):
        threading.Thread(target=send).start()


def test_every_accepted_event_runs_however_often_the_kernel_is_killed(tmp_path: Path) -> None:
    home, ran, accepted = tmp_path / "home", tmp_path / "ran", tmp_path / "accepted"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kernel_runtime.lab", __name__])
    chance = random.Random(5)
    for _ in range(KILLS):
        before, more = len(lines(accepted)), chance.choice([1, 2, 10, 50, 200])
        kernel = context.Process(target=accept_until_killed, args=(home, ran, accepted), daemon=True)
        kernel.start()
        until(lambda: len(lines(accepted)) >= before + more)  # noqa: B023
        assert kernel.pid is not None
        os.kill(kernel.pid, signal.SIGKILL)
        kernel.join()
        assert len(lines(accepted)) >= before + more
    wanted = set(lines(accepted))
    with recording_lab(home, ran) as lab:
        until(lambda: wanted <= set(lines(ran)) and not sum(view.backlog or 0 for view in lab.sources("f")))
    assert not wanted - set(lines(ran))
    with recording_lab(home, tmp_path / "none") as lab:
        assert lab.sources("f") == [], "what is done with is gone from the queue"
