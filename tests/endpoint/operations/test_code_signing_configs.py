"""Code signing configurations: their life, the functions that use them, and unsigned code under Warn and Enforce."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import ROLE, create, zipped
from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
PUBLISHERS = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/test"]}
MISSING = "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-00000000000000000"
ABSENT = ("ResourceNotFoundException", f"The Lambda code signing configuration {MISSING} can not be found.", 404)
UNUSABLE = (
    "CodeSigningConfigNotFoundException",
    f"The code signing configuration cannot be found. Check that the provided configuration is not deleted: {MISSING}.",
    404,
)


def made(aws: Any, policy: str | None = None) -> dict[str, Any]:
    more = {"CodeSigningPolicies": {"UntrustedArtifactOnDeployment": policy}} if policy else {}
    config: dict[str, Any] = aws.create_code_signing_config(AllowedPublishers=PUBLISHERS, Description="mine", **more)["CodeSigningConfig"]
    return config


def unsigned(name: str) -> tuple[str, str, int]:
    return (
        "CodeVerificationFailedException",
        "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. "
        f"Check the provided signature for {name}.",
        400,
    )


def test_a_life(aws: Any) -> None:
    config = made(aws)
    id, arn = config["CodeSigningConfigId"], config["CodeSigningConfigArn"]
    assert re.fullmatch("csc-[a-z0-9]{17}", id) and arn == f"arn:aws:lambda:us-east-1:000000000000:code-signing-config:{id}"
    assert config["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Warn"}
    assert (config["AllowedPublishers"], config["Description"]) == (PUBLISHERS, "mine")
    enforce = {"UntrustedArtifactOnDeployment": "Enforce"}
    changed = aws.update_code_signing_config(CodeSigningConfigArn=arn, CodeSigningPolicies=enforce)["CodeSigningConfig"]
    assert changed == {**config, "CodeSigningPolicies": enforce, "LastModified": changed["LastModified"]}
    assert aws.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"] == changed
    assert changed in aws.list_code_signing_configs()["CodeSigningConfigs"]
    assert aws.delete_code_signing_config(CodeSigningConfigArn=arn)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert changed not in aws.list_code_signing_configs()["CodeSigningConfigs"]


def test_what_is_not_there(aws: Any, function: str) -> None:
    for call in (
        aws.get_code_signing_config, aws.update_code_signing_config, aws.delete_code_signing_config, aws.list_functions_by_code_signing_config,
    ):  # fmt: skip
        assert refused(call, CodeSigningConfigArn=MISSING) == ABSENT
    assert refused(aws.put_function_code_signing_config, CodeSigningConfigArn=MISSING, FunctionName=function) == UNUSABLE
    assert refused(aws.put_function_code_signing_config, CodeSigningConfigArn=MISSING, FunctionName="nothing") == UNUSABLE
    no_function = ("ResourceNotFoundException", f"Function not found: {ARN}nothing", 404)
    arn = made(aws)["CodeSigningConfigArn"]
    assert refused(aws.put_function_code_signing_config, CodeSigningConfigArn=arn, FunctionName="nothing") == no_function
    assert refused(aws.get_function_code_signing_config, FunctionName="nothing") == no_function
    assert refused(aws.delete_function_code_signing_config, FunctionName="nothing") == no_function
    with pytest.raises(aws.exceptions.ResourceNotFoundException) as caught:
        aws.get_code_signing_config(CodeSigningConfigArn=MISSING)
    assert "Type" not in caught.value.response


def test_functions_that_use_one(aws: Any, function: str) -> None:
    arn = made(aws)["CodeSigningConfigArn"]
    assert "CodeSigningConfigArn" not in aws.get_function_code_signing_config(FunctionName=function)
    assert aws.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)["FunctionArns"] == []
    put = aws.put_function_code_signing_config(FunctionName=function, CodeSigningConfigArn=arn)
    assert (put["CodeSigningConfigArn"], put["FunctionName"]) == (arn, function)
    assert aws.get_function_code_signing_config(FunctionName=function)["CodeSigningConfigArn"] == arn
    assert aws.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)["FunctionArns"] == [ARN + function]
    kind, _, status = refused(aws.delete_code_signing_config, CodeSigningConfigArn=arn)
    assert (kind, status) == ("ResourceConflictException", 409)
    for _ in range(2):
        assert aws.delete_function_code_signing_config(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    aws.delete_code_signing_config(CodeSigningConfigArn=arn)


def test_unsigned_code(aws: Any, name: str) -> None:
    strict, lenient = made(aws, "Enforce")["CodeSigningConfigArn"], made(aws, "Warn")["CodeSigningConfigArn"]
    asked = {"FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": zipped()}}
    assert refused(aws.create_function, CodeSigningConfigArn=MISSING, **asked) == UNUSABLE
    assert refused(aws.create_function, CodeSigningConfigArn=strict, **asked) == unsigned(name)
    create(aws, name, CodeSigningConfigArn=lenient)
    assert aws.get_function_code_signing_config(FunctionName=name)["CodeSigningConfigArn"] == lenient
    aws.update_function_code(FunctionName=name, ZipFile=zipped("new = 1"))
    aws.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    aws.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=strict)
    before = aws.get_function_configuration(FunctionName=name)
    assert refused(aws.update_function_code, FunctionName=name, ZipFile=zipped("newer = 1")) == unsigned(name)
    assert aws.get_function_configuration(FunctionName=name)["RevisionId"] == before["RevisionId"]
