"""A caller's mistake, shown as one short message: no traceback through our files. It still is an exception, so a regression notebook fails on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kernel_runtime import AwsError, LabError


class Mistake(Exception):
    """What IPython shows in place of a traceback: the type that AWS has for it, and the message."""

    def _render_traceback_(self) -> list[str]:
        return [f"\x1b[31m{type(self).__name__}\x1b[39m: {self}"]


def mistake(kind: str, message: str) -> Mistake:
    """A Mistake whose type is named ``kind``."""
    made: Mistake = type(kind, (Mistake,), {})(message)
    return made


@contextmanager
def shown_shortly() -> Iterator[None]:
    """Turn AWS's errors and the lab's into mistakes."""
    try:
        yield
    except AwsError as error:
        raise mistake(error.type, str(error)) from None
    except LabError as error:
        raise mistake(type(error).__name__, str(error)) from None
