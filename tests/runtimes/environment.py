"""One environment's process for tests: a fresh interpreter that becomes it, its socket, and its log, as the worker host would give them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from kernel_runtime.model.log_frames import plain
from kernel_runtime.runtimes.channel import Frames, Reply, Request, decode_reply, encode_request

REPOSITORY = Path(__file__).resolve().parents[2]
REQUEST_ID = "11111111-2222-3333-4444-555555555555"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
_PROGRAM = """
import json, os, socket, sys
sys.path.insert(0, sys.argv[1])
from kernel_runtime.runtimes.bootstraps import python
import random, hashlib, uuid
for name in [n for n in sys.modules if n.partition(".")[0] == "kernel_runtime"]:
    del sys.modules[name]
del sys.path[0]
log = int(sys.argv[3])
os.dup2(log, 1)
os.dup2(log, 2)
python.serve(socket.socket(fileno=int(sys.argv[2])), json.loads(sys.argv[4]))
"""


class Environment:
    """``source`` is one module's text or file names with text. Use it as a context manager; ``ready`` is the first reply."""

    def __init__(
        self,
        source: str | dict[str, str],
        handler: str = "index.handler",
        *,
        executable: str = sys.executable,
        variables: dict[str, str] | None = None,
        **plan: Any,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name).resolve()
        task_root = self.root / "task"
        for name, text in ({"index.py": source} if isinstance(source, str) else source).items():
            path = task_root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.plan: dict[str, Any] = {
            "handler": handler,
            "task_root": str(task_root),
            "import_paths": [],
            "extra_paths": [],
            "sdk_paths": [],
            "variables": {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13", "TZ": ":UTC", **(variables or {})},
            "memory_mb": 128,
            "function_name": "f",
            "function_version": "$LATEST",
            "log_group": "/aws/lambda/f",
            "log_stream": "2025/01/31/[$LATEST]0123456789abcdef0123456789abcdef",
            "log_max_bytes": 1_048_576,
            **plan,
        }
        self._executable = executable
        self._frames = Frames()

    def __enter__(self) -> Environment:
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(30)
        self._log = os.memfd_create("log")
        os.set_inheritable(self._log, True)
        import fcntl

        fcntl.fcntl(self._log, fcntl.F_SETFL, os.O_APPEND)
        command = [self._executable, "-I", "-S", "-c", _PROGRAM, str(REPOSITORY), str(theirs.fileno()), str(self._log), json.dumps(self.plan)]
        self.process = subprocess.Popen(command, pass_fds=(theirs.fileno(), self._log), stdin=subprocess.DEVNULL, env={"NOT_THE_FUNCTIONS": "1"})
        theirs.close()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.socket.close()
        self.process.kill()
        self.process.wait()
        os.close(self._log)
        self._folder.cleanup()

    def ready(self) -> Reply:
        """The reply to init."""
        reply = self.reply()
        assert reply is not None
        return reply

    def invoke(self, event: Any = None, request_id: str = REQUEST_ID, timeout_s: float = 3.0, **more: str) -> Reply:
        """One invocation's reply, which must come."""
        self.send(event, request_id, timeout_s, **more)
        reply = self.reply()
        assert reply is not None, f"the process ended with {self.status()}: {self.log()}"
        return reply

    def send(self, event: Any = None, request_id: str = REQUEST_ID, timeout_s: float = 3.0, **more: str) -> None:
        texts = {"trace_id": "", "client_context": "", "cognito_identity": "", **more}
        deadline_ms = int((time.time() + timeout_s) * 1000)
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        self.socket.sendall(encode_request(Request(request_id=request_id, arn=ARN, deadline_epoch_ms=deadline_ms, payload=payload, **texts)))

    def reply(self) -> Reply | None:
        """The next reply, None where the process ended first."""
        while True:
            try:
                data = self.socket.recv(65_536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            body = self._frames.feed(data)
            if body is not None:
                return decode_reply(body)

    def status(self) -> int:
        """The exit status, once the process has ended."""
        return self.process.wait(30)

    def log(self) -> str:
        """Everything printed so far, without the marks of records."""
        return plain(os.pread(self._log, 1 << 24, 0).decode())


def body_of(reply: Reply) -> Any:
    return json.loads(reply.payload)
