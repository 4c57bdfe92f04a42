"""The end of an environment's process by its own doing: ``sys.exit`` or what no ``except Exception`` catches, in init or in a handler.

AWS's runtime client lets these pass, so the interpreter ends as it always does: its message or traceback on stderr, threads waited for, exit functions called.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import traceback
from typing import NoReturn

from .faults import Paths
from .output import Log


def leave(error: BaseException, log: Log, paths: Paths) -> NoReturn:
    """End the process as ``error`` asks: SystemExit with its status, anything else with status 1."""
    status = 1
    try:
        if not isinstance(error, SystemExit):
            last_words = ["Traceback (most recent call last):\n", *paths.frames(error.__traceback__), *traceback.format_exception_only(type(error), error)]
            log.say("".join(last_words))
        elif error.code is None:
            status = 0
        elif isinstance(error.code, int):
            status = error.code & 0xFF
        else:
            log.say(f"{error.code}\n")
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        log.end_invocation()
    finally:
        os._exit(status)
