"""A function's configuration: frozen, valid by construction (botocore: CreateFunctionRequest; AWS: "Configuring functions")."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from . import limits
from .errors import InvalidParameterValueException, ValidationException
from .names import ACCOUNT, LATEST, REGION, check_function_name, function_arn, qualified_arn

Packages = Literal["lambda", "kernel"]
"""What a cell may import: what Lambda's image would hold, or the notebook kernel's installed packages as well."""

LogFormat = Literal["Text", "JSON"]

RESERVED_VARIABLES = frozenset(
    (
        "_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME "
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME "
        "AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN "
        "AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR "
    ).split()
)
_VERSION = re.compile(r"\$LATEST|[0-9]+")
_VARIABLE_NAME = re.compile(r"[a-zA-Z]([a-zA-Z0-9_])+")
_UNCONFIGURABLE = "Lambda was unable to configure your environment variables because the environment variables you have provided "


@dataclass(frozen=True, slots=True)
class Function:
    """One function as configured. Every field is checked; a value that Lambda refuses raises Lambda's error and makes nothing.

    memory_mb: whole MB, 128-10,240. timeout_s: whole seconds, 1-900. ephemeral_mb: /tmp, 512-10,240. variables: the function's environment variables.
    layers: layer version ARNs, at most five. reserved_concurrency: None, or 0 and up. code_sha256: hex digest of the bundle in the store.
    revision: grows with every change of code or configuration that needs new environments; the driver counts it.
    role: the ARN of the execution role. log_level, system_log_level: what a function and what Lambda itself write at least, JSON logs alone.
    log_group: empty is ``/aws/lambda/NAME``.
    version: ``$LATEST`` or a number, as text. Reserved concurrency is the function's: the value on ``$LATEST`` is the one that counts.
    """

    name: str
    code_sha256: str
    handler: str = "index.handler"
    runtime: str = "python3.13"
    memory_mb: int = limits.MEMORY_DEFAULT_MB
    timeout_s: int = limits.TIMEOUT_DEFAULT_S
    ephemeral_mb: int = limits.EPHEMERAL_DEFAULT_MB
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    layers: tuple[str, ...] = ()
    reserved_concurrency: int | None = None
    packages: Packages = "lambda"
    architecture: str = "x86_64"
    description: str = ""
    revision: int = 1
    version: str = LATEST
    account: str = ACCOUNT
    region: str = REGION
    role: str = ""
    log_format: LogFormat = "Text"
    log_level: str = ""
    system_log_level: str = "INFO"
    log_group: str = ""

    def __post_init__(self) -> None:
        check_function_name(self.name)
        check_range("memorySize", self.memory_mb, limits.MEMORY_MIN_MB, limits.MEMORY_MAX_MB)
        check_range("timeout", self.timeout_s, limits.TIMEOUT_MIN_S, limits.TIMEOUT_MAX_S)
        check_range("ephemeralStorage.size", self.ephemeral_mb, limits.EPHEMERAL_MIN_MB, limits.EPHEMERAL_MAX_MB)
        if self.reserved_concurrency is not None:
            check_range("reservedConcurrentExecutions", self.reserved_concurrency, 0, None)
        _check_handler(self.handler)
        check_version(self.version)
        _check_variables(self.variables)
        if len(self.layers) > limits.LAYERS_MAX:
            raise InvalidParameterValueException(f"Cannot reference more than {limits.LAYERS_MAX} layers.")

    @property
    def arn(self) -> str:
        """The function's, without a version."""
        return function_arn(self.name, self.account, self.region)

    @property
    def qualified_arn(self) -> str:
        """The version's: ``…:NAME:$LATEST``, ``…:NAME:3``."""
        return qualified_arn(self.name, self.version, self.account, self.region)

    @property
    def cpu_share(self) -> float:
        """vCPUs, a fraction of one below 1,769 MB."""
        return limits.cpu_share(self.memory_mb)


ENVIRONMENT_FIELDS = (
    "code_sha256", "handler", "runtime", "memory_mb", "timeout_s", "ephemeral_mb", "variables", "layers", "packages", "architecture",
    "role", "log_format", "log_level", "log_group",
)  # fmt: skip
"""What an environment is built from: a change of one of these replaces a function's environments; a change of the others does not."""


def needs_new_environments(old: Function, new: Function) -> bool:
    """Whether ``new`` cannot be served by the environments of ``old`` (AWS: "Lambda execution environment lifecycle")."""
    return any(getattr(old, name) != getattr(new, name) for name in ENVIRONMENT_FIELDS)


def check_version(version: Any) -> str:
    """``version`` if it is ``$LATEST`` or a version's number; else ValidationException in AWS's words (botocore: Version)."""
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise ValidationException(
            f"1 validation error detected: Value '{version}' at 'version' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: (\$LATEST|[0-9]+)"
        )
    return version


def check_range(path: str, value: Any, low: int, high: int | None) -> int:
    """``value`` if it is a whole number from ``low`` to ``high``; else ValidationException in AWS's words (None: no upper end)."""
    if not isinstance(value, int) or isinstance(value, bool):
        span = f"from {low:,} to {high:,}" if high is not None else f"from {low:,} up"
        raise ValidationException(
            f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: Member must be a whole number {span}"
        )
    if value < low:
        bound = f"greater than or equal to {low}"
    elif high is not None and value > high:
        bound = f"less than or equal to {high}"
    else:
        return value
    raise ValidationException(f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: Member must have value {bound}")


def _check_handler(handler: str) -> None:
    value = f"1 validation error detected: Value '{handler}' at 'handler' failed to satisfy constraint: "
    if not isinstance(handler, str) or not re.fullmatch(r"[^\s]+", handler):
        raise ValidationException(value + r"Member must satisfy regular expression pattern: [^\s]+")
    if len(handler) > limits.HANDLER_MAX:
        raise ValidationException(value + f"Member must have length less than or equal to {limits.HANDLER_MAX}")


def _check_variables(variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        if not isinstance(name, str) or not _VARIABLE_NAME.fullmatch(name) or not isinstance(value, str):
            raise ValidationException(
                f"1 validation error detected: Value '{{{name}={value}}}' at 'environment.variables' failed to satisfy constraint: "
                "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
            )
    reserved = [name for name in variables if name in RESERVED_VARIABLES]
    if reserved:
        raise InvalidParameterValueException(
            _UNCONFIGURABLE + "contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    text = json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) > limits.VARIABLES_MAX_BYTES:
        raise InvalidParameterValueException(_UNCONFIGURABLE + f"exceeded the 4KB limit. String measured: {text}")
