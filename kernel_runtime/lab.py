"""The lab: builds the parts and joins them. Start reading here.

Where a rule of Lambda lives: what a configuration may say, ``model/function.py``; whether a call runs, starts an environment or is throttled, ``control/``;
what becomes of it there, ``engine/course.py``; limits on processes, ``host/``; Python's own behaviour, ``runtimes/``; log lines and cost, ``journal/``.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from .artifacts.bundles import module_file, zip_from_source
from .artifacts.cells import handler_names, module_from_function, notebook_only_names
from .artifacts.functions import FunctionTable
from .artifacts.layer_book import LayerBook
from .artifacts.layers import Layers, Package
from .artifacts.opt import OptFolders
from .artifacts.store import Store
from .control.controller import AccountView, Controller, FunctionView
from .engine.engine import Engine
from .events import event_bytes
from .fleet.base import Enforcement, Fleet, Waiting
from .fleet.local import LocalFleet
from .function_handle import FunctionHandle
from .journal import report
from .journal.journal import Journal
from .model import limits
from .model.errors import InvalidParameterValueException, ResourceNotFoundException
from .model.function import Function, needs_new_environments
from .model.invocation import InvocationRecord
from .runtimes import catalog
from .sources.traffic import Traffic

__all__ = ["Lab", "module_file", "module_from_function", "notebook_only_names"]

_KERNEL_PACKAGES = "sees the notebook kernel's installed packages, which Lambda would not have: put them into a layer before you deploy"


class Lab:
    """AWS Lambda on this machine: one account, one region.

    home: a folder that keeps functions, code and layers from one lab to the next; None keeps nothing. account_concurrency: the account's limit (AWS
    raises it on
    request). keep_alive_s: how long an idle environment is kept. mechanisms: "best" that this machine has, or "portable" (no cgroup, no namespace).
    fleet: where environments run, for tests and simulations; None is this machine. Use it as a context manager, or call ``close``.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        account_concurrency: int = limits.ACCOUNT_CONCURRENCY,
        keep_alive_s: float = limits.KEEP_ALIVE_S,
        mechanisms: Literal["best", "portable"] = "best",
        fleet: Fleet | None = None,
    ) -> None:
        self._kept = home is not None
        self.home = Path(home).expanduser().resolve() if home is not None else Path(tempfile.mkdtemp(prefix="serverless-lab-home-"))
        self.home.mkdir(parents=True, exist_ok=True)
        if not self._kept:
            self.home.chmod(0o755)  # a function's own user must reach its code
        self._store = Store(self.home, durable=self._kept)
        self._layer_book = LayerBook(self._store, self.home / "layers.sqlite" if self._kept else None)
        self.layers = Layers(self._layer_book, OptFolders(self.home, self._store), self._packages)
        self._table = FunctionTable(self.home / "lab.sqlite") if self._kept else None
        self._fleet = fleet or LocalFleet(self._store.unpacked, self.layers.merged, mechanisms, [] if self._kept else [str(self.home)])
        self.journal = Journal()
        self._engine = Engine(self._fleet, Controller(account_concurrency, keep_alive_s), self.journal, describe_runtime=_describe_runtime)
        self._functions: dict[str, Function] = {}
        self._notes: dict[str, tuple[str, ...]] = {}
        self._changing = threading.RLock()
        self._revision = 0
        self._closed = False
        self._engine.open()
        if self._table is not None:
            for function in self._table.all():
                self._adopt(function)

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
    ) -> FunctionHandle:
        """Create the function, or put this code and configuration in place of what it had.

        source: a module's text, a zip as bytes, a folder, or file names with their bytes. memory_mb: 128-10,240. timeout_s: 1-900. ephemeral_mb:
        /tmp, 512-10,240.
        reserved_concurrency: None shares the account's pool, 0 blocks all. variables: at most 4 KB as JSON. packages: "kernel" shows the notebook's
        packages too.
        Raises AwsError with Lambda's own type and message where Lambda would refuse; nothing has changed then.
        """
        if source is None:
            raise InvalidParameterValueException("Please provide a source for the function: source=… (a module's text, a folder, or a zip as bytes)")
        draft = Function(
            name=name,
            code_sha256="0" * 64,
            handler=handler,
            runtime=runtime or catalog.default_runtime(),
            memory_mb=memory_mb,
            timeout_s=timeout_s,
            ephemeral_mb=ephemeral_mb,
            reserved_concurrency=reserved_concurrency,
            variables=MappingProxyType(dict(variables or {})),
            layers=tuple(layers),
            packages=packages,
            description=description,
        )
        self._check_surroundings(draft)
        code = self._store.put(zip_from_source(source, handler))
        self.layers.check_unzipped(code, draft.layers)
        self._put(replace(draft, code_sha256=code))
        if isinstance(source, str):
            self._notes[name] += _missing_handler(source, handler)
        return self.get(name)

    def configure(self, name: str, **changes: Any) -> None:
        """Change a function's configuration; what is not named stays. Raises AwsError where Lambda would refuse; nothing has changed then."""
        known = {"handler", "runtime", "memory_mb", "timeout_s", "ephemeral_mb", "reserved_concurrency", "variables", "layers", "packages", "description"}
        unknown = sorted(changes.keys() - known)
        if unknown:
            raise InvalidParameterValueException(f"A function has no {', '.join(unknown)}: it has {', '.join(sorted(known))}")
        if "source" in changes:
            raise InvalidParameterValueException("Code is changed by lab.function(name, source=…)")
        if "variables" in changes:
            changes["variables"] = MappingProxyType(dict(changes["variables"]))
        if "layers" in changes:
            changes["layers"] = tuple(changes["layers"])
        with self._changing:
            function = replace(self.configuration(name), **changes)
            self._check_surroundings(function)
            self.layers.check_unzipped(function.code_sha256, function.layers)
            self._put(function)

    def delete(self, name: str) -> None:
        """Delete a function. Invocations in flight end. Raises ResourceNotFoundException."""
        with self._changing:
            self.configuration(name)
            self._engine.delete(name)
            del self._functions[name], self._notes[name]
            if self._table is not None:
                self._table.delete(name)

    def get(self, name: str) -> FunctionHandle:
        """The function of this name. Raises ResourceNotFoundException."""
        self.configuration(name)
        return FunctionHandle(self, name)

    @property
    def functions(self) -> dict[str, FunctionHandle]:
        """Every function, by name."""
        return {name: FunctionHandle(self, name) for name in sorted(self._functions)}

    def configuration(self, name: str) -> Function:
        """A function's configuration as it is now. Raises ResourceNotFoundException."""
        try:
            return self._functions[name]
        except KeyError:
            known = ", ".join(sorted(self._functions)) or "none yet"
            raise ResourceNotFoundException(f"Function not found: {Function(name=name, code_sha256='').arn} (functions here: {known})") from None

    def code_bytes(self, name: str) -> int:
        """The size of a function's zip, AWS's CodeSize: bytes. Raises ResourceNotFoundException."""
        return self._store.size_bytes(self.configuration(name).code_sha256)

    def notes(self, name: str) -> tuple[str, ...]:
        return self._notes.get(name, ())

    def begin(self, name: str, event: Any) -> Waiting[tuple[InvocationRecord, bytes]]:
        """An invocation as a body of waits; ``FunctionHandle.invoke`` and ``ainvoke`` carry it to its end."""
        return self._engine.invoke(name, event_bytes(event))

    def traffic(self, function: FunctionHandle, arrivals: Iterator[float], event: Any = None, **options: Any) -> Traffic:
        """Open-loop traffic: ``event`` (or ``event(i)``) sent at each of ``arrivals`` (seconds from the start; see ``model.arrivals``). Not started yet."""
        return Traffic(function.ainvoke, arrivals, event, **options)

    def now(self) -> float:
        """Seconds of the clock that the journal's entries carry."""
        return self._engine.clock()

    def view(self, name: str) -> FunctionView:
        """How a function stands at this moment: concurrency in use, idle environments, its limit."""
        self.configuration(name)
        return self._engine.controller.function(name)

    def account(self) -> AccountView:
        """How the account stands: concurrency in use, its limit, environments."""
        return self._engine.controller.account()

    def records(self, name: str | None = None) -> Iterator[InvocationRecord]:
        """What the journal still holds of invocations that ran, oldest first."""
        return (r for r in self.journal.records() if name is None or r.function == name)

    def logs(self, name: str, limit: int | None = None) -> str:
        """The log of the last ``limit`` invocations (all that are still held where None), as CloudWatch Logs would show it."""
        self.configuration(name)
        held = list(self.records(name))
        return "".join(report.log_text(record) for record in (held[-limit:] if limit else held))

    def doctor(self) -> tuple[Enforcement, ...]:
        """Limit by limit: the mechanism in force on this machine, and whether the limit really is enforced."""
        return self._fleet.doctor()

    @property
    def host_pid(self) -> int | None:
        """The worker host's process number, where the fleet has one on this machine."""
        return getattr(self._fleet, "host_pid", None)

    def close(self) -> None:
        """End every environment and the worker host; nothing of them is left when it returns. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._engine.close()
        self._layer_book.close()
        if self._table is not None:
            self._table.close()
        if not self._kept:
            shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _adopt(self, function: Function) -> None:
        """Take in a function that the home holds; one that cannot be had any more is left out, with its row kept."""
        self._revision = max(self._revision, function.revision)
        self._engine.put(function)
        self._functions[function.name] = function
        self._notes[function.name] = _notes(function)

    def _put(self, function: Function) -> None:
        with self._changing:
            old = self._functions.get(function.name)
            if old is None or needs_new_environments(old, function):
                self._revision += 1
                function = replace(function, revision=self._revision)
            else:
                function = replace(function, revision=old.revision)
            self._engine.put(function)
            self._functions[function.name] = function
            self._notes[function.name] = _notes(function)
            if self._table is not None:
                self._table.put(function)

    def _check_surroundings(self, function: Function) -> None:
        catalog.find_interpreter(function.runtime)
        if function.packages not in ("lambda", "kernel"):
            raise InvalidParameterValueException(f"packages is 'lambda' or 'kernel', not {function.packages!r}")
        old = self._functions.get(function.name)
        if old is None or old.layers != function.layers:
            self.layers.resolve(function.layers)
        self.layers.merged(function.layers)

    def _packages(self) -> dict[str, Package]:
        """What every function is made of, those of another lab with this home too."""
        kept = {function.name: function for function in self._table.all()} if self._table is not None else {}
        return {name: Package(function.code_sha256, function.layers) for name, function in {**kept, **self._functions}.items()}


def _notes(function: Function) -> tuple[str, ...]:
    notes = []
    note = catalog.find_interpreter(function.runtime).note
    if note:
        notes.append(note)
    if function.packages == "kernel":
        notes.append(_KERNEL_PACKAGES)
    return tuple(notes)


def _missing_handler(source: str, handler: str) -> tuple[str, ...]:
    defined = handler_names(source)
    wanted = handler.rpartition(".")[2]
    if not defined or wanted in defined:
        return ()
    return (f"the handler {handler} is not defined: this module defines {', '.join(defined)}. Invoking it will fail with Runtime.HandlerNotFound",)


def _describe_runtime(function: Function) -> str:
    return catalog.runtime_version_line(function.runtime)
