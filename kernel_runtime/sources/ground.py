"""What everything that calls functions by itself stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..account.accounts import Accounts
from .clock import LabClock
from .loop import SourcesLoop


@dataclass(frozen=True, slots=True)
class Ground:
    """What a source stands on. client: a boto3 client for (service, region, account), which speaks to the lab's door; more goes to it as it is. home: a folder
    that outlives the lab, or None. services_run: whether the process behind the door that holds queues, streams and buckets has been started. address: where a
    service answers at this moment, which ``client`` takes as ``at``: that process itself, without the way through the door; empty where nothing runs.
    changes_of_streams: where to wait for a change of any stream that it holds, see ``endpoint/changes.py``."""

    accounts: Accounts
    clock: LabClock
    loop: SourcesLoop
    client: Callable[..., Any]
    home: Path | None
    services_run: Callable[[], bool]
    address: Callable[[str], str] = lambda service: ""
    changes_of_streams: Callable[[], str] = lambda: ""
