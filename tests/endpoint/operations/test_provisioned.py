"""Provisioned concurrency by the API: its statuses, what is refused, and calls that spill over."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kernel_runtime import Lab
from kernel_runtime.fleet.base import block

from .conftest import create
from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
INVALID = "InvalidParameterValueException"
NONE = ("ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function", 404)
KINDS = "import os, time\ndef handler(event, context):\n    time.sleep(event or 0)\n    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"


@pytest.fixture
def versioned(aws: Any, name: str) -> str:
    """A function with version 1 that tells how its environment began, and an alias ``live`` of it."""
    create(aws, name, KINDS)
    aws.publish_version(FunctionName=name)
    aws.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


def settled(lab: Lab, name: str, qualifier: str) -> None:
    """Wait until it is no longer IN_PROGRESS."""
    block(lab.account_of_notebook.engine.provisioned_settled(name, qualifier))


def shown(answer: dict[str, Any]) -> tuple[str, int, int, int]:
    return (
        answer["Status"],
        answer["RequestedProvisionedConcurrentExecutions"],
        answer["AllocatedProvisionedConcurrentExecutions"],
        answer["AvailableProvisionedConcurrentExecutions"],
    )


@pytest.mark.parametrize("qualifier", ["1", "live"])
def test_it_is_in_progress_then_ready_then_gone(lab: Lab, aws: Any, versioned: str, qualifier: str) -> None:
    put = aws.put_provisioned_concurrency_config(FunctionName=versioned, Qualifier=qualifier, ProvisionedConcurrentExecutions=2)
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 202 and shown(put) == ("IN_PROGRESS", 2, 0, 0) and "StatusReason" not in put
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", put["LastModified"])
    settled(lab, versioned, qualifier)
    held = aws.get_provisioned_concurrency_config(FunctionName=versioned, Qualifier=qualifier)
    assert shown(held) == ("READY", 2, 2, 2) and held["LastModified"] == put["LastModified"]
    assert aws.invoke(FunctionName=versioned, Qualifier=qualifier)["Payload"].read() == b'"provisioned-concurrency"'
    for _ in range(2):
        gone = aws.delete_provisioned_concurrency_config(FunctionName=versioned, Qualifier=qualifier)
        assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.get_provisioned_concurrency_config, FunctionName=versioned, Qualifier=qualifier) == NONE
    assert aws.invoke(FunctionName=versioned, Qualifier=qualifier)["Payload"].read() == b'"on-demand"'


def test_another_number_goes_on_from_what_is_there(lab: Lab, aws: Any, versioned: str) -> None:
    for count, ready in ((1, 0), (3, 1), (2, 2)):
        put = aws.put_provisioned_concurrency_config(FunctionName=versioned, Qualifier="1", ProvisionedConcurrentExecutions=count)
        assert shown(put) == ("IN_PROGRESS", count, ready, ready)
        settled(lab, versioned, "1")
    assert shown(aws.get_provisioned_concurrency_config(FunctionName=versioned, Qualifier="1")) == ("READY", 2, 2, 2)


def test_calls_beyond_it_spill_over_and_start_cold(lab: Lab, aws: Any, versioned: str) -> None:
    aws.put_provisioned_concurrency_config(FunctionName=versioned, Qualifier="live", ProvisionedConcurrentExecutions=1)
    settled(lab, versioned, "live")
    engine = lab.account_of_notebook.engine
    with ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(aws.invoke, FunctionName=versioned, Qualifier="live", Payload=b"2") for _ in range(2)]
        block(engine.until(lambda controller: controller.function(versioned).in_use == 2))
        answers = [call.result() for call in calls]
    assert Counter(answer["Payload"].read() for answer in answers) == {b'"provisioned-concurrency"': 1, b'"on-demand"': 1}
    assert {record.start for record in lab.records(versioned)} == {"provisioned", "cold"}
    assert shown(aws.get_provisioned_concurrency_config(FunctionName=versioned, Qualifier="live")) == ("READY", 1, 1, 1)


def test_an_init_that_fails(lab: Lab, aws: Any, name: str) -> None:
    create(aws, name, "raise ValueError('no database')\n")
    aws.publish_version(FunctionName=name)
    aws.put_provisioned_concurrency_config(FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=2)
    settled(lab, name, "1")
    held = aws.get_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
    assert shown(held) == ("FAILED", 2, 0, 0) and held["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"


def test_what_is_unpublished_has_none(aws: Any, versioned: str) -> None:
    aws.create_alias(FunctionName=versioned, Name="edge", FunctionVersion="$LATEST")
    put = {"FunctionName": versioned, "ProvisionedConcurrentExecutions": 1}
    text = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    for qualifier in ("$LATEST", "edge"):
        assert refused(aws.put_provisioned_concurrency_config, Qualifier=qualifier, **put) == (INVALID, text, 400)
    text = "The function resource provided must be an alias or a published version."
    for call in (aws.get_provisioned_concurrency_config, aws.delete_provisioned_concurrency_config):
        assert refused(call, FunctionName=versioned, Qualifier="$LATEST") == (INVALID, text, 400)


def test_what_is_not_there(aws: Any, versioned: str) -> None:
    missing = "ResourceNotFoundException"
    for call, more in (
        (aws.put_provisioned_concurrency_config, {"ProvisionedConcurrentExecutions": 1}),
        (aws.get_provisioned_concurrency_config, {}),
        (aws.delete_provisioned_concurrency_config, {}),
    ):
        assert refused(call, FunctionName=versioned, Qualifier="9", **more) == (missing, f"Function not found: {ARN}{versioned}:9", 404)
        assert refused(call, FunctionName=versioned, Qualifier="no", **more) == (missing, f"Cannot find alias arn: {ARN}{versioned}:no", 404)
        assert refused(call, FunctionName="nothing", Qualifier="1", **more) == (missing, f"Function not found: {ARN}nothing:1", 404)
        assert refused(call, FunctionName="nothing", Qualifier="no", **more) == (missing, f"Cannot find alias arn: {ARN}nothing:no", 404)
    assert refused(aws.list_provisioned_concurrency_configs, FunctionName="nothing")[1] == f"Function not found: {ARN}nothing"
    assert refused(aws.get_provisioned_concurrency_config, FunctionName=versioned, Qualifier="1") == NONE


def test_none_at_all_is_no_number(aws: Any, versioned: str) -> None:
    text = (
        "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )
    zero = refused(aws.put_provisioned_concurrency_config, FunctionName=versioned, Qualifier="1", ProvisionedConcurrentExecutions=0)
    assert zero == ("ValidationException", text, 400)


def test_a_version_and_its_alias_do_not_both_have_it(lab: Lab, aws: Any, versioned: str) -> None:
    put = {"FunctionName": versioned, "ProvisionedConcurrentExecutions": 1}
    aws.put_provisioned_concurrency_config(Qualifier="1", **put)
    text = "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
    assert refused(aws.put_provisioned_concurrency_config, Qualifier="live", **put) == ("ResourceConflictException", text, 409)
    aws.delete_provisioned_concurrency_config(FunctionName=versioned, Qualifier="1")
    aws.put_provisioned_concurrency_config(Qualifier="live", **put)
    text = "Version is pointed by a Provisioned Concurrency alias"
    assert refused(aws.put_provisioned_concurrency_config, Qualifier="1", **put) == ("ResourceConflictException", text, 409)


def test_the_account_and_the_reserved_bound_it(aws: Any, versioned: str, sent: list[bytes]) -> None:
    put = {"FunctionName": versioned, "Qualifier": "live"}
    unreserved = aws.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    most = f"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{unreserved}]."
    assert refused(aws.put_provisioned_concurrency_config, ProvisionedConcurrentExecutions=unreserved + 1, **put) == (INVALID, most, 400)
    assert sent[-1] == f'{{"message":"{most}"}}'.encode()
    least = "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    assert refused(aws.put_provisioned_concurrency_config, ProvisionedConcurrentExecutions=unreserved - 99, **put) == (INVALID, least, 400)
    aws.put_function_concurrency(FunctionName=versioned, ReservedConcurrentExecutions=2)
    text = "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
    assert refused(aws.put_provisioned_concurrency_config, ProvisionedConcurrentExecutions=3, **put) == (INVALID, text, 400)
    assert refused(aws.get_provisioned_concurrency_config, **put) == NONE


def test_lists_have_qualified_arns_and_pages(aws: Any, versioned: str) -> None:
    aws.update_function_configuration(FunctionName=versioned, Description="second")
    aws.get_waiter("function_updated_v2").wait(FunctionName=versioned, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    aws.publish_version(FunctionName=versioned)
    assert aws.list_provisioned_concurrency_configs(FunctionName=versioned)["ProvisionedConcurrencyConfigs"] == []
    for qualifier in ("live", "2"):
        aws.put_provisioned_concurrency_config(FunctionName=versioned, Qualifier=qualifier, ProvisionedConcurrentExecutions=1)
    paginator = aws.get_paginator("list_provisioned_concurrency_configs")
    pages = list(paginator.paginate(FunctionName=versioned, PaginationConfig={"PageSize": 1}))
    found = [config["FunctionArn"] for page in pages for config in page["ProvisionedConcurrencyConfigs"]]
    assert len(pages) == 2 and found == [f"{ARN}{versioned}:2", f"{ARN}{versioned}:live"]


def test_it_goes_with_what_it_was_for(lab: Lab, aws: Any, versioned: str) -> None:
    put = {"FunctionName": versioned, "ProvisionedConcurrentExecutions": 1}
    before = aws.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    aws.put_provisioned_concurrency_config(Qualifier="live", **put)
    aws.delete_alias(FunctionName=versioned, Name="live")
    aws.put_provisioned_concurrency_config(Qualifier="1", **put)
    aws.delete_function(FunctionName=versioned, Qualifier="1")
    assert aws.list_provisioned_concurrency_configs(FunctionName=versioned)["ProvisionedConcurrencyConfigs"] == []
    assert aws.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == before


def test_a_moved_alias_takes_it_along(lab: Lab, aws: Any, versioned: str) -> None:
    aws.put_provisioned_concurrency_config(FunctionName=versioned, Qualifier="live", ProvisionedConcurrentExecutions=1)
    settled(lab, versioned, "live")
    aws.update_function_configuration(FunctionName=versioned, Description="second")
    aws.get_waiter("function_updated_v2").wait(FunctionName=versioned, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    aws.publish_version(FunctionName=versioned)
    aws.update_alias(FunctionName=versioned, Name="live", FunctionVersion="2")
    settled(lab, versioned, "live")
    answer = aws.invoke(FunctionName=versioned, Qualifier="live")
    assert (answer["ExecutedVersion"], answer["Payload"].read()) == ("2", b'"provisioned-concurrency"')
    text = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    assert refused(aws.update_alias, FunctionName=versioned, Name="live", FunctionVersion="$LATEST") == (INVALID, text, 400)


def test_all_reserved_and_provisioned_leaves_latest_none(lab: Lab, aws: Any, versioned: str) -> None:
    aws.put_function_concurrency(FunctionName=versioned, ReservedConcurrentExecutions=1)
    aws.put_provisioned_concurrency_config(FunctionName=versioned, Qualifier="1", ProvisionedConcurrentExecutions=1)
    settled(lab, versioned, "1")
    assert refused(aws.invoke, FunctionName=versioned)[::2] == ("TooManyRequestsException", 429)
    assert aws.invoke(FunctionName=versioned, Qualifier="1")["StatusCode"] == 200
