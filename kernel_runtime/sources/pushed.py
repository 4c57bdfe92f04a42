"""What services behind the door call by themselves: buckets, topics, rules, log groups. They run there; here is how each fares."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ..account.account import Account
from ..account.identifiers import function_id
from ..account.on_behalf import OnBehalf
from ..account.ties import Tie
from ..model.errors import AwsError
from .tally import Tally
from .view import SourceView

ASK_EVERY_S = 0.2
"""Real seconds for which an answer of those services is good, however often somebody looks."""
_KINDS = {"s3": "bucket", "sns": "topic", "events": "rule", "logs": "log group"}
log = logging.getLogger(__name__)


class Pushed:
    """A source that is told of each call. ties: what is to call which function at this moment. A call that is refused is not made again, and said once for
    each reason in the log."""

    def __init__(self, ties: Callable[[], list[Tie]]) -> None:
        self._ask = ties
        self._ties: tuple[float, list[Tie]] = (float("-inf"), [])
        self._counts: dict[tuple[OnBehalf, str], Tally] = {}
        self._changing = threading.Lock()

    def told(self, behalf: OnBehalf, region: str, function: str, refusal: AwsError | None) -> None:
        """An asynchronous call of ``function`` (as it was named, in ``region``) was accepted, or refused. From any thread."""
        with self._changing:
            if (behalf, function) not in self._counts:
                self._ties = float("-inf"), []  # it may be newer than the answer
            count = self._counts.setdefault((behalf, function), Tally())
            before, count.result = count.result, f"{refusal.type}: {refusal}" if refusal else "OK"
            count.calls += 1
            count.failures += refusal is not None
        if refusal is not None and before != count.result:
            log.warning("%s may not call the function or cannot: %s", behalf.source_arn, count.result)

    def opened(self, account: Account) -> None:
        """Nothing is kept of them."""

    def views(self) -> list[SourceView]:
        """Of what is tied to a function now, called or not."""
        asked, ties = self._ties
        if time.monotonic() >= asked + ASK_EVERY_S:
            self._ties = time.monotonic(), (ties := self._ask())
        with self._changing:
            return [_view(tie, self._counts.get((tie.behalf, tie.function), Tally())) for tie in ties]

    def close(self) -> None:
        """They end with the services."""


def _view(tie: Tie, count: Tally) -> SourceView:
    behalf, function = tie.behalf, tie.function
    named = function_id(function, None, behalf.source_account, function.split(":")[3] if function.startswith("arn:") else "us-east-1")
    return SourceView(
        _KINDS.get(behalf.service.partition(".")[0], behalf.service), _name(behalf), named.name, named.qualifier,
        "Enabled" if tie.enabled else "Disabled", count.result, count.calls, count.calls, count.failures,
    )  # fmt: skip


def _name(behalf: OnBehalf) -> str:
    resource = behalf.source_arn.split(":", 5)[5]
    return resource.removeprefix("log-group:").removesuffix(":*") if behalf.service.startswith("logs.") else resource.rpartition("/")[2]
