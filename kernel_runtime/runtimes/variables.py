"""The environment variables that a function's process sees: Lambda's own and the function's (AWS: "Working with Lambda environment variables")."""

from __future__ import annotations

from ..model.function import Function
from ..model.names import ACCOUNT, REGION


def log_group(function: Function) -> str:
    return f"/aws/lambda/{function.name}"


def process_variables(
    function: Function, *, log_stream: str, task_root: str = "/var/task", tmp: str = "/tmp", path: str = "", account: str = ACCOUNT, region: str = REGION
) -> dict[str, str]:
    """Every variable of the process. ``path``: folders that this machine needs in PATH beside Lambda's.

    LD_LIBRARY_PATH is left out: Lambda's names folders of its own image, and here it would only make the interpreter look for its libraries in wrong places.
    """
    own = {
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin" + (f":{path}" if path else ""),
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "TZ": ":UTC",
        "PWD": task_root,
        "SHLVL": "0",
        "HOME": tmp,
        "TMPDIR": tmp,
        "LAMBDA_TASK_ROOT": task_root,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PYTHONPATH": "/var/runtime",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group(function),
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "serverless-lab",
        "AWS_SESSION_TOKEN": "serverless-lab",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "_HANDLER": function.handler,
    }
    return {**own, **function.variables}
