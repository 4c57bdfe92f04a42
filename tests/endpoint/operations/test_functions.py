"""Functions by the API: states, revisions, what is shown and what is refused."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import ROLE, create, zipped


def refused(call: Any, **request: Any) -> tuple[str, str, int]:
    """Type, message and status of the error that a call is answered."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response
    return error["Error"]["Code"], error["Error"]["Message"], error["ResponseMetadata"]["HTTPStatusCode"]


def test_a_new_function_is_pending_then_active(aws: Any, name: str) -> None:
    code = zipped()
    answer = create(aws, name, Code={"ZipFile": code})
    assert (answer["State"], answer["StateReason"], answer["StateReasonCode"]) == ("Pending", "The function is being created.", "Creating")
    assert answer["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode() and answer["CodeSize"] == len(code)
    held = aws.get_function(FunctionName=name)["Configuration"]
    assert (held["State"], held["LastUpdateStatus"]) == ("Active", "Successful")
    assert held["RevisionId"] != answer["RevisionId"]
    assert aws.invoke(FunctionName=name, Payload=b'{"a": 1}')["Payload"].read() == b'{"a": 1}'


def test_a_name_is_taken_once(aws: Any, function: str) -> None:
    request = {"FunctionName": function, "Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": b"no zip"}}
    assert refused(aws.create_function, **request) == ("ResourceConflictException", f"Function already exist: {function}", 409)


def test_a_change_takes_effect_once_it_has_settled(aws: Any, function: str) -> None:
    before = aws.get_function_configuration(FunctionName=function)
    answer = aws.update_function_configuration(FunctionName=function, MemorySize=256, Environment={"Variables": {"COLOUR": "blue"}})
    assert answer["LastUpdateStatus"] == "InProgress" and answer["MemorySize"] == 256
    aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    after = aws.get_function_configuration(FunctionName=function)
    assert len({before["RevisionId"], answer["RevisionId"], after["RevisionId"]}) == 3
    assert after["Environment"] == {"Variables": {"COLOUR": "blue"}} and after["LastUpdateStatus"] == "Successful"


def test_new_code(aws: Any, function: str) -> None:
    aws.update_function_code(FunctionName=function, ZipFile=zipped("def handler(event, context):\n    return 'new'\n"))
    aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    assert aws.invoke(FunctionName=function)["Payload"].read() == b'"new"'


def test_a_large_package(aws: Any, name: str) -> None:
    code = zipped("def handler(event, context):\n    return open('data.txt').read()[-3:]\n", **{"data.txt": os.urandom(1_000_000).hex() + "end"})
    answer = create(aws, name, Code={"ZipFile": code})
    assert answer["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode() and answer["CodeSize"] == len(code) > 2_000_000
    assert aws.invoke(FunctionName=name)["Payload"].read() == b'"end"'
    broken = code[:1_000] + b"?" + code[1_001:]
    assert refused(aws.update_function_code, FunctionName=name, ZipFile=broken) == (
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
        400,
    )


def test_a_dry_run_changes_nothing(aws: Any, function: str) -> None:
    before = aws.get_function_configuration(FunctionName=function)
    answer = aws.update_function_code(FunctionName=function, ZipFile=zipped("other"), DryRun=True)
    assert answer["CodeSha256"] != before["CodeSha256"]
    assert aws.get_function_configuration(FunctionName=function)["CodeSha256"] == before["CodeSha256"]


def test_a_stale_revision(aws: Any, function: str) -> None:
    text = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    for call, more in ((aws.update_function_configuration, {"MemorySize": 256}), (aws.update_function_code, {"ZipFile": zipped()}), (aws.publish_version, {})):
        assert refused(call, FunctionName=function, RevisionId="stale", **more) == ("PreconditionFailedException", text, 412)


def test_what_is_not_there(aws: Any) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:nothing"
    for call in (aws.get_function, aws.get_function_configuration, aws.delete_function, aws.publish_version, aws.update_function_configuration):
        assert refused(call, FunctionName="nothing") == ("ResourceNotFoundException", f"Function not found: {arn}", 404)
    assert refused(aws.get_function, FunctionName="nothing", Qualifier="7")[1] == f"Function not found: {arn}:7"
    assert refused(aws.delete_function, FunctionName="nothing", Qualifier="7")[1] == f"Function not found: {arn}"
    assert refused(aws.invoke, FunctionName="nothing")[1] == f"Function not found: {arn}:$LATEST"


def test_names_in_every_form(aws: Any, function: str) -> None:
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    for form in (function, arn, f"000000000000:function:{function}", f"{function}:$LATEST", f"{arn}:$LATEST"):
        shown = aws.get_function_configuration(FunctionName=form)["FunctionArn"]
        assert shown == (f"{arn}:$LATEST" if form.endswith("$LATEST") else arn)
    derived = "The derived qualifier from the function name does not match the specified qualifier."
    assert refused(aws.get_function, FunctionName=f"{function}:1", Qualifier="2") == ("InvalidParameterValueException", derived, 400)
    elsewhere = f"arn:aws:lambda:eu-west-1:000000000000:function:{function}"
    assert refused(aws.get_function, FunctionName=elsewhere)[1] == "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"


def test_versions_are_numbered_and_idempotent(aws: Any, function: str) -> None:
    first = aws.publish_version(FunctionName=function, Description="one")
    again = aws.publish_version(FunctionName=function, Description="another")
    assert (first["Version"], again["Version"], again["Description"]) == ("1", "1", "one")
    aws.update_function_configuration(FunctionName=function, Timeout=9)
    aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    assert aws.publish_version(FunctionName=function)["Version"] == "2"
    aws.delete_function(FunctionName=function, Qualifier="2")
    aws.update_function_configuration(FunctionName=function, Timeout=10)
    aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    assert aws.publish_version(FunctionName=function)["Version"] == "3"
    versions = aws.list_versions_by_function(FunctionName=function)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "3"]
    assert aws.get_function_configuration(FunctionName=function, Qualifier="1")["Timeout"] == 3


