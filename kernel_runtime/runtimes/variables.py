"""The environment variables that a function's process sees: Lambda's own and the function's (AWS: "Working with Lambda environment variables")."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..model.function import Function
from .layer_paths import path_variables


def log_group(function: Function) -> str:
    """The function's own, or ``/aws/lambda/NAME``."""
    return function.log_group or f"/aws/lambda/{function.name}"


def process_variables(
    function: Function,
    *,
    log_stream: str,
    task_root: str = "/var/task",
    tmp: str = "/tmp",
    path: str = "",
    initialization: str = "on-demand",
    sdk: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Every variable of the process: Lambda's own, over which the function's go (those that it may not set, ``Function`` has refused).

    path: folders that this machine needs in PATH beside Lambda's. tmp: where the environment's /tmp really is. initialization: ``on-demand``,
    ``provisioned-concurrency`` or ``snap-start``. sdk: where AWS's SDKs find AWS, and with which keys; AWS_ENDPOINT_URL a function may set anew.
    Where it deviates: LD_LIBRARY_PATH names the function's own folders only, since Lambda's others (/lib64, /usr/lib64 of its image) would make a
    child process load this machine's libraries in place of those that its interpreter was built with. HOME is there, since the user that a function
    runs as has no entry in a passwd file that would say where ``~`` is. TMPDIR is there where /tmp is elsewhere.
    At AWS_LAMBDA_RUNTIME_API nobody answers: Python's loop does not speak HTTP here. _X_AMZN_TRACE_ID comes with each invocation.
    """
    own = {
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin" + (f":{path}" if path else ""),
        "LD_LIBRARY_PATH": f"{task_root}:{task_root}/lib:/opt/lib",
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "TZ": ":UTC",
        "PWD": task_root,
        "SHLVL": "0",
        "HOME": tmp,
        "LAMBDA_TASK_ROOT": task_root,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        **path_variables(function.runtime, task_root),
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group(function),
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": "169.254.100.1:9001",
        "AWS_ACCESS_KEY_ID": function.account,
        "AWS_SECRET_ACCESS_KEY": "serverless-lab",
        "AWS_SESSION_TOKEN": "serverless-lab",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "_HANDLER": function.handler,
    }
    if initialization == "snap-start":  # many environments begin with the same variables (AWS: "Monitoring for Lambda SnapStart")
        del own["AWS_LAMBDA_LOG_GROUP_NAME"], own["AWS_LAMBDA_LOG_STREAM_NAME"]
    if tmp != "/tmp":
        own["TMPDIR"] = tmp
    if function.log_format == "JSON":
        own.update(AWS_LAMBDA_LOG_FORMAT="JSON", AWS_LAMBDA_LOG_LEVEL=function.log_level)
    return {**own, **sdk, **function.variables}
