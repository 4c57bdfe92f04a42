"""The loop inside a Python environment: import the handler, say so, then event in, response out, until the socket closes.

It runs in a forked and confined process and in whatever Python a function asks for: standard library only, 3.9 and up. AWS: "Building Lambda functions with Python".
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import resource
import socket
import sys
import time
import types
from decimal import Decimal
from typing import Any, Callable, Dict, List, NoReturn, Optional

from .. import channel
from ..channel import ANSWER, FAILED, INIT_FAILED, READY, Frames, Reply, Request
from . import faults, output
from .context import ContextFault, LambdaContext
from .faults import Fault, Paths

SDK_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_RECEIVE_BYTES = 65_536


class SdkFinder:
    """Finds AWS's SDK, which Lambda's image holds, where this machine has it; and nothing else that lies beside it."""

    def __init__(self, paths: List[str]) -> None:
        self._paths = paths

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if path is None and name in SDK_PACKAGES:
            return importlib.machinery.PathFinder.find_spec(name, self._paths)
        return None


class _Encoder(json.JSONEncoder):
    def default(self, value: Any) -> Any:
        return float(value) if isinstance(value, Decimal) else super().default(value)


_encode = _Encoder(ensure_ascii=sys.version_info < (3, 12)).encode


def serve(sock: socket.socket, plan: Dict[str, Any], initialised: Callable[[], None] = lambda: None) -> NoReturn:
    """Be the environment's process until the socket closes. ``plan``: see ``fleet.plans``. ``initialised`` is called when init went well."""
    began_ns = plan.get("began_ns") or time.monotonic_ns()
    printed = output.install(plan["log_max_bytes"])
    as_json = plan["variables"].get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    paths = Paths(plan["task_root"])
    _take_place(plan)
    try:
        handler = _load(plan["handler"], paths)
    except Exception as error:
        body = faults.describe(error, "", paths)
        faults.write_to_log(body, as_json)
        printed.end_invocation()
        duration_ns = time.monotonic_ns() - began_ns
        sock.sendall(channel.encode_reply(Reply(INIT_FAILED, duration_ns, time.process_time_ns(), _max_rss_kb(), body["errorType"], _bytes(body))))
        os._exit(1)
    printed.end_invocation()
    initialised()
    sock.sendall(channel.encode_reply(Reply(READY, time.monotonic_ns() - began_ns, time.process_time_ns(), _max_rss_kb())))
    _loop(sock, plan, handler, paths, printed, as_json)
    sys.exit(0)


def _take_place(plan: Dict[str, Any]) -> None:
    """Make this process look, from inside, like Lambda's: variables, import path, arguments, ``__main__``, logging."""
    variables: Dict[str, str] = plan["variables"]
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    library = [p for p in sys.path if p]
    sys.path[:] = [plan["task_root"], *plan["import_paths"], *library, *plan["extra_paths"]]
    if plan["sdk_paths"]:
        sys.meta_path.append(SdkFinder(plan["sdk_paths"]))  # type: ignore[arg-type]
    sys.path_importer_cache.clear()
    sys.argv[:] = [""]
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.dont_write_bytecode = True
    output.set_up_logging(variables.get("AWS_LAMBDA_LOG_FORMAT", ""), variables.get("AWS_LAMBDA_LOG_LEVEL", ""))


def _load(handler: str, paths: Paths) -> Callable[[Any, Any], Any]:
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
        found: Callable[[Any, Any], Any] = getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'") from None
    return found


def _loop(sock: socket.socket, plan: Dict[str, Any], handler: Callable[[Any, Any], Any], paths: Paths, printed: output.Output, as_json: bool) -> None:
    frames = Frames()
    pending = b""
    while True:
        body = frames.feed(pending)
        while body is None:
            data = sock.recv(_RECEIVE_BYTES)
            if not data:
                return
            body = frames.feed(data)
        pending = b""
        began_ns, cpu_ns = time.monotonic_ns(), time.process_time_ns()
        kind, error_type, payload = _answer(channel.decode_request(body), plan, handler, paths, as_json)
        printed.end_invocation()
        ended_ns = time.monotonic_ns()
        sock.sendall(channel.encode_reply(Reply(kind, ended_ns - began_ns, time.process_time_ns() - cpu_ns, _max_rss_kb(), error_type, payload)))


def _answer(request: Request, plan: Dict[str, Any], handler: Callable[[Any, Any], Any], paths: Paths, as_json: bool) -> "tuple[int, str, bytes]":
    output.CurrentRequest.id = request.request_id
    _set_trace(request.trace_id)
    try:
        context = _context(request, plan)
        response = handler(_event(request.payload), context)
        payload = response if isinstance(response, bytes) else _marshalled(response)
        if len(payload) > faults.RESPONSE_MAX_BYTES:
            return FAILED, "Function.ResponseSizeTooLarge", faults.too_large()
        return ANSWER, "", payload
    except Exception as error:
        body = faults.describe(error, request.request_id, paths)
        faults.write_to_log(body, as_json)
        return FAILED, body["errorType"], _bytes(body)


def _context(request: Request, plan: Dict[str, Any]) -> LambdaContext:
    try:
        return LambdaContext(request, plan)
    except ContextFault as why:
        raise Fault("Runtime.LambdaContextUnmarshalError", str(why)) from None


def _event(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError as why:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {why}") from None


def _marshalled(response: Any) -> bytes:
    try:
        return _encode(response).encode("utf-8", "surrogatepass")
    except Exception as why:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {why}") from None


def _bytes(body: Dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=sys.version_info < (3, 12)).encode("utf-8", "backslashreplace")


def _set_trace(trace_id: Optional[str]) -> None:
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)


def _max_rss_kb() -> int:
    """The most that this process has held in memory, pages shared with its template included, and the largest of its children's."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
