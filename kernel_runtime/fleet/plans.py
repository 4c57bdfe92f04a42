"""From a function's configuration to what its process must know (runtimes.bootstraps.python.serve), and what of this machine it must see."""

from __future__ import annotations

import importlib.util
import sys
import time
import uuid
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..model.function import Function
from ..model.limits import LOG_MAX_BYTES
from ..runtimes.bootstraps.python import SDK_PACKAGES
from ..runtimes.catalog import Interpreter, find_interpreter
from ..runtimes.layer_paths import python_import_paths
from ..runtimes.variables import log_group, process_variables


def new_log_stream(function: Function) -> str:
    """An environment's own, for as long as it lives: ``YYYY/MM/DD/[VERSION]`` and 32 hex digits."""
    return f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{function.version}]{uuid.uuid4().hex}"


def plan_of(
    function: Function, interpreter: Interpreter, began_ns: int, log_stream: str, sdk: Mapping[str, str], initialization: str = "on-demand"
) -> dict[str, Any]:
    """The plan, with /var/task and /opt as paths; where a machine has no namespaces the worker host puts the real ones in their place."""
    path = str(Path(interpreter.executable).parent)
    kernel_paths = kernel_packages() if function.packages == "kernel" else []
    return {
        "handler": function.handler,
        "task_root": "/var/task",
        "import_paths": python_import_paths(interpreter.version) if function.layers else [],
        "extra_paths": kernel_paths,
        "sdk_paths": sdk_paths(),
        "variables": process_variables(function, log_stream=log_stream, path=path, initialization=initialization, sdk=sdk),
        "memory_mb": function.memory_mb,
        "function_name": function.name,
        "function_version": function.version,
        "log_group": log_group(function),
        "log_stream": log_stream,
        "log_max_bytes": LOG_MAX_BYTES,
        "began_ns": began_ns,
    }


def shown_folders(function: Function, interpreter: Interpreter) -> list[str]:
    """Folders that the process must see beside the system's: its interpreter, AWS's SDK, and the kernel's packages where it asks for them."""
    folders = list(interpreter_folders(interpreter.executable)) + sdk_paths()
    return folders + (kernel_packages() if function.packages == "kernel" else [])


@lru_cache(maxsize=32)
def interpreter_folders(executable: str) -> tuple[str, ...]:
    """Where an interpreter and its library lie."""
    own = (sys.base_prefix, sys.base_exec_prefix, sys.prefix) if executable == sys.executable else ()
    return tuple(dict.fromkeys([*own, str(Path(executable).resolve().parent.parent)]))


@lru_cache(maxsize=1)
def sdk_paths() -> list[str]:
    """The folders in which this machine has boto3 and what it needs."""
    found = []
    for name in SDK_PACKAGES:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            spec = None
        if spec and spec.origin:
            path = Path(spec.origin)
            found.append(str(path.parents[1] if path.name == "__init__.py" else path.parent))
    return list(dict.fromkeys(found))


def kernel_packages() -> list[str]:
    """The notebook kernel's own import path, its standard library left to the interpreter."""
    library = str(Path(importlib.util.__file__).parents[1])
    return [p for p in sys.path if p and Path(p).is_dir() and not (p == library or p.startswith(library + "/lib-dynload"))]


def interpreter_of(function: Function) -> Interpreter:
    return find_interpreter(function.runtime)
