"""The variables that a function's process sees."""

from __future__ import annotations

import os
import subprocess
import sys

from kernel_runtime.model.function import RESERVED_VARIABLES, Function
from kernel_runtime.runtimes.variables import process_variables

FUNCTION = Function("f", "0" * 64, handler="app.run", runtime="python3.13", memory_mb=512, variables={"MINE": "1", "TZ": "Europe/Berlin", "PATH": "/own"})


def test_every_reserved_variable_is_there() -> None:
    variables = process_variables(FUNCTION, log_stream="s")
    by_invocation, never_recorded = "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY"
    assert RESERVED_VARIABLES - set(variables) == {by_invocation, never_recorded}


def test_lambdas_own_values() -> None:
    variables = process_variables(Function("f", "0" * 64, handler="app.run", runtime="python3.13", memory_mb=512), log_stream="s", path="/machine/bin")
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert variables["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/f"
    assert variables["AWS_LAMBDA_LOG_STREAM_NAME"] == "s"
    assert variables["_HANDLER"] == "app.run"
    assert variables["TZ"] == ":UTC"
    assert variables["PATH"] == "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin:/machine/bin"
    assert "TMPDIR" not in variables


def test_the_functions_own_go_over_lambdas() -> None:
    variables = process_variables(FUNCTION, log_stream="s")
    assert (variables["MINE"], variables["TZ"], variables["PATH"]) == ("1", "Europe/Berlin", "/own")


def test_a_tmp_that_is_elsewhere_is_named() -> None:
    variables = process_variables(FUNCTION, log_stream="s", tmp="/elsewhere", task_root="/code")
    assert (variables["TMPDIR"], variables["HOME"]) == ("/elsewhere", "/elsewhere")
    assert (variables["LAMBDA_TASK_ROOT"], variables["PWD"]) == ("/code", "/code")


def test_an_interpreter_still_runs_with_them() -> None:
    variables = process_variables(Function("f", "0" * 64), log_stream="s", path=os.path.dirname(sys.executable))
    said = subprocess.run([sys.executable, "-c", "import ssl, sqlite3, ctypes; print('fine')"], env=variables, capture_output=True, text=True, check=False)
    assert said.stdout == "fine\n", said.stderr


def test_a_version_of_another_account_that_was_initialised_ahead() -> None:
    function = Function("f", "0" * 64, version="7", account="123456789012", region="eu-west-1")
    variables = process_variables(function, log_stream="s", initialization="provisioned-concurrency")
    assert (variables["AWS_LAMBDA_FUNCTION_VERSION"], variables["AWS_LAMBDA_INITIALIZATION_TYPE"]) == ("7", "provisioned-concurrency")
    assert (variables["AWS_REGION"], variables["AWS_DEFAULT_REGION"], variables["AWS_ACCESS_KEY_ID"]) == ("eu-west-1", "eu-west-1", "123456789012")
