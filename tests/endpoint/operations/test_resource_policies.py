"""The whole policy by its resource's ARN: put, get, delete; a Deny counts for the account's own callers too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


def document(function: str, effect: str = "Allow", principal: Any = "*", **more: Any) -> dict[str, Any]:
    statement = {"Sid": "one", "Effect": effect, "Principal": principal, "Action": "lambda:InvokeFunction", "Resource": ARN + function, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_it_is_the_policy_that_permissions_are_added_to(aws: Any, function: str) -> None:
    given = document(function)
    put = aws.put_resource_policy(ResourceArn=ARN + function, Policy=json.dumps(given))
    assert json.loads(put["Policy"]) == given
    assert aws.get_policy(FunctionName=function)["Policy"] == put["Policy"]
    aws.add_permission(FunctionName=function, StatementId="two", Action="lambda:InvokeFunction", Principal="*", RevisionId=put["RevisionId"])
    held = aws.get_resource_policy(ResourceArn=ARN + function)
    assert [statement["Sid"] for statement in json.loads(held["Policy"])["Statement"]] == ["one", "two"]
    stale = refused(aws.put_resource_policy, ResourceArn=ARN + function, Policy=json.dumps(given), RevisionId=put["RevisionId"])
    assert (stale[0], stale[2]) == ("PreconditionFailedException", 412)
    assert aws.delete_resource_policy(ResourceArn=ARN + function, RevisionId=held["RevisionId"])["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.get_resource_policy, ResourceArn=ARN + function) == (
        "ResourceNotFoundException", "The resource you requested does not exist.", 404,
    )  # fmt: skip


def test_a_deny_holds_for_the_owner_too(aws: Any, function: str) -> None:
    aws.put_resource_policy(ResourceArn=ARN + function, Policy=json.dumps(document(function, "Deny")))
    assert refused(aws.invoke, FunctionName=function) == (
        "AccessDeniedException",
        f"User: arn:aws:iam::000000000000:root is not authorized to perform: lambda:InvokeFunction on resource: {ARN}{function} "
        "with an explicit deny in a resource-based policy",
        403,
    )
    aws.delete_resource_policy(ResourceArn=ARN + function)
    assert aws.invoke(FunctionName=function)["StatusCode"] == 200


@pytest.mark.parametrize(
    "policy",
    [
        "no json",
        "[]",
        "[" * 20_000,
        json.dumps({**document("FUNCTION"), "Id": 7}),
        json.dumps(document("FUNCTION", NotAction="lambda:GetFunction")),
        json.dumps(document("FUNCTION", Sid=["one"])),
        json.dumps({"Version": "2012-10-17"}),
        json.dumps(document("another")),
        json.dumps(document("FUNCTION", "Perhaps")),
        json.dumps(document("FUNCTION", principal={"Federated": "x"})),
        json.dumps(document("FUNCTION", Action="s3:GetObject")),
        json.dumps(document("FUNCTION", Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}})),
    ],
)
def test_what_is_no_policy(aws: Any, function: str, policy: str) -> None:
    assert refused(aws.put_resource_policy, ResourceArn=ARN + function, Policy=policy.replace("FUNCTION", function))[0] == "InvalidParameterValueException"
    assert refused(aws.get_resource_policy, ResourceArn=ARN + function)[0] == "ResourceNotFoundException"


def test_half_a_character_is_no_fault_of_the_lab(aws: Any, function: str) -> None:
    aws.put_resource_policy(ResourceArn=ARN + function, Policy=json.dumps(document(function, Sid="\ud800")))
    assert aws.get_policy(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_what_is_not_there(aws: Any, function: str) -> None:
    assert refused(aws.get_resource_policy, ResourceArn=f"{ARN}nothing")[1] == f"Function not found: {ARN}nothing"
    assert refused(aws.get_resource_policy, ResourceArn=f"{ARN}{function}:7")[1] == f"Function not found: {ARN}{function}:7"
    assert refused(aws.delete_resource_policy, ResourceArn=ARN + function)[0] == "ResourceNotFoundException"
