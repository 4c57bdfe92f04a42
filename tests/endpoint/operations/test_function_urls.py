"""Function URLs by the API: their addresses, what each answer says, what is refused, and how a request finds its function."""

from __future__ import annotations

import re
from typing import Any

from kernel_runtime import Lab
from kernel_runtime.account import function_urls

from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
GONE = ("ResourceNotFoundException", "The resource you requested does not exist.", 404)
NO_FUNCTION = ("ResourceNotFoundException", "Function does not exist", 404)
CORS = {"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET"], "MaxAge": 60}


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member != "ResponseMetadata"}


def test_a_life(aws: Any, function: str) -> None:
    made = aws.create_function_url_config(FunctionName=function, AuthType="NONE")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert set(without_metadata(made)) == {"FunctionUrl", "FunctionArn", "AuthType", "CreationTime"}
    assert re.fullmatch(r"https://[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws/", made["FunctionUrl"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", made["CreationTime"])
    assert made["FunctionArn"] == ARN + function
    held = without_metadata(aws.get_function_url_config(FunctionName=function))
    assert held == {**without_metadata(made), "InvokeMode": "BUFFERED", "LastModifiedTime": made["CreationTime"]}
    changed = without_metadata(aws.update_function_url_config(FunctionName=function, AuthType="AWS_IAM", Cors=CORS))
    assert changed == {**without_metadata(made), "AuthType": "AWS_IAM", "Cors": CORS, "LastModifiedTime": changed["LastModifiedTime"]}
    assert changed["LastModifiedTime"] > made["CreationTime"]
    assert aws.update_function_url_config(FunctionName=function, InvokeMode="RESPONSE_STREAM")["InvokeMode"] == "RESPONSE_STREAM"
    assert aws.update_function_url_config(FunctionName=function, AuthType="NONE")["InvokeMode"] == "RESPONSE_STREAM"
    aws.update_function_url_config(FunctionName=function, Cors={})
    assert "Cors" not in aws.get_function_url_config(FunctionName=function)
    assert aws.delete_function_url_config(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.get_function_url_config, FunctionName=function) == GONE


def test_one_a_function_and_one_an_alias(aws: Any, function: str, alias: str) -> None:
    own = aws.create_function_url_config(FunctionName=function, AuthType="NONE")
    others = aws.create_function_url_config(FunctionName=function, Qualifier=alias, AuthType="AWS_IAM", InvokeMode="BUFFERED", Cors=CORS)
    assert others["InvokeMode"] == "BUFFERED" and others["FunctionArn"] == f"{ARN}{function}:live"
    assert refused(aws.create_function_url_config, FunctionName=f"{function}:live", AuthType="NONE") == (
        "ResourceConflictException",
        f"Failed to create function url config for [functionArn = {ARN}{function}:live]. Error message:  FunctionUrlConfig exists for this Lambda function",
        409,
    )
    listed = aws.list_function_url_configs(FunctionName=function)["FunctionUrlConfigs"]
    assert [config["FunctionUrl"] for config in listed] == [own["FunctionUrl"], others["FunctionUrl"]]
    first = aws.list_function_url_configs(FunctionName=function, MaxItems=1)
    second = aws.list_function_url_configs(FunctionName=function, Marker=first["NextMarker"])
    assert first["FunctionUrlConfigs"] + second["FunctionUrlConfigs"] == listed


def test_what_is_refused(aws: Any, function: str) -> None:
    asked = {"AuthType": "NONE"}
    assert refused(aws.create_function_url_config, FunctionName="nothing", **asked) == NO_FUNCTION
    assert refused(aws.create_function_url_config, FunctionName=function, Qualifier="missing", **asked) == NO_FUNCTION
    assert refused(aws.update_function_url_config, FunctionName="nothing") == NO_FUNCTION
    assert refused(aws.update_function_url_config, FunctionName=function) == GONE
    assert refused(aws.list_function_url_configs, FunctionName="nothing") == NO_FUNCTION
    for call in (aws.get_function_url_config, aws.delete_function_url_config):
        assert refused(call, FunctionName="nothing") == GONE
        assert refused(call, FunctionName=function) == GONE
        assert refused(call, FunctionName=function, Qualifier="missing") == GONE
    for qualifier in ("1", "$LATEST"):
        assert refused(aws.create_function_url_config, FunctionName=function, Qualifier=qualifier, **asked) == (
            "ValidationException",
            f"1 validation error detected: Value '{qualifier}' at 'qualifier' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)",
            400,
        )


def test_a_request_finds_its_function(lab: Lab, aws: Any, function: str, alias: str) -> None:
    account = lab.account_of_notebook
    id = aws.create_function_url_config(FunctionName=function, Qualifier=alias, AuthType="NONE")["FunctionUrl"][8:40]
    found = function_urls.find(account, id)
    assert found is not None
    assert (found[0].name, found[1], found[2]["AuthType"]) == (function, "live", "NONE")
    assert function_urls.find(account, "a" * 32) is None
    aws.delete_function(FunctionName=function)
    assert function_urls.find(account, id) is None
    assert refused(aws.get_function_url_config, FunctionName=function) == GONE
