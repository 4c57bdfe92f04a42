"""Update modes of a function's runtime: kept by version, shown again."""

from __future__ import annotations

from typing import Any

from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


def test_auto_until_told_otherwise(aws: Any, function: str) -> None:
    held = aws.get_runtime_management_config(FunctionName=function)
    assert (held["UpdateRuntimeOn"], held["FunctionArn"], held.get("RuntimeVersionArn")) == ("Auto", ARN + function, None)
    aws.put_runtime_management_config(FunctionName=function, UpdateRuntimeOn="FunctionUpdate")
    assert aws.get_runtime_management_config(FunctionName=function)["UpdateRuntimeOn"] == "FunctionUpdate"


def test_a_version_of_the_runtime_by_hand(aws: Any, function: str) -> None:
    version = aws.get_function_configuration(FunctionName=function)["RuntimeVersionConfig"]["RuntimeVersionArn"]
    aws.publish_version(FunctionName=function)
    put = aws.put_runtime_management_config(FunctionName=function, Qualifier="1", UpdateRuntimeOn="Manual", RuntimeVersionArn=version)
    assert (put["FunctionArn"], put["RuntimeVersionArn"]) == (f"{ARN}{function}:1", version)
    assert aws.get_runtime_management_config(FunctionName=function, Qualifier="1")["UpdateRuntimeOn"] == "Manual"
    assert aws.get_runtime_management_config(FunctionName=function)["UpdateRuntimeOn"] == "Auto"


def test_what_is_refused(aws: Any, function: str) -> None:
    call = aws.put_runtime_management_config
    other = "arn:aws:lambda:us-east-1::runtime:" + "0" * 64
    for request in (
        {"UpdateRuntimeOn": "Manual"},
        {"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": other},
        {"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": other},
    ):
        assert refused(call, FunctionName=function, **request)[0] == "InvalidParameterValueException"
    assert refused(call, FunctionName=function, Qualifier="7", UpdateRuntimeOn="Auto")[1] == f"Function not found: {ARN}{function}:7"
    assert aws.get_runtime_management_config(FunctionName=function)["UpdateRuntimeOn"] == "Auto"
