"""The companion's life, from the door's side: started by the first call that needs it, told where the door is through a pipe, ended with the door.

The pipe is also its lifeline: when the door's process is gone, however that came about, the companion reads its end and goes too.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from ..model.errors import AwsError
from .credentials import Key
from .denials import ServiceNotInstalledException, ServiceUnavailableException

START_TIMEOUT_S = 30.0
RETRY_AFTER_S = 2.0
"""A companion that would not start is not tried again before; its refusal is told meanwhile."""
LAST_WORDS = 100
_ROOT = str(Path(__file__).parents[2])


class CompanionProcess:
    """Belongs to the door's loop. At most one process at a time. ``begun``: called when one has been started, which holds nothing yet."""

    def __init__(self, begun: Callable[[], None] = lambda: None) -> None:
        self._begun = begun
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._origin = ""
        self._told: dict[str, str] = {}
        self._refusal: tuple[float, AwsError] | None = None
        self._listening: asyncio.Task[None] | None = None
        self.last_words: deque[str] = deque(maxlen=LAST_WORDS)
        """What it last wrote to its standard error, such as a traceback of moto's."""

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def origin_now(self) -> str:
        """Where it answers at this moment; empty where it does not run. May be asked from any thread."""
        return self._origin if self.pid is not None else ""

    @property
    def known_origin(self) -> str:
        """Where it is, empty while it does not run; nothing is started."""
        return self._origin if self.pid is not None else ""

    def tell(self, door_url: str, owner: Key, own: Key) -> None:
        """What the companion needs for calling the lab's functions; ``own`` is its own key."""
        self._told = {"door": door_url, "secret": owner.secret or "", "own_key": own.access_key, "own_secret": own.secret or ""}

    async def origin(self) -> str:
        """``http://127.0.0.1:PORT``, started if it is not running. Raises ServiceNotInstalledException or ServiceUnavailableException with the mend."""
        if self.pid is not None and self._origin:
            return self._origin
        async with self._lock:
            if self.pid is None:
                if self._refusal is not None and time.monotonic() < self._refusal[0]:
                    raise self._refusal[1].with_traceback(None)
                await self._start()
            return self._origin

    async def lost(self) -> None:
        """It does not answer: what is left of it ends."""
        async with self._lock:
            await self._end()

    async def stop(self) -> None:
        await self._end()

    async def _start(self) -> None:
        self._origin = ""
        path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
        command = [sys.executable, "-P", "-m", "kernel_runtime.endpoint.companion"]
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**variables, "PYTHONPATH": path},
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None and self._process.stderr is not None
        self._listening = asyncio.get_running_loop().create_task(self._listen(self._process.stderr))
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                self._process.stdin.write(json.dumps(self._told).encode() + b"\n")
                told = json.loads(await self._process.stdout.readline() or b"{}")
        except (TimeoutError, OSError, ValueError):
            told = {}
        if "port" in told:
            self._origin, self._refusal = f"http://127.0.0.1:{told['port']}", None
            self._begun()
            return
        message = told.get("error") or "\n".join(["The companion process that answers for the other AWS services did not start.", *self.last_words])
        error = ServiceNotInstalledException(told["missing"]) if "missing" in told else ServiceUnavailableException(message)
        self._refusal = time.monotonic() + RETRY_AFTER_S, error
        await self._end()
        raise error

    async def _listen(self, words: asyncio.StreamReader) -> None:
        while line := await words.readline():
            self.last_words.append(line.decode("utf-8", "replace").rstrip())

    async def _end(self) -> None:
        process, self._process, self._origin = self._process, None, ""
        if process is None:
            return
        if process.returncode is None:
            process.kill()  # it keeps nothing on disk
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if self._listening is not None:
            self._listening.cancel()
