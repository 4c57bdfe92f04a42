"""Lambda's own paths, from botocore's model: how an unsigned or wrongly signed request is known to be Lambda's, and which operation it means."""

from __future__ import annotations

import re
from functools import cache

import botocore.session

WATCHED_PATH = "/_journal"
"""None of Lambda's: where the lab's own journal is read, signed as for Lambda."""


@cache
def _templates() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """(HTTP method, path's form, operation); a path's labels never hold a slash as sent, as it is percent-encoded there."""
    model = botocore.session.get_session().get_service_model("lambda")
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = http["requestUri"].partition("?")[0].rstrip("/")
        form = "".join("[^/]+" if piece.startswith("{") else re.escape(piece) for piece in re.split(r"(\{[^}]+\})", path))
        found.append((http["method"], re.compile(form + r"/?\Z"), name))
    return tuple(found)


@cache
def _beginnings() -> frozenset[tuple[str, str]]:
    """A date and the noun after it, as in ``/2015-03-31/functions``."""
    model = botocore.session.get_session().get_service_model("lambda")
    pieces = (model.operation_model(name).http["requestUri"].split("/") for name in model.operation_names)
    return frozenset((piece[1], piece[2].partition("?")[0]) for piece in pieces)


def is_lambda(path: str) -> bool:
    pieces = path.split("/", 3)
    return len(pieces) > 2 and (pieces[1], pieces[2]) in _beginnings()


def operation_at(method: str, path: str) -> str | None:
    """The operation's name as botocore has it, None where no operation lives there."""
    return next((name for verb, form, name in _templates() if verb == method and form.match(path)), None)
