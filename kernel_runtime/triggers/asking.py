"""AWS's API, asked for the notebook: what it refuses is one of the lab's own short errors, and a wait that is noticed is explained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..endpoint.said import said_shortly
from ..model.short import Interrupted

SILENCE = "the lab's door does not answer"
QUIET_S = 2.0
WAIT = "waiting for the lab's AWS services: the first call starts them…"


@contextmanager
def asking(say: Callable[[str], None] = print, quiet_s: float = QUIET_S) -> Iterator[None]:
    """As ``with asking():`` or ``@asking()``. ``say`` is told WAIT once, after ``quiet_s`` seconds. Raises AwsError in place of botocore's ClientError,
    LabError where nothing answers, Interrupted at Ctrl-C."""
    telling = threading.Timer(quiet_s, say, [WAIT])
    telling.daemon = True
    telling.start()
    try:
        with said_shortly(SILENCE):
            yield
    except Interrupted:
        raise
    except KeyboardInterrupt:
        raise Interrupted("the wait for AWS's API was broken off; what had been made until then is there: ask again") from None
    finally:
        telling.cancel()
