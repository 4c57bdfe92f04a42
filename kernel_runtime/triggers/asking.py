"""AWS's API, asked for the notebook: what it refuses is one of the lab's own short errors, and a wait that is noticed is explained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..endpoint.said import said_shortly

SILENCE = "the lab's door does not answer"
QUIET_S = 2.0
WAIT = "waiting for the lab's AWS services: the first call starts them…"


@contextmanager
def asking(say: Callable[[str], None] = print, quiet_s: float = QUIET_S) -> Iterator[None]:
    """As ``with asking():`` or ``@asking()``. ``say`` is told WAIT once, after ``quiet_s`` seconds. Raises AwsError in place of botocore's ClientError,
    LabError where nothing answers."""
    telling = threading.Timer(quiet_s, say, [WAIT])
    telling.daemon = True
    telling.start()
    try:
        with said_shortly(SILENCE):
            yield
    finally:
        telling.cancel()
