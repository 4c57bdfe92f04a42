"""One account in one region: its functions and all that is theirs, the concurrency they share, and the engine that runs them.

Whoever changes something holds ``changing``; whoever reads takes what is there. What Lambda's API says about it is in ``endpoint/operations``.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from ..artifacts.layers import Layers
from ..artifacts.store import Store
from ..control.controller import Controller
from ..engine.engine import Engine
from ..fleet.base import Fleet
from ..journal.journal import Journal
from ..journal.measures import Measures
from ..model import limits
from ..model.errors import ResourceNotFoundException
from ..model.function import Function
from ..model.names import ACCOUNT, LATEST, REGION, function_arn, qualified_arn
from ..runtimes import catalog
from .documents import Documents, Table
from .records import FunctionRecord

READY_ROLE = "serverless-lab"


Accept = Callable[[str, str | None, bytes, str, str], Future[None]]
"""A function's name, a qualifier, an event, a request id and X-Ray's header, to a future that is done when the event is safe in the queue."""


def ready_role_arn(account: str) -> str:
    """A role that functions of the account may have without its being made first."""
    return f"arn:aws:iam::{account}:role/{READY_ROLE}"


@dataclass(slots=True)
class Surroundings:
    """What an account asks of the world outside it; each may be replaced by whoever has the real thing.

    role_exists: an ARN to whether it can be assumed. fetch_object: bucket, key, version (None: the newest) to bytes; raises AwsError. code_url: a digest to an
    address from which the zip can be had. organization_of: an account's 12 digits to the AWS organisation that it is a member of (``o-…``).
    accept: takes an event for an asynchronous invocation. mapping_changed: told the UUID of each event source mapping whose state or
    settings have changed, or that has gone. visibility_s: a queue's ARN to its visibility timeout, None where that cannot be known.
    missing_source: the ARN of a queue or a stream to what Lambda says where it is not there; empty where it is, or that cannot be known.
    """

    role_exists: Callable[[str], bool] = lambda arn: True
    fetch_object: Callable[[str, str, str | None], bytes] | None = None
    code_url: Callable[[str], str] = lambda digest: ""
    organization_of: Callable[[str], str | None] = lambda account: None
    accept: Accept | None = None
    mapping_changed: Callable[[str], None] = lambda uuid: None
    visibility_s: Callable[[str], int | None] = lambda arn: None
    missing_source: Callable[[str], str] = lambda arn: ""


class Account:
    """``changing`` is held by whoever changes something. ``functions`` is by name, ``running`` by name and version what calls meet at this moment.

    told_of_deletion: each is called with the name of a function that has been deleted, while ``changing`` is held.
    ``settled`` is notified when a Pending or an InProgress has ended. neighbour: another account of this lab in the same region, by its
    id. code_storage_max_bytes: what its code may take.
    """

    def __init__(
        self,
        id: str = ACCOUNT,
        region: str = REGION,
        *,
        documents: Documents,
        store: Store,
        layers: Layers,
        fleet: Fleet,
        concurrency: int = limits.ACCOUNT_CONCURRENCY,
        keep_alive_s: float = limits.KEEP_ALIVE_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.id, self.region = id, region
        self.store, self.layers = store, layers
        self.surroundings = Surroundings()
        self.code_storage_max_bytes = limits.CODE_STORAGE_MAX_BYTES
        self.neighbour: Callable[[str], Account | None] = lambda id: None
        self.changing = threading.RLock()
        self.journal, self.measures = Journal(), Measures()
        self.settled = threading.Condition(self.changing)
        self.fleet = fleet
        self.engine = Engine(
            fleet, Controller(concurrency, keep_alive_s), self.journal,
            describe_runtime=lambda function: catalog.runtime_version_line(function.runtime), account=id, region=region,
        )  # fmt: skip
        self.now = now
        self.functions: dict[str, FunctionRecord] = {}
        self.running: dict[tuple[str, str], Function] = {}
        self.told_of_deletion: list[Callable[[str], None]] = []
        self._documents = documents
        self._owner = f"{id}/{region}"
        self._kept = documents.table(self._owner, "function")
        self._settling = ThreadPoolExecutor(2, thread_name_prefix="serverless-lab-settling")
        self._revision = 0
        self._tables: dict[str, Table] = {}
        self._started = False
        self._closed = False

    def open(self) -> None:
        """Take in what the home holds. What runs functions is started with the first of them, or by ``start``."""
        for name, document in self._kept.items():
            self.functions[name] = FunctionRecord.from_document(document)

    def start(self) -> None:
        """Start what runs functions. Idempotent."""
        with self.changing:
            if not self._started:
                self._started = True
                self.engine.open()

    def close(self) -> None:
        """Nothing runs any more when it returns. Idempotent."""
        if not self._closed:
            self._closed = True
            self._settling.shutdown(wait=True, cancel_futures=True)
            if self._started:
                self.engine.close()

    def table(self, kind: str) -> Table:
        """Documents of the account's own, by key: event source mappings, code signing configurations and the like."""
        with self.changing:
            if kind not in self._tables:
                self._tables[kind] = self._documents.table(self._owner, kind)
            return self._tables[kind]

    def record(self, name: str, qualifier: str = "") -> FunctionRecord:
        """Raises ResourceNotFoundException; ``qualifier`` is only said in it."""
        try:
            return self.functions[name]
        except KeyError:
            arn = function_arn(name, self.id, self.region)
            raise ResourceNotFoundException(f"Function not found: {arn}{':' + qualifier if qualifier else ''}") from None

    def save(self, record: FunctionRecord) -> None:
        """Keep a record as it is now."""
        self.functions[record.name] = record
        self._kept[record.name] = record.to_document()

    def forget(self, name: str) -> None:
        """A function that has been deleted."""
        record = self.functions.pop(name)
        del self._kept[name]
        for version in record.all_versions():
            self.running.pop((name, version.version), None)
        for tell in self.told_of_deletion:
            tell(name)

    def next_revision(self) -> int:
        """The engine's next count of changes."""
        self._revision += 1
        return self._revision

    def seen_revision(self, revision: int) -> None:
        """What the home holds has come so far."""
        self._revision = max(self._revision, revision)

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def timestamp(self) -> str:
        """Now, as LastModified is written."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def settle(self, work: Callable[[], None]) -> None:
        """Do something in the background that ends a Pending or an InProgress."""
        if not self._closed:
            self._settling.submit(work)

    def put(self, function: Function) -> None:
        """Let the engine run this version from now on. Raises AwsError where its reserved concurrency cannot be had."""
        self.start()
        self.engine.put(function)
        self.running[function.name, function.version] = function

    def arn(self, name: str, version: str = "") -> str:
        """A function's; a version's or an alias's where there is one, $LATEST being the function itself."""
        return function_arn(name, self.id, self.region) + (f":{version}" if version and version != LATEST else "")

    def qualified_arn(self, name: str, qualifier: str) -> str:
        """``…:function:NAME:QUALIFIER``, $LATEST too."""
        return qualified_arn(name, qualifier, self.id, self.region)
