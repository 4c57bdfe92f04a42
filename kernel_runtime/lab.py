"""The lab: builds the parts and joins them. Start reading here.

Where a rule of Lambda lives: what a configuration may say, ``model/function.py``; whether a call runs, starts an environment or is throttled, ``control/``;
what becomes of it there, ``engine/course.py``; limits on processes, ``host/``; Python's own behaviour, ``runtimes/``; log lines and cost, ``journal/``;
a function's states, versions and aliases, ``account/``; AWS's API, ``endpoint/``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .account import functions, leftovers, settings, storage
from .account.account import Account, ready_role_arn
from .account.accounts import Accounts
from .account.documents import Documents
from .account.records import FunctionRecord
from .api_words import MEMBERS, in_api_words
from .artifacts.bundles import module_file, zip_from_source
from .artifacts.cells import module_from_function, notebook_only_names
from .artifacts.layer_book import LayerBook
from .artifacts.layers import Layers, Package
from .artifacts.opt import OptFolders
from .artifacts.store import Store
from .connected import ConnectedLab
from .control.controller import AccountView, FunctionView
from .endpoint.credentials import Credentials
from .fleet.base import Enforcement, Fleet, Waiting
from .fleet.local import LocalFleet
from .front import Front
from .function_handle import FunctionHandle
from .function_notes import missing_handler, notes_of
from .journal import report
from .model import limits
from .model.errors import InvalidParameterValueException, ResourceNotFoundException
from .model.event import asynchronous_event_bytes, event_bytes
from .model.function import Function
from .model.invocation import InvocationRecord
from .model.names import ACCOUNT, LATEST, REGION
from .runtimes import catalog
from .sources.clock import LabClock
from .sources.ground import Ground
from .sources.http_calls import HttpCalls
from .sources.loop import SourcesLoop
from .sources.sources import Sources
from .sources.traffic import Traffic
from .sources.view import SourceView

if TYPE_CHECKING:
    from .model.network import Traffic as NetworkTraffic
    from .triggers.state_machines import StateMachine

__all__ = ["Lab", "module_file", "module_from_function", "notebook_only_names"]


class Lab:
    """AWS Lambda on this machine: one account in one region, and any other that a caller of its AWS door signs for.

    home: a folder that keeps functions, code and layers from one lab to the next; None keeps nothing. account_concurrency: the account's limit (AWS
    raises it on
    request). keep_alive_s: how long an idle environment is kept. mechanisms: "best" that this machine has, or "portable" (no cgroup, no namespace).
    fleet: where environments run, for tests and simulations; None is this machine. endpoint_host, endpoint_port: where its AWS door listens (0: a free
    port); another host than loopback opens it to the network. services: endpoints of your own for other AWS services, by boto3's names. accept_any_credentials:
    no signature is verified. clock: how many times as fast as real time the lab's own waits pass (retries, ages, windows, schedules; never a handler's
    timeout or duration). network: "modelled" slows what functions send and receive through the door to a share in proportion to their memory, "open" does not.
    Use it as a context manager, or call ``close``.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        account_concurrency: int = limits.ACCOUNT_CONCURRENCY,
        keep_alive_s: float = limits.KEEP_ALIVE_S,
        mechanisms: Literal["best", "portable"] = "best",
        fleet: Fleet | None = None,
        endpoint_host: str = "127.0.0.1",
        endpoint_port: int = 0,
        services: Mapping[str, str] | None = None,
        accept_any_credentials: bool = False,
        clock: float = 1.0,
        network: Literal["modelled", "open"] = "modelled",
    ) -> None:
        if network not in ("modelled", "open"):
            raise InvalidParameterValueException(f"network is 'modelled' (a share in proportion to memory) or 'open', not {network!r}")
        ticking = LabClock(clock)
        self._kept = home is not None
        self.home = Path(home).expanduser().resolve() if home is not None else Path(tempfile.mkdtemp(prefix=f"serverless-lab-{os.getpid()}-home-"))
        self.home.mkdir(parents=True, exist_ok=True)
        if not self._kept:
            self.home.chmod(0o755)  # a function's own user must reach its code
        self._store = Store(self.home, durable=self._kept)
        self._layer_book = LayerBook(self._store, self.home / "layers.sqlite" if self._kept else None, used_bytes=self._functions_bytes)
        self._opt = OptFolders(self.home, self._store)
        self._documents = Documents(self.home / "lab.sqlite" if self._kept else None)
        self._mechanisms: Literal["best", "portable"] = mechanisms
        self._concurrency, self._keep_alive_s = account_concurrency, keep_alive_s
        self._given_fleet = fleet
        self._network = network
        self._handler_notes: dict[str, tuple[str, ...]] = {}
        self._closed = False
        self.accounts = Accounts(self._make_account, lambda account: self._sources.opened(account), self._documents.owners)
        self._hold = leftovers.Hold(self.home)
        if self._hold.alone:
            leftovers.sweep(self.accounts, self._documents, self._store, self._layer_book, self._opt)
        self._hold.share()
        credentials = Credentials.kept(self.home / "credentials.json" if self._kept else None, accept_any=accept_any_credentials)
        http_calls = HttpCalls()
        self._front = Front(
            self.accounts, self._store, credentials, http_calls,
            host=endpoint_host, port=endpoint_port, services=services, open_network=network == "open",
            pushed=lambda *told: self._sources.pushed.told(*told), changed=lambda *told: self._sources.schedules.changed(*told),
            views=lambda: self._sources.views(),
        )  # fmt: skip
        kept_home = self.home if self._kept else None
        front = self._front
        ground = Ground(
            self.accounts, ticking, SourcesLoop(), front.client, kept_home, lambda: front.companion_runs, front.address, front.changes_of_streams
        )  # fmt: skip
        self._sources = Sources(ground, http_calls, front.ties)
        self.account_of_notebook = self.accounts.get(ACCOUNT, REGION)
        self.account_of_notebook.start()

    @staticmethod
    def connect(url: str, access_key: str, secret: str, region: str = REGION) -> ConnectedLab:
        """Use a lab that runs elsewhere, by the address and the keys that it tells (``lab.endpoint_url``, ``lab.credentials.owner``, ``serverless-lab serve``).

        Raises LabError where none answers, AwsError where the keys are not its own.
        """
        return ConnectedLab(url, access_key, secret, region)

    @property
    def endpoint_url(self) -> str:
        """Where the lab's AWS door is: Lambda's API for these functions, and every other AWS service."""
        return self._front.url

    @property
    def role_arn(self) -> str:
        """An execution role that is there from the start; any other must be made in IAM, as on AWS."""
        return ready_role_arn(ACCOUNT)

    @property
    def credentials(self) -> Credentials:
        """What the door accepts: ``credentials.owner``, ``credentials.of_account("111122223333")``."""
        return self._front.credentials

    def boto3(self, service: str, *, region: str = REGION, account: str | None = None, **more: Any) -> Any:
        """A boto3 client of ``service`` that speaks to this lab. ``account``: 12 digits, the notebook's own where None. More goes to ``Session.client``."""
        return self._front.client(service, region, account, **more)

    @property
    def layers(self) -> Layers:
        """The layers of the notebook's own account."""
        return self.account_of_notebook.layers

    @property
    def journal(self) -> Any:
        """What has happened in the notebook's own account: ``journal.journal.Journal``."""
        return self.account_of_notebook.journal

    def function(
        self,
        name: str,
        source: str | bytes | Mapping[str, bytes] | Path | None = None,
        *,
        handler: str = "index.handler",
        runtime: str | None = None,
        memory_mb: int = limits.MEMORY_DEFAULT_MB,
        timeout_s: int = limits.TIMEOUT_DEFAULT_S,
        ephemeral_mb: int = limits.EPHEMERAL_DEFAULT_MB,
        reserved_concurrency: int | None = None,
        variables: Mapping[str, str] | None = None,
        layers: tuple[str, ...] | list[str] = (),
        packages: Literal["lambda", "kernel"] = "lambda",
        description: str = "",
        snap_start: bool = False,
    ) -> FunctionHandle:
        """Create the function, or put this code and configuration in place of what it had. Both have taken effect when it returns.

        source: a module's text, a zip as bytes, a folder, or file names with their bytes. memory_mb: 128-10,240. timeout_s: 1-900. ephemeral_mb:
        /tmp, 512-10,240.
        reserved_concurrency: None shares the account's pool, 0 blocks all. variables: at most 4 KB as JSON. packages: "kernel" shows the notebook's
        packages too. snap_start: versions that are published of it start from a snapshot of their init.
        Raises AwsError with Lambda's own type and message where Lambda would refuse; nothing has changed then.
        """
        if source is None:
            raise InvalidParameterValueException("Please provide a source for the function: source=… (a module's text, a folder, or a zip as bytes)")
        wanted = in_api_words(
            handler=handler, runtime=runtime or catalog.default_runtime(), memory_mb=memory_mb, timeout_s=timeout_s, ephemeral_mb=ephemeral_mb,
            variables=variables or {}, layers=layers, description=description, snap_start=snap_start,
        )  # fmt: skip
        new = settings.of_new(name, {"Role": ready_role_arn(ACCOUNT), **wanted})
        account = self.account_of_notebook
        draft = functions.drafted(account, name, new, reserved_concurrency, packages)
        self._check_surroundings(draft)
        code = self._store.put(zip_from_source(source, handler))
        functions.define(account, name, new, code, reserved_concurrency, packages)
        self._handler_notes[name] = missing_handler(source, handler) if isinstance(source, str) else ()
        return self.get(name)

    def configure(self, name: str, **changes: Any) -> None:
        """Change a function's configuration; what is not named stays. Raises AwsError where Lambda would refuse; nothing has changed then."""
        if "source" in changes:
            raise InvalidParameterValueException("Code is changed by lab.function(name, source=…)")
        known = {*MEMBERS, "reserved_concurrency", "packages"}
        unknown = sorted(changes.keys() - known)
        if unknown:
            raise InvalidParameterValueException(f"A function has no {', '.join(unknown)}: it has {', '.join(sorted(known))}")
        account = self.account_of_notebook
        with account.changing:
            record = self._record(name)
            new = settings.changed(name, record.latest.settings, in_api_words(**{key: value for key, value in changes.items() if key in MEMBERS}))
            reserved = changes.get("reserved_concurrency", record.reserved_concurrency)
            packages = changes.get("packages", record.latest.packages)
            self._check_surroundings(functions.drafted(account, name, new, reserved, packages))
            functions.define(account, name, new, record.latest.code_sha256, reserved, packages)

    def delete(self, name: str) -> None:
        """Delete a function. Invocations in flight end. Raises ResourceNotFoundException."""
        functions.delete(self.account_of_notebook, self._record(name))
        self._handler_notes.pop(name, None)

    def get(self, name: str) -> FunctionHandle:
        """The function of this name. Raises ResourceNotFoundException."""
        self._record(name)
        return FunctionHandle(self, name)

    @property
    def functions(self) -> dict[str, FunctionHandle]:
        """Every function, by name."""
        return {name: FunctionHandle(self, name) for name in sorted(self.account_of_notebook.functions)}

    def configuration(self, name: str) -> Function:
        """A function's configuration as calls meet it now. Raises ResourceNotFoundException."""
        self._record(name)
        return self.account_of_notebook.running[name, LATEST]

    def code_bytes(self, name: str) -> int:
        """The size of a function's zip, AWS's CodeSize: bytes. Raises ResourceNotFoundException."""
        return self._store.size_bytes(self.configuration(name).code_sha256)

    def notes(self, name: str) -> tuple[str, ...]:
        """What a user should know of how a function runs here."""
        return notes_of(self.configuration(name)) + self._handler_notes.get(name, ())

    def begin(self, name: str, event: Any, qualifier: str | None = None) -> Waiting[tuple[InvocationRecord, bytes]]:
        """An invocation as a body of waits; ``FunctionHandle.invoke`` and ``ainvoke`` carry it to its end. ``qualifier``: a version or an alias."""
        return self.account_of_notebook.engine.invoke(name, event_bytes(event), qualifier)

    def send(self, name: str, event: Any, qualifier: str | None = None) -> str:
        """An asynchronous invocation: the event is safe in the queue when this returns its request id; ``FunctionHandle.send``."""
        if self._record(name).called(qualifier or "") is None:
            raise ResourceNotFoundException(f"Function not found: {self.account_of_notebook.qualified_arn(name, qualifier or LATEST)}")
        return self._sources.asynchronous.accept(self.account_of_notebook, name, qualifier, asynchronous_event_bytes(event))

    def traffic(self, function: FunctionHandle, arrivals: Iterator[float], event: Any = None, qualifier: str | None = None, **options: Any) -> Traffic:
        """Open-loop traffic: ``event`` (or ``event(i)``) sent at each of ``arrivals`` (seconds from the start; see ``model.arrivals``). Not started yet.
        ``qualifier``: a version or an alias."""
        return Traffic(partial(function.ainvoke, qualifier=qualifier) if qualifier else function.ainvoke, arrivals, event, **options)

    def now(self) -> float:
        """Seconds of the clock that the journal's entries carry."""
        return self.account_of_notebook.engine.clock()

    def state_machine(self, name: str, definition: Mapping[str, Any] | str) -> StateMachine:
        """A Step Functions state machine in Amazon States Language (a mapping, in which functions may stand as they are, or JSON): made, or changed where there
        is one of this name. ``run(input)`` runs it. Raises AwsError where Step Functions refuses it."""
        from .triggers import state_machines

        return state_machines.make(self, name, definition)

    @property
    def clock(self) -> LabClock:
        """The clock of the lab's own waits: ``clock.now()``, ``clock.speed``."""
        return self._sources.ground.clock

    def sources(self, name: str | None = None) -> list[SourceView]:
        """What calls functions by itself, and how each stands: all, or those of one function."""
        return [view for view in self._sources.views() if name is None or view.function == name]

    def view(self, name: str) -> FunctionView:
        """How a function stands at this moment: concurrency in use, idle environments, its limit."""
        self._record(name)
        return self.account_of_notebook.engine.controller.function(name)

    def network(self, name: str) -> NetworkTraffic:
        """What a function has sent and received through the AWS door (bytes), and its modelled share of the network (bytes per second)."""
        self._record(name)
        return self._front.network(self.account_of_notebook, name)

    def account(self) -> AccountView:
        """How the account stands: concurrency in use, its limit, environments."""
        return self.account_of_notebook.engine.controller.account()

    def records(self, name: str | None = None) -> Iterator[InvocationRecord]:
        """What the journal still holds of invocations that ran, oldest first."""
        return (r for r in self.journal.records() if name is None or r.function == name)

    def logs(self, name: str, limit: int | None = None) -> str:
        """The log of the last ``limit`` invocations (all that are still held where None), as CloudWatch Logs would show it. The init of a version's snapshot
        counts as one."""
        self._record(name)
        held = [record for record in self.journal.logged() if record.function == name]
        return "".join(report.log_text(record) for record in (held[-limit:] if limit else held))

    def doctor(self) -> tuple[Enforcement, ...]:
        """Limit by limit: the mechanism in force on this machine, and whether the limit really is enforced."""
        from .endpoint.network import ENFORCED

        rows = self.account_of_notebook.fleet.doctor()
        return tuple(replace(row, **ENFORCED[self._network]) if row.limit == "network" else row for row in rows)

    @property
    def host_pid(self) -> int | None:
        """The worker host's process number, where the fleet has one on this machine."""
        return getattr(self.account_of_notebook.fleet, "host_pid", None)

    def close(self) -> None:
        """End every environment and the worker host; nothing of them is left when it returns. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._sources.close()
        self._front.close()
        self.accounts.close()
        self._documents.close()
        self._layer_book.close()
        self._hold.close()
        if not self._kept:
            shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _make_account(self, id: str, region: str) -> Account:
        layers = Layers(self._layer_book, self._opt, self._packages, account=id, region=region)
        own = (id, region) == (ACCOUNT, REGION)
        fleet = self._given_fleet if own and self._given_fleet else self._local_fleet(layers)
        account = Account(
            id, region, documents=self._documents, store=self._store, layers=layers, fleet=fleet, concurrency=self._concurrency, keep_alive_s=self._keep_alive_s
        )
        self._front.surround(account)
        account.surroundings.accept = partial(self._sources.asynchronous.accept_soon, account)
        return account

    def _local_fleet(self, layers: Layers) -> Fleet:
        return LocalFleet(self._store.unpacked, layers.merged, self._mechanisms, [] if self._kept else [str(self.home)], self._front.sdk_variables)

    def _record(self, name: str) -> FunctionRecord:
        try:
            return self.account_of_notebook.record(name)
        except ResourceNotFoundException as why:
            known = ", ".join(sorted(self.account_of_notebook.functions)) or "none yet"
            raise ResourceNotFoundException(f"{why} (functions here: {known})") from None

    def _check_surroundings(self, function: Function) -> None:
        catalog.find_interpreter(function.runtime)
        if function.packages not in ("lambda", "kernel"):
            raise InvalidParameterValueException(f"packages is 'lambda' or 'kernel', not {function.packages!r}")

    def _functions_bytes(self, id: str, region: str) -> int:
        return storage.functions_bytes(self.accounts.get(id, region))

    def _packages(self) -> dict[str, Package]:
        """What every version of every function is made of, in all accounts."""
        found = {}
        own = (self.account_of_notebook.id, self.account_of_notebook.region)
        for (id, region), records in self.accounts.records(self._documents).items():
            for record in records:
                for version in record.all_versions():
                    name = record.name if version.version == LATEST else f"{record.name}:{version.version}"
                    shown = name if (id, region) == own else f"{id}/{region}/{name}"
                    found[shown] = Package(version.code_sha256, tuple(version.settings.get("Layers", ())))
        return found
