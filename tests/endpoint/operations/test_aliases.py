"""Aliases by the API: made, moved, weighted, refused, and what a call by one meets."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from .conftest import create, zipped
from .test_functions import refused

TELL = "def handler(event, context):\n    return [context.function_version, context.invoked_function_arn]\n"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


def changed(aws: Any, name: str, **more: Any) -> None:
    """$LATEST changed, and settled."""
    aws.update_function_configuration(FunctionName=name, **more)
    aws.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})


@pytest.fixture
def versioned(aws: Any, name: str) -> str:
    """A function with versions 1 and 2 that tell which they are."""
    create(aws, name, TELL)
    aws.publish_version(FunctionName=name)
    changed(aws, name, Description="second")
    aws.publish_version(FunctionName=name)
    return name


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member not in ("ResponseMetadata", "RevisionId")}


def test_an_alias_is_made_shown_moved_and_deleted(aws: Any, versioned: str) -> None:
    made = aws.create_alias(FunctionName=versioned, Name="live", FunctionVersion="1")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made) == {"AliasArn": f"{ARN}{versioned}:live", "Name": "live", "FunctionVersion": "1", "Description": ""}
    assert shown(aws.get_alias(FunctionName=versioned, Name="live")) == shown(made)
    moved = aws.update_alias(FunctionName=versioned, Name="live", FunctionVersion="2", Description="moved", RevisionId=made["RevisionId"])
    assert (moved["FunctionVersion"], moved["Description"]) == ("2", "moved") and moved["RevisionId"] != made["RevisionId"]
    for _ in range(2):
        assert aws.delete_alias(FunctionName=versioned, Name="live")["ResponseMetadata"]["HTTPStatusCode"] == 204
    text = f"Cannot find alias arn: {ARN}{versioned}:live"
    assert refused(aws.get_alias, FunctionName=versioned, Name="live") == ("ResourceNotFoundException", text, 404)
    assert refused(aws.invoke, FunctionName=versioned, Qualifier="live")[1] == f"Function not found: {ARN}{versioned}:live"


def test_an_update_without_changes_is_a_new_revision(aws: Any, versioned: str) -> None:
    made = aws.create_alias(FunctionName=versioned, Name="live", FunctionVersion="1", Description="kept")
    again = aws.update_alias(FunctionName=versioned, Name="live")
    assert shown(again) == shown(made) and again["RevisionId"] != made["RevisionId"]
    text = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    stale = refused(aws.update_alias, FunctionName=versioned, Name="live", RevisionId=made["RevisionId"])
    assert stale == ("PreconditionFailedException", text, 412)


def test_weights_are_shown_and_cleared(aws: Any, versioned: str) -> None:
    weights = {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.2}}}
    assert aws.create_alias(FunctionName=versioned, Name="live", FunctionVersion="1", **weights)["RoutingConfig"] == weights["RoutingConfig"]
    kept = aws.update_alias(FunctionName=versioned, Name="live", Description="the weights stay")
    assert kept["RoutingConfig"] == weights["RoutingConfig"]
    assert "RoutingConfig" not in aws.update_alias(FunctionName=versioned, Name="live", RoutingConfig={})
    assert "RoutingConfig" not in aws.get_alias(FunctionName=versioned, Name="live")


def test_calls_are_spread_by_weight_and_keep_the_alias(aws: Any, versioned: str) -> None:
    aws.create_alias(FunctionName=versioned, Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
    answers = [aws.invoke(FunctionName=versioned, Qualifier="live") for _ in range(40)]
    assert set(Counter(answer["ExecutedVersion"] for answer in answers)) == {"1", "2"}  # one in 10^12 that all go one way
    for answer in answers:
        assert answer["Payload"].read().decode() == f'["{answer["ExecutedVersion"]}", "{ARN}{versioned}:live"]'
    aws.update_alias(FunctionName=versioned, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}})
    assert {aws.invoke(FunctionName=f"{versioned}:live")["ExecutedVersion"] for _ in range(5)} == {"2"}


def test_the_function_arn_is_as_called(aws: Any, versioned: str) -> None:
    for qualifier in ("$LATEST", "1"):
        answer = aws.invoke(FunctionName=versioned, Qualifier=qualifier)
        assert answer["Payload"].read().decode() == f'["{qualifier}", "{ARN}{versioned}:{qualifier}"]'
    assert aws.invoke(FunctionName=versioned)["Payload"].read().decode() == f'["$LATEST", "{ARN}{versioned}"]'


def test_get_function_by_an_alias_shows_its_version(aws: Any, versioned: str) -> None:
    aws.create_alias(FunctionName=versioned, Name="live", FunctionVersion="2")
    held = aws.get_function(FunctionName=versioned, Qualifier="live")["Configuration"]
    assert (held["FunctionArn"], held["Version"], held["Description"]) == (f"{ARN}{versioned}:live", "2", "second")


def routing(**weights: float) -> dict[str, Any]:
    return {"AdditionalVersionWeights": {number.removeprefix("v"): weight for number, weight in weights.items()}}


INVALID = "InvalidParameterValueException"
TOO_WEIGHTY = (
    "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: "
    "[Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"
)


@pytest.mark.parametrize(
    ("version", "weights", "kind", "text"),
    [
        ("1", routing(v1=0.1, v2=0.2), INVALID, "Number of items in AdditionalVersionWeights cannot be greater than 1"),
        ("1", routing(v1=0.5), INVALID, "Invalid function version 1. Function version 1 is already included in routing configuration."),
        ("$LATEST", routing(v1=0.5), INVALID, "$LATEST is not supported for an alias pointing to more than 1 version"),
        ("1", routing(v2=2.0), "ValidationException", TOO_WEIGHTY),
        ("10", {}, "ResourceNotFoundException", "Function not found: {arn}:10"),
        ("1", routing(v10=0.5), "ResourceNotFoundException", "Function not found: {arn}:10"),
        ("$LATEST.PUBLISHED", {}, "ResourceNotFoundException", "Function not found: {arn}:$LATEST.PUBLISHED"),
    ],
)
def test_what_no_alias_can_point_to(aws: Any, versioned: str, version: str, weights: dict[str, Any], kind: str, text: str) -> None:
    asked = {"FunctionName": versioned, "Name": "live", "FunctionVersion": version, "RoutingConfig": weights}
    found = refused(aws.create_alias, **asked)
    assert found[:2] == (kind, text.replace("{arn}", ARN + versioned))
    assert aws.list_aliases(FunctionName=versioned)["Aliases"] == []
    aws.create_alias(FunctionName=versioned, Name="live", FunctionVersion="2")
    assert refused(aws.update_alias, **asked) == found
    assert aws.get_alias(FunctionName=versioned, Name="live")["FunctionVersion"] == "2"


def test_only_the_error_about_latest_tells_no_type(aws: Any, versioned: str, sent: list[bytes]) -> None:
    refused(aws.create_alias, FunctionName=versioned, Name="live", FunctionVersion="$LATEST", RoutingConfig=routing(v1=0.5))
    refused(aws.create_alias, FunctionName=versioned, Name="live", FunctionVersion="1", RoutingConfig=routing(v1=0.5))
    assert sent[-2] == b'{"message":"$LATEST is not supported for an alias pointing to more than 1 version"}'
    assert sent[-1].startswith(b'{"Type":"User","message":"Invalid function version 1.')


def test_latest_is_for_an_alias_without_weights(aws: Any, versioned: str) -> None:
    aws.create_alias(FunctionName=versioned, Name="edge", FunctionVersion="$LATEST")
    assert aws.invoke(FunctionName=versioned, Qualifier="edge")["ExecutedVersion"] == "$LATEST"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"Role": "arn:aws:iam::000000000000:role/other"}, "Specified versions must be associated with the same execution role"),
        (
            {"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:000000000000:dead"}},
            "Specified versions must be associated with the same dead letter configuration",
        ),
    ],
)
def test_two_versions_have_one_role_and_one_dead_letter_queue(lab: Any, aws: Any, versioned: str, change: dict[str, Any], text: str) -> None:
    record = lab.account_of_notebook.record(versioned)
    record.versions["2"].settings.update(change)  # a role that is there is not this test's business
    asked = {"FunctionName": versioned, "Name": "live", "FunctionVersion": "1", "RoutingConfig": routing(v2=0.1)}
    assert refused(aws.create_alias, **asked) == (INVALID, text, 400)


def test_names(aws: Any, versioned: str) -> None:
    number = refused(aws.create_alias, FunctionName=versioned, Name="12", FunctionVersion="1")
    assert number[0] == "ValidationException" and "Value '12' at 'name' failed to satisfy constraint" in number[1]
    aws.create_alias(FunctionName=versioned, Name="v12", FunctionVersion="1")
    taken = f"Alias already exists: {ARN}{versioned}:v12"
    assert refused(aws.create_alias, FunctionName=versioned, Name="v12", FunctionVersion="2") == ("ResourceConflictException", taken, 409)
    missing = f"Alias not found: {ARN}{versioned}:other"
    assert refused(aws.update_alias, FunctionName=versioned, Name="other") == ("ResourceNotFoundException", missing, 404)


def test_a_function_that_is_not_there(aws: Any) -> None:
    assert refused(aws.create_alias, FunctionName="nothing", Name="live", FunctionVersion="1")[1] == f"Function not found: {ARN}nothing:1"
    for call in (aws.get_alias, aws.update_alias, aws.delete_alias):
        assert refused(call, FunctionName="nothing", Name="live") == ("ResourceNotFoundException", f"Function not found: {ARN}nothing", 404)
    assert refused(aws.list_aliases, FunctionName="nothing")[1] == f"Function not found: {ARN}nothing"


def test_lists_by_name_by_version_and_in_pages(aws: Any, versioned: str) -> None:
    for name, version in (("b", "1"), ("c", "2"), ("a", "1")):
        aws.create_alias(FunctionName=versioned, Name=name, FunctionVersion=version)
    pages = list(aws.get_paginator("list_aliases").paginate(FunctionName=versioned, PaginationConfig={"PageSize": 2}))
    assert [[alias["Name"] for alias in page["Aliases"]] for page in pages] == [["a", "b"], ["c"]]
    of_one = aws.list_aliases(FunctionName=versioned, FunctionVersion="1")["Aliases"]
    assert [alias["Name"] for alias in of_one] == ["a", "b"]


def test_a_version_that_an_alias_refers_to_stays(aws: Any, versioned: str) -> None:
    aws.create_alias(FunctionName=versioned, Name="live", FunctionVersion="1", RoutingConfig=routing(v2=0.1))
    text = "Unable to delete version because the following aliases reference it: [live]"
    for version in ("1", "2"):
        assert refused(aws.delete_function, FunctionName=versioned, Qualifier=version) == ("ResourceConflictException", text, 409)
    aws.delete_alias(FunctionName=versioned, Name="live")
    aws.delete_function(FunctionName=versioned, Qualifier="1")
    assert refused(aws.get_function, FunctionName=versioned, Qualifier="1")[0] == "ResourceNotFoundException"


def test_publishing_tells_the_states_of_aws(aws: Any, name: str) -> None:
    made = aws.create_function(
        FunctionName=name, Runtime="python3.13", Role="arn:aws:iam::000000000000:role/serverless-lab", Handler="index.handler",
        Code={"ZipFile": zipped()}, Publish=True,
    )  # fmt: skip
    assert (made["Version"], made["State"], made["StateReasonCode"]) == ("1", "Pending", "Creating") and "LastUpdateStatus" not in made
    assert made["FunctionArn"] == f"{ARN}{name}"  # as recorded; an update's has the version
    aws.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1", WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    aws.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    latest = aws.get_function_configuration(FunctionName=name)
    again = aws.publish_version(FunctionName=name)
    assert (again["Version"], again["State"], again["LastUpdateStatus"]) == ("1", "Active", "Successful")
    changed(aws, name, Timeout=7)
    second = aws.publish_version(FunctionName=name)
    assert (second["Version"], second["State"], second["LastUpdateStatus"]) == ("2", "Active", "Successful")
    assert second["RevisionId"] == aws.get_function_configuration(FunctionName=name, Qualifier="2")["RevisionId"]
    assert aws.get_function_configuration(FunctionName=name)["RevisionId"] != latest["RevisionId"]
    third = aws.update_function_code(FunctionName=name, ZipFile=zipped("def handler(event, context):\n    return 3\n"), Publish=True)
    assert (third["Version"], third["State"], third["FunctionArn"]) == ("3", "Pending", f"{ARN}{name}:3")
    aws.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="3", WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    aws.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    assert aws.invoke(FunctionName=name, Qualifier="3")["Payload"].read() == b"3"


def test_the_latest_published_is_for_managed_instances(aws: Any, versioned: str) -> None:
    text = "PublishTo is supported only for functions that have a capacity provider."
    assert refused(aws.publish_version, FunctionName=versioned, PublishTo="LATEST_PUBLISHED") == (INVALID, text, 400)
    missing = f"Function not found: {ARN}{versioned}:$LATEST.PUBLISHED"
    for call in (aws.get_function, aws.get_function_configuration, aws.invoke):
        assert refused(call, FunctionName=versioned, Qualifier="$LATEST.PUBLISHED") == ("ResourceNotFoundException", missing, 404)
