"""The thread that carries what calls functions by itself."""

from __future__ import annotations

import asyncio
import threading

from kernel_runtime.sources.loop import SourcesLoop


def test_work_is_carried_and_its_result_comes_back() -> None:
    async def work() -> str:
        return threading.current_thread().name

    loop = SourcesLoop()
    assert loop.run(work()).result(10) == "serverless-lab-sources"
    loop.close()


def test_closing_breaks_off_what_is_not_done() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def forever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    loop = SourcesLoop()
    loop.run(forever())
    assert begun.wait(10)
    loop.close()
    assert ended.is_set()
    assert loop.run(forever()).cancelled()
    loop.close()
