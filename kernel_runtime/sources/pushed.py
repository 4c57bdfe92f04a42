"""What services behind the door call by themselves: buckets, topics, rules, log groups. They run there; here is how each fared."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from ..account.account import Account
from ..account.identifiers import function_id
from ..account.on_behalf import OnBehalf
from ..model.errors import AwsError
from .view import SourceView

_KINDS = {"s3": "bucket", "sns": "topic", "events": "rule", "logs": "log group"}
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Count:
    calls: int = 0
    failures: int = 0
    result: str = ""


class Pushed:
    """A source that is told of each call. A call that is refused is not made again, and said once for each reason in the log."""

    def __init__(self) -> None:
        self._counts: dict[tuple[OnBehalf, str], _Count] = {}
        self._changing = threading.Lock()

    def told(self, behalf: OnBehalf, region: str, function: str, refusal: AwsError | None) -> None:
        """An asynchronous call of ``function`` (as it was named, in ``region``) was accepted, or refused. From any thread."""
        with self._changing:
            count = self._counts.setdefault((behalf, function), _Count())
            before, count.result = count.result, f"{refusal.type}: {refusal}" if refusal else "OK"
            count.calls += 1
            count.failures += refusal is not None
        if refusal is not None and before != count.result:
            log.warning("%s may not call the function or cannot: %s", behalf.source_arn, count.result)

    def opened(self, account: Account) -> None:
        """Nothing is kept of them."""

    def views(self) -> list[SourceView]:
        with self._changing:
            held = list(self._counts.items())
        return [_view(behalf, function, count) for (behalf, function), count in held]

    def close(self) -> None:
        """They end with the services."""


def _view(behalf: OnBehalf, function: str, count: _Count) -> SourceView:
    named = function_id(function, None, behalf.source_account, function.split(":")[3] if function.startswith("arn:") else "us-east-1")
    kind = _KINDS.get(behalf.service.partition(".")[0], behalf.service)
    return SourceView(kind, _name(behalf), named.name, named.qualifier, result=count.result, calls=count.calls, records=count.calls, failures=count.failures)


def _name(behalf: OnBehalf) -> str:
    resource = behalf.source_arn.split(":", 5)[5]
    return resource.removeprefix("log-group:").removesuffix(":*") if behalf.service.startswith("logs.") else resource.rpartition("/")[2]
