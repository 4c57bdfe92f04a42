"""Validation's words as recorded on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from kernel_runtime.endpoint.service import lambda_service
from kernel_runtime.endpoint.validate import validator_of
from kernel_runtime.model.errors import AwsError, InvalidParameterValueException, ValidationException

ROLE = "arn:aws:iam::123456789012:role/r"
VALID = {"FunctionName": "hello", "Role": ROLE, "Code": {}}


def refusal(operation: str, request: dict[str, Any]) -> AwsError:
    with pytest.raises(AwsError) as caught:
        validator_of(lambda_service().operation_model(operation))(request)
    return caught.value


def one(value: str, path: str, constraint: str) -> str:
    return f"1 validation error detected: {value} at '{path}' failed to satisfy constraint: {constraint}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"MemorySize": 10_241}, one("Value '10241'", "memorySize", "Member must have value less than or equal to 10240")),
        ({"MemorySize": 127}, one("Value '127'", "memorySize", "Member must have value greater than or equal to 128")),
        ({"Timeout": 901}, one("Value '901'", "timeout", "Member must have value less than or equal to 900")),
        ({"EphemeralStorage": {"Size": 511}}, one("Value '511'", "ephemeralStorage.size", "Member must have value greater than or equal to 512")),
        ({"EphemeralStorage": {}}, one("Value null", "ephemeralStorage.size", "Member must not be null")),
        ({"Role": None}, one("Value null", "role", "Member must not be null")),
        ({"Architectures": ["x86_64", "arm64"]}, one("Value '[x86_64, arm64]'", "architectures", "Member must have length less than or equal to 1")),
        (
            {"Architectures": ["foo"]},
            one(
                "Value '[foo]'",
                "architectures",
                "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
            ),
        ),
        (
            {"Environment": {"Variables": {"1A": "secret"}}},
            one(
                "Value", "environment.variables", "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
            ),
        ),
        (
            {"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:a"]},
            one(
                "Value '[arn:aws:lambda:us-east-1:123456789012:layer:a]'",
                "layers",
                "Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, "
                "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}"
                ":layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+), Member must not be null]",
            ),
        ),
        (
            {"FileSystemConfigs": [{"Arn": None, "LocalMountPath": "/mnt/a"}]},
            one("Value null", "fileSystemConfigs.1.member.arn", "Member must not be null"),
        ),
    ],
)
def test_create_function(change: dict[str, Any], message: str) -> None:
    error = refusal("CreateFunction", {**VALID, **change})
    assert isinstance(error, ValidationException)
    assert error.args[0] == message


def test_several_errors_are_counted_and_joined() -> None:
    error = refusal("CreateFunction", {**VALID, "Timeout": 0, "MemorySize": 1})
    assert error.args[0] == (
        "2 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1; "
        "Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"
    )


def test_the_pattern_is_told_before_the_length() -> None:
    message = str(refusal("GetFunction", {"FunctionName": ""}).args[0])
    assert message.startswith("2 validation errors detected: Value '' at 'functionName' failed to satisfy constraint: Member must satisfy regular")
    assert message.endswith("; Value '' at 'functionName' failed to satisfy constraint: Member must have length greater than or equal to 1")


def test_weights_print_as_java_prints_them() -> None:
    request = {"FunctionName": "f", "Name": "a", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 1.5}}}
    assert refusal("CreateAlias", request).args[0] == one(
        "Value '{2=1.5}'",
        "routingConfig.additionalVersionWeights",
        "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, "
        "Member must not be null]",
    )


def test_cors_methods() -> None:
    assert refusal("CreateFunctionUrlConfig", {"FunctionName": "f", "AuthType": "NONE", "Cors": {"AllowMethods": ["GET", "OPTIONS"]}}).args[0] == one(
        "Value '[GET, OPTIONS]'",
        "cors.allowMethods",
        "Member must satisfy constraint: [Member must have length less than or equal to 6, Member must have length greater than or equal to 0, "
        "Member must satisfy regular expression pattern: .*, Member must not be null]",
    )


def test_a_bare_name_of_65_letters_is_an_invalid_parameter_value() -> None:
    error = refusal("CreateFunction", {**VALID, "FunctionName": "a" * 65})
    assert isinstance(error, InvalidParameterValueException)
    assert error.args[0] == one(f"Value '{'a' * 65}'", "functionName", "Member must have length less than or equal to 64")


def test_an_arn_may_have_140_letters() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:"
    validator_of(lambda_service().operation_model("CreateFunction"))({**VALID, "FunctionName": arn + "a" * (140 - len(arn))})
    error = refusal("CreateFunction", {**VALID, "FunctionName": arn + "a" * (141 - len(arn))})
    assert isinstance(error, ValidationException)
    assert str(error.args[0]).endswith("Member must have length less than or equal to 140")


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionConfiguration"])
def test_an_unknown_runtime_is_an_invalid_parameter_value_in_its_own_words(operation: str) -> None:
    error = refusal(operation, {**VALID, "Runtime": "python9"})
    assert isinstance(error, InvalidParameterValueException)
    message = str(error.args[0])
    assert message.startswith("Value python9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [")
    assert message.endswith("] or be a valid ARN")


def test_names_of_65_letters_pass_for_whoever_only_asks() -> None:
    for operation in ("GetFunction", "Invoke"):
        validator_of(lambda_service().operation_model(operation))({"FunctionName": "a" * 65})


def test_a_layer_s_runtimes_are_told_bare_and_before_its_architectures() -> None:
    said = str(refusal("PublishLayerVersion", {"LayerName": "a", "Content": {}, "CompatibleRuntimes": ["old", "x"], "CompatibleArchitectures": ["vax"]}))
    first, second = said.split("; ")
    assert "2 validation errors detected: Value '[old, x]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: [" in first
    assert "Value '[vax]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum" in second
