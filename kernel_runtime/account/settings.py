"""A function's settings: what CreateFunction and UpdateFunctionConfiguration take, defaults filled in, and the runnable function that they describe.

botocore: CreateFunctionRequest, UpdateFunctionConfigurationRequest, FunctionConfiguration. AWS: "Configuring functions".
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from ..model import limits
from ..model.errors import InvalidParameterValueException
from ..model.function import Function
from ..runtimes import catalog
from .account import Account
from .records import FunctionRecord, VersionRecord

CHANGEABLE = (
    "Role", "Handler", "Description", "Timeout", "MemorySize", "VpcConfig", "Environment", "Runtime", "DeadLetterConfig", "KMSKeyArn", "TracingConfig",
    "Layers",
    "FileSystemConfigs", "ImageConfig", "EphemeralStorage", "SnapStart", "LoggingConfig",
)  # fmt: skip
"""What UpdateFunctionConfiguration may change."""


def of_new(name: str, request: dict[str, Any]) -> dict[str, Any]:
    """The settings of a new function: every default as AWS shows it."""
    settings: dict[str, Any] = {
        "Runtime": request.get("Runtime") or catalog.default_runtime(),
        "Role": request["Role"],
        "Handler": request.get("Handler") or "index.handler",
        "Description": "",
        "Timeout": limits.TIMEOUT_DEFAULT_S,
        "MemorySize": limits.MEMORY_DEFAULT_MB,
        "TracingConfig": {"Mode": "PassThrough"},
        "Architectures": list(request.get("Architectures") or ["x86_64"]),
        "PackageType": "Zip",
        "EphemeralStorage": {"Size": limits.EPHEMERAL_DEFAULT_MB},
        "SnapStart": {"ApplyOn": "None"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }
    return changed(name, settings, request)


def changed(name: str, settings: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """``settings`` with what ``request`` says in place of what was there; what it does not name stays, what it empties goes."""
    new = dict(settings)
    for member in CHANGEABLE:
        if member not in request or request[member] is None:
            continue
        value = request[member]
        if member == "Runtime":
            catalog.check_not_blocked(value)
        if member == "LoggingConfig":
            new[member] = _logging(name, settings.get(member, {}), value)
        elif _is_emptied(member, value):
            new.pop(member, None)
        else:
            new[member] = value
    return new


def _is_emptied(member: str, value: Any) -> bool:
    """Whether what is given takes the setting away."""
    if member in ("VpcConfig", "DeadLetterConfig", "Environment", "ImageConfig"):
        return not any(value.values())
    return member in ("Layers", "FileSystemConfigs", "KMSKeyArn") and not value


def _logging(name: str, old: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Log levels belong to JSON logs alone (AWS: "Configuring advanced logging controls")."""
    merged = {**old, **{member: value for member, value in wanted.items() if value is not None}}
    as_json = merged.get("LogFormat") == "JSON"
    if not as_json and (wanted.get("ApplicationLogLevel") or wanted.get("SystemLogLevel")):
        raise InvalidParameterValueException(
            "To set the log level, set the function's log format to JSON: ApplicationLogLevel and SystemLogLevel can only be set for the JSON log format."
        )
    shown = {"LogFormat": merged.get("LogFormat", "Text")}
    if as_json:
        shown["ApplicationLogLevel"] = merged.get("ApplicationLogLevel", "INFO")
        shown["SystemLogLevel"] = merged.get("SystemLogLevel", "INFO")
    shown["LogGroup"] = merged.get("LogGroup") or f"/aws/lambda/{name}"
    return shown


def function_of(account: Account, record: FunctionRecord, version: VersionRecord) -> Function:
    """What the engine runs. Raises AwsError for a value that Lambda refuses beyond its shape."""
    settings = version.settings
    logging = settings.get("LoggingConfig", {})
    return Function(
        name=record.name,
        code_sha256=version.code_sha256,
        handler=settings["Handler"],
        runtime=settings["Runtime"],
        memory_mb=settings["MemorySize"],
        timeout_s=settings["Timeout"],
        ephemeral_mb=settings["EphemeralStorage"]["Size"],
        variables=MappingProxyType(dict(settings.get("Environment", {}).get("Variables", {}))),
        layers=tuple(settings.get("Layers", ())),
        reserved_concurrency=record.reserved_concurrency,
        packages=version.packages,  # type: ignore[arg-type]
        architecture=settings["Architectures"][0],
        description=settings["Description"],
        revision=version.revision,
        version=version.version,
        account=account.id,
        region=account.region,
        role=settings.get("Role", ""),
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel", ""),
        system_log_level=logging.get("SystemLogLevel", "INFO"),
        log_group=logging.get("LogGroup", ""),
    )
