"""The journal of an account as whoever owns it may watch it from afar: ``GET /_journal?since=N&function=NAME…``, signed as for Lambda.

A line of JSON first: the journal's clock, how far it has come, how the functions named stand, and what calls functions by
itself. Then an entry a line, the oldest first; who is given as many as ``ENTRIES_AT_ONCE`` asks again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import parse_qs

from ..account.account import Account
from ..journal.entry_text import to_line, to_plain
from ..model.errors import AccessDeniedException, InvalidParameterValueException
from ..model.names import LATEST
from .answer import Answer
from .arrival import Arrival
from .caller import Caller

ENTRIES_AT_ONCE = 2_000


class Beside(Protocol):
    """What a panel shows beside the journal."""

    def sources(self, account: Account) -> Sequence[Any]:
        """``SourceView`` of each source of the account."""

    def network(self, account: Account, function: str) -> Any:
        """A function's ``Traffic``."""


def watched(beside: Beside, account: Account, arrival: Arrival, caller: Caller) -> Answer:
    """Raises AccessDeniedException for who is not the account's root user: the journal holds every function's log and variables.

    Raises InvalidParameterValueException where ``since`` is no number.
    """
    if caller.principal != f"arn:aws:iam::{account.id}:root":
        raise AccessDeniedException(f"User: {caller.principal} is not authorized to watch the journal of account {account.id}: its root user is")
    asked = parse_qs(arrival.query)
    since = asked.get("since", ["0"])[0]
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise InvalidParameterValueException(f"since is the number of an entry, not {since!r}")
    entries = account.journal.since(int(since))[:ENTRIES_AT_ONCE]
    head = {
        "now": account.engine.clock(),
        "seq": account.journal.seq,
        "account": to_plain(account.engine.controller.account()),
        "functions": {
            name: {**_standing(account, name), "network": to_plain(beside.network(account, name))}
            for name in asked.get("function", ())
            if (name, LATEST) in account.running
        },
        "sources": [to_plain(view) for view in beside.sources(account)],
    }
    lines = [json.dumps(head), *(to_line(entry) for entry in entries)]
    return Answer(200, {"Content-Type": "application/x-ndjson"}, "".join(f"{line}\n" for line in lines).encode())


def _standing(account: Account, name: str) -> dict[str, Any]:
    return {"view": to_plain(account.engine.controller.function(name)), "configuration": to_plain(account.running[name, LATEST])}