def test_what_is_published_or_named_is_not_changed(aws: Any, function: str, alias: str) -> None:
    text = "Current operation does not support versions other than $LATEST. Please set the version to $LATEST or do not set a version in your request."
    for qualifier in ("1", alias):
        for call, more in ((aws.update_function_configuration, {"Timeout": 9}), (aws.update_function_code, {"ZipFile": zipped()}), (aws.publish_version, {})):
            assert refused(call, FunctionName=f"{function}:{qualifier}", **more) == ("InvalidParameterValueException", text, 400)
    assert aws.get_function_configuration(FunctionName=function)["Timeout"] == 3
    assert aws.update_function_configuration(FunctionName=f"{function}:$LATEST", Timeout=9)["Timeout"] == 9


def test_a_version_of_other_code_is_refused(aws: Any, function: str) -> None:
    current = aws.get_function_configuration(FunctionName=function)["CodeSha256"]
    assert refused(aws.publish_version, FunctionName=function, CodeSha256="wrong") == (
        "InvalidParameterValueException",
        f"CodeSHA256 (wrong) is different from current CodeSHA256 in $LATEST ({current}). Please try again with the CodeSHA256 in $LATEST.",
        400,
    )


def test_lists_come_in_pages(aws: Any) -> None:
    names = [f"page-{n}" for n in range(7)]
    for one in names:
        create(aws, one)
    pages = list(aws.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 3}))
    found = [function["FunctionName"] for page in pages for function in page["Functions"]]
    assert len(pages) >= 3 and [one for one in found if one.startswith("page-")] == names
    assert "State" not in pages[0]["Functions"][0]


def test_a_deleted_function_is_gone(aws: Any, function: str) -> None:
    assert aws.delete_function(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.get_function, FunctionName=function)[0] == "ResourceNotFoundException"


def test_runtimes_of_other_languages_are_kept_and_not_run(aws: Any, name: str) -> None:
    create(aws, name, Runtime="nodejs22.x")
    kind, message, status = refused(aws.invoke, FunctionName=name)
    assert (kind, status) == ("InvalidRuntimeException", 502) and "this lab runs Python only" in message


def test_a_runtime_that_lambda_has_given_up(aws: Any, name: str) -> None:
    request = {"FunctionName": name, "Runtime": "python3.6", "Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": zipped()}}
    assert refused(aws.create_function, **request) == (
        "InvalidParameterValueException",
        "The runtime parameter of python3.6 is no longer supported for creating or updating AWS Lambda functions. "
        "We recommend you use a supported runtime while creating or updating functions.",
        400,
    )
