"""Where AWS departs from its own published model: the whole table, each line with its source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.model import Shape, StructureShape

from ..model import limits
from ..model.errors import InvalidParameterValueException

BOUNDS: dict[str, dict[str, float]] = {
    "MemorySize": {"max": limits.MEMORY_MAX_MB},
    "Timeout": {"max": limits.TIMEOUT_MAX_S},
    "EphemeralStorageSize": {"max": limits.EPHEMERAL_MAX_MB},
}
"""By shape. The model's 32768 MB and 5400 s are for managed instances (AWS: "Lambda quotas"; recorded: ``'memorySize' … less than or equal to 10240``,
``'timeout' … less than or equal to 900``)."""

SHOWN_WITHOUT_OUTER_PARENTHESES = {"LayerVersionArn"}
"""Shapes whose pattern AWS prints without the pair of parentheses around all of it (recorded for CreateFunction's layers)."""

NULL_UNSAID = {"EnvironmentVariables", "CompatibleArchitectures"}
"""Lists and maps whose bracketed constraints do not end in ``Member must not be null`` (recorded 2018-2025), as those of all others do (recorded for
layers, architectures, cors.allowMethods and routingConfig.additionalVersionWeights)."""

UNWRAPPED = {"CompatibleRuntimes"}
"""Lists whose items' constraints are told without the brackets (recorded for PublishLayerVersion, beside architectures' in theirs)."""

TOLD_LAST = {("PublishLayerVersionRequest", "CompatibleArchitectures")}
"""Members that come later among errors than in the model (recorded: after compatibleRuntimes)."""

ENUM_UNCHECKED = {("CreateFunctionRequest", "Runtime"), ("UpdateFunctionConfigurationRequest", "Runtime")}
"""Members whose enum validation passes over: see ``_known_runtime``."""

Check = Callable[[dict[str, Any]], None]


def later_checks(operation: str, shape: StructureShape | None) -> list[Check]:
    """What AWS checks of the same members after validation has passed, with InvalidParameterValueException."""
    checks: list[Check] = []
    if operation == "CreateFunction":
        checks.append(_short_function_name)
    if shape is not None and (shape.name, "Runtime") in ENUM_UNCHECKED:
        checks.append(_known_runtime(shape.members["Runtime"]))
    return checks


def _short_function_name(request: dict[str, Any]) -> None:
    """The model's 140 are for an ARN; a bare name has 64 (recorded: InvalidParameterValueException in ValidationException's words)."""
    name = request["FunctionName"]
    if ":" not in name and len(name) > limits.FUNCTION_NAME_MAX:
        raise InvalidParameterValueException(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limits.FUNCTION_NAME_MAX}"
        )


def _known_runtime(shape: Shape) -> Check:
    """Recorded: InvalidParameterValueException, without the usual opening and quotes, and with words about an ARN. The enum's order is the model's."""
    known = frozenset(shape.enum)
    listed = ", ".join(shape.enum)

    def check(request: dict[str, Any]) -> None:
        runtime = request.get("Runtime")
        if runtime is not None and runtime not in known:
            raise InvalidParameterValueException(
                f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{listed}] or be a valid ARN"
            )

    return check
