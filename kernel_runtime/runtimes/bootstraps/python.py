"""The loop inside a Python environment: import the handler, say so, then event in, response out, until the socket closes.

It runs in a forked and confined process and in whatever Python a function asks for: standard library only, 3.9 and up
(AWS: "Building Lambda functions with Python").
"""

from __future__ import annotations

import _sitebuiltins
import builtins
import importlib
import importlib.machinery
import json
import logging
import os
import resource
import socket
import sys
import threading
import time
import types
from typing import Any, Callable, Dict, List, NoReturn, Optional, Tuple

from .. import channel
from ..channel import ANSWER, FAILED, INIT_FAILED, READY, RESTORE_FAILED, RESTORED, Frames, Reply, Request
from . import faults, log_records, output, snapshot_hooks
from .context import ContextFault, LambdaContext
from .departure import leave
from .faults import Fault, Paths
from .responses import Marshaller

Handler = Callable[[Any, Any], Any]
Snapshot = Callable[[], Tuple[socket.socket, Dict[str, Any], Callable[[], None]]]
"""Waits, as the snapshot of an initialised environment, and returns in each process that is restored from it: its own channel, what of the plan is its own,
and whom to tell that it is ready."""

SDK_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_RECEIVE_BYTES = 65_536
_LOADED_BY_RUNTIME = frozenset(sys.modules)
"""What a runtime has imported before any code of the function, so a function's own module of such a name is never seen: true on AWS too."""
_monotonic_ns, _process_ns, _getrusage, _loads = time.monotonic_ns, time.process_time_ns, resource.getrusage, json.loads
"""Kept from a handler that patches them."""


def serve(sock: socket.socket, plan: Dict[str, Any], initialised: Callable[[], None] = lambda: None, snapshot: Optional[Snapshot] = None) -> NoReturn:
    """Be the environment's process until the socket closes. ``plan``: see ``fleet.plans``. ``initialised`` is called when init went well.
    ``snapshot``: where the process is to be one.

    File descriptors 1 and 2 are the function's log. Never returns and never raises: the process ends here.
    """
    began_ns = plan.get("began_ns") or _monotonic_ns()
    log = output.install(plan["log_max_bytes"])
    paths = Paths(plan["task_root"], plan["import_paths"])
    try:
        _take_place(plan, log)
        environment = _Environment(plan, log, paths)
        environment.initialise(sock, began_ns, initialised, snapshot is not None)
        if snapshot is not None:
            sock.close()
            sock = environment.restore(*snapshot())
        environment.run(sock)
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)  # nobody is there to answer to
    except BaseException as error:
        leave(error, log, paths)
    os._exit(0)


def _take_place(plan: Dict[str, Any], log: output.Log) -> None:
    """Make this process look, from inside, like Lambda's: variables, folder, import path, arguments, ``__main__``, logging."""
    variables: Dict[str, str] = plan["variables"]
    same_zone = variables.get("TZ") == os.environ.get("TZ")
    for name in [name for name in os.environ if name not in variables]:
        del os.environ[name]
    for name, value in variables.items():
        if os.environ.get(name) != value:  # the template has most of them already, and a page that is not written need not be copied
            os.environ[name] = value
    if not same_zone:
        time.tzset()
    os.chdir(plan["task_root"])
    library = [p for p in sys.path if p]
    of_variable = [p for p in variables.get("PYTHONPATH", "").split(":") if p]
    sys.path[:] = [plan["task_root"], *plan["import_paths"], *of_variable, *library, *plan["extra_paths"]]
    if plan["sdk_paths"]:
        sys.meta_path.append(SdkFinder(plan["sdk_paths"]))  # type: ignore[arg-type]
    sys.meta_path.append(snapshot_hooks.HooksFinder())  # type: ignore[arg-type]
    _give_way([plan["task_root"], *plan["import_paths"]])
    sys.argv[:] = [""]
    sys.executable = plan.get("executable", sys.executable)
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.dont_write_bytecode = True
    for name in ("exit", "quit"):  # the template runs without ``site``, which makes them
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))
    log_records.install(log, variables.get("AWS_LAMBDA_LOG_FORMAT", ""), variables.get("AWS_LAMBDA_LOG_LEVEL", ""))


def _give_way(folders: List[str]) -> None:
    """Forget modules that only the template has imported where the function brings its own of that name: on AWS it would find its own."""
    for folder in folders:
        try:
            names = {entry.partition(".")[0] for entry in os.listdir(folder)}
        except OSError:
            continue
        for name in names.intersection(sys.modules).difference(_LOADED_BY_RUNTIME):
            for loaded in [m for m in sys.modules if m == name or m.startswith(name + ".")]:
                del sys.modules[loaded]


class SdkFinder:
    """Finds AWS's SDK, which Lambda's image holds, where this machine has it; and nothing else that lies beside it."""

    def __init__(self, paths: List[str]) -> None:
        self._paths = paths

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if path is None and name in SDK_PACKAGES:
            return importlib.machinery.PathFinder.find_spec(name, self._paths)
        return None


class _Environment:
    """What one process holds from its init to its end."""

    def __init__(self, plan: Dict[str, Any], log: output.Log, paths: Paths) -> None:
        variables = plan["variables"]
        self._plan, self._log, self._paths = plan, log, paths
        self._as_json = variables.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
        self._keep_unicode = _python_of(variables.get("AWS_EXECUTION_ENV", "")) >= (3, 12)
        self._marshaller = Marshaller(self._keep_unicode)
        self._handler: Handler = lambda event, context: None

    def initialise(self, sock: socket.socket, began_ns: int, initialised: Callable[[], None], for_snapshot: bool) -> None:
        """Import the handler and say that it is ready; or report why not, and end with status 1 (64 where a before-snapshot hook failed)."""
        try:
            self._handler = load(self._plan["handler"], self._paths)
        except Exception as error:
            logging.warning(faults.INIT_WARNING)
            self._give_up(sock, INIT_FAILED, began_ns, error, 1)
        if for_snapshot:
            try:
                snapshot_hooks.run_before_snapshot()
            except BaseException as error:
                self._give_up(sock, INIT_FAILED, began_ns, error, 64, "Runtime.BeforeSnapshotError")
            self._tell_of_threads()
        self._log.end_invocation()
        initialised()
        self._reply(sock, READY, began_ns, 0)

    def restore(self, sock: socket.socket, plan: Dict[str, Any], initialised: Callable[[], None]) -> socket.socket:
        """Be another environment with the memory of the snapshot: run the after-restore hooks and say that it is ready; or end with status 65."""
        came_ns = _monotonic_ns()
        os.environ.update(plan.pop("variables"))
        self._plan.update(plan)
        try:
            snapshot_hooks.run_after_restore()
        except BaseException as error:
            self._give_up(sock, RESTORE_FAILED, plan["began_ns"], error, 65, "Runtime.AfterRestoreError", came_ns)
        self._log.end_invocation()
        initialised()
        sock.sendall(channel.encode_reply(Reply(RESTORED, _monotonic_ns() - plan["began_ns"], _monotonic_ns() - came_ns, _max_rss_kb())))
        return sock

    def _tell_of_threads(self) -> None:
        """What a fork leaves behind; pools begin new ones (``host.lost_threads``)."""
        names = [t.name for t in threading.enumerate() if t is not threading.main_thread() and not t.name.startswith(("ThreadPoolExecutor-", "asyncio_"))]
        if names:
            self._log.say(f"[the lab restores no threads: this version's environments will not have {', '.join(names)}, which its init has begun]\n")

    def _give_up(self, sock: socket.socket, kind: int, began_ns: int, error: BaseException, status: int, error_type: str = "", came_ns: int = 0) -> NoReturn:
        """Report what went wrong before any invocation, and end."""
        body = faults.describe(error, "", self._paths)
        faults.log_error(body, self._as_json, self._log)
        self._log.end_invocation()
        payload = faults.error_bytes(body, self._keep_unicode)
        spent_ns = _monotonic_ns() - came_ns if came_ns else _process_ns()
        reply = Reply(kind, _monotonic_ns() - began_ns, spent_ns, _max_rss_kb(), error_type or body["errorType"], payload)
        sock.sendall(channel.encode_reply(reply))
        os._exit(status)

    def run(self, sock: socket.socket) -> None:
        """Answer request after request, until the other side closes."""
        frames, data = Frames(), b""
        while True:
            body = frames.feed(data)
            while body is None:
                data = sock.recv(_RECEIVE_BYTES)
                if not data:
                    return
                body = frames.feed(data)
            data = b""
            began_ns, cpu_ns = _monotonic_ns(), _process_ns()
            kind, error_type, payload = self._answer(channel.decode_request(body))
            self._log.end_invocation()
            self._reply(sock, kind, began_ns, cpu_ns, error_type, payload)

    def _answer(self, request: Request) -> Tuple[int, str, bytes]:
        log_records.CurrentRequest.id = request.request_id
        _set_trace(request.trace_id)
        try:
            context = self._context(request)
            payload = self._marshaller.bytes_of(self._handler(_event(request.payload), context))
        except Exception as error:
            body = faults.describe(error, request.request_id, self._paths)
            faults.log_error(body, self._as_json, self._log)
            return FAILED, body["errorType"], faults.error_bytes(body, self._keep_unicode)
        if len(payload) > faults.RESPONSE_MAX_BYTES:
            faults.log_too_large(self._log)
            return FAILED, "Function.ResponseSizeTooLarge", faults.too_large()
        return ANSWER, "", payload

    def _context(self, request: Request) -> LambdaContext:
        try:
            return LambdaContext(request, self._plan, self._log)
        except ContextFault as why:
            raise Fault("Runtime.LambdaContextUnmarshalError", str(why)) from None

    @staticmethod
    def _reply(sock: socket.socket, kind: int, began_ns: int, cpu_ns: int, error_type: str = "", payload: bytes = b"") -> None:
        sock.sendall(channel.encode_reply(Reply(kind, _monotonic_ns() - began_ns, _process_ns() - cpu_ns, _max_rss_kb(), error_type, payload)))


def load(handler: str, paths: Paths) -> Handler:
    """The handler function of ``dir/module.function``. Raises Fault in AWS's words, or what the module itself raised."""
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as why:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {why}") from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as why:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {why}") from None
    except SyntaxError as why:
        raise faults.syntax_fault(module_name, why, paths) from None
    try:
        found: Handler = getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'") from None
    return found


def _event(payload: bytes) -> Any:
    try:
        return _loads(payload)
    except ValueError as why:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {why}") from None


def _python_of(execution_environment: str) -> Tuple[int, int]:
    """``AWS_Lambda_python3.12`` is (3, 12): how an answer is written depends on the runtime a function asked for, not on what stands in for it."""
    name, _, minor = execution_environment.rpartition(".")
    return (3, int(minor)) if name == "AWS_Lambda_python3" and minor.isdigit() else sys.version_info[:2]


def _set_trace(trace_id: str) -> None:
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)


def _max_rss_kb() -> int:
    """The most that this process has held in memory, pages shared with its template included, and the largest of its children's."""
    return _getrusage(resource.RUSAGE_SELF).ru_maxrss + _getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
