"""Resource policies by the API: statements as AWS prints them, what is refused, and that calls from other accounts really ask them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.config import Config

from kernel_runtime import Lab

from .conftest import create
from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
OTHER = "111122223333"
CALL = {"Action": "lambda:InvokeFunction"}


@pytest.fixture(scope="module")
def other(lab: Lab) -> Any:
    """A client of another account."""
    return lab.boto3("lambda", account=OTHER, config=Config(retries={"total_max_attempts": 1}, parameter_validation=False))


def added(aws: Any, function: str, sid: str, **request: Any) -> str:
    statement: str = aws.add_permission(FunctionName=function, StatementId=sid, **{**CALL, **request})["Statement"]
    return statement


def test_a_statement_as_aws_prints_it(aws: Any, function: str) -> None:
    printed = added(aws, function, "s3", Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::bucket", SourceAccount="123456789012")
    assert printed == (
        '{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",'
        f'"Resource":"{ARN}{function}","Condition":{{"StringEquals":{{"AWS:SourceAccount":"123456789012"}},'
        '"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}'
    )
    policy = aws.get_policy(FunctionName=function)
    assert policy["Policy"] == f'{{"Version":"2012-10-17","Id":"default","Statement":[{printed}]}}'
    assert len(policy["RevisionId"]) == 36


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("123456789012", {"AWS": "arn:aws:iam::123456789012:root"}),
        ("arn:aws:iam::123456789012:user/ann", {"AWS": "arn:aws:iam::123456789012:user/ann"}),
        ("arn:aws:sts::123456789012:assumed-role/r/s", {"AWS": "arn:aws:sts::123456789012:assumed-role/r/s"}),
        ("events.amazonaws.com", {"Service": "events.amazonaws.com"}),
        ("*", "*"),
    ],
)
def test_principals(aws: Any, function: str, given: str, shown: Any) -> None:
    assert json.loads(added(aws, function, "one", Principal=given))["Principal"] == shown


def test_conditions_in_order(aws: Any, function: str) -> None:
    statement = added(
        aws, function, "url", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE", PrincipalOrgID="o-1234567890",
        SourceAccount="123456789012", SourceArn="arn:aws:s3:::bucket",
    )  # fmt: skip
    assert json.dumps(json.loads(statement)["Condition"]) == json.dumps(
        {
            "StringEquals": {"AWS:SourceAccount": "123456789012", "lambda:FunctionUrlAuthType": "NONE", "aws:PrincipalOrgID": "o-1234567890"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"},
        }
    )
    alexa = json.loads(added(aws, function, "alexa", Principal="alexa-appkit.amazon.com", EventSourceToken="amzn1.ask.skill.1"))
    assert alexa["Condition"] == {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}
    assert json.loads(added(aws, function, "via", Principal="*", InvokedViaFunctionUrl=True))["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    assert refused(aws.add_permission, FunctionName=function, StatementId="no", Principal="*", FunctionUrlAuthType="NONE", **CALL)[1] == (
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"
    )


def test_what_is_refused(aws: Any, function: str) -> None:
    asked = {"StatementId": "s3", "Principal": "s3.amazonaws.com", **CALL}
    for principal in ("nobody", "invalid.example.com", "12345", "arn:aws:s3:::bucket"):
        assert refused(aws.add_permission, FunctionName=function, **{**asked, "Principal": principal}) == (
            "InvalidParameterValueException", "The provided principal was invalid. Please check the principal and try again.", 400,
        )  # fmt: skip
    assert refused(aws.add_permission, FunctionName=function, Qualifier="$LATEST", **asked)[1] == "We currently do not support adding policies for $LATEST."
    assert refused(aws.add_permission, FunctionName="nothing", **asked) == ("ResourceNotFoundException", f"Function not found: {ARN}nothing", 404)
    assert refused(aws.add_permission, FunctionName=function, Qualifier="42", **asked)[1] == f"Function not found: {ARN}{function}:42"
    assert refused(aws.add_permission, FunctionName=function, Qualifier="live", **asked)[1] == f"Cannot find alias arn: {ARN}{function}:live"
    assert refused(aws.add_permission, FunctionName=function, Qualifier="with-$-in-it", **asked)[1] == f"Function not found: {ARN}{function}:with-$-in-it"
    aws.add_permission(FunctionName=function, **asked)
    taken = "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement."
    assert refused(aws.add_permission, FunctionName=function, **asked) == ("ResourceConflictException", taken, 409)


def test_what_is_not_there(aws: Any, function: str) -> None:
    gone = ("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    assert refused(aws.get_policy, FunctionName=function) == gone
    assert refused(aws.get_policy, FunctionName=function, Qualifier="7") == gone
    assert refused(aws.get_policy, FunctionName="nothing")[1] == f"Function not found: {ARN}nothing"
    assert refused(aws.remove_permission, FunctionName="nothing", StatementId="s")[1] == f"No policy found for: {ARN}nothing"
    assert refused(aws.remove_permission, FunctionName=function, StatementId="s")[1] == "No policy is associated with the given resource."
    added(aws, function, "one", Principal="*")
    assert refused(aws.remove_permission, FunctionName=function, StatementId="s")[1] == "Statement s is not found in resource policy."
    assert aws.remove_permission(FunctionName=function, StatementId="one")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.get_policy, FunctionName=function) == gone


def test_revisions(aws: Any, function: str) -> None:
    stale = (
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id",
        412,
    )
    one = {"FunctionName": function, "StatementId": "one", "Principal": "*", **CALL}
    assert refused(aws.add_permission, RevisionId="stale", **one) == stale
    aws.add_permission(**one)
    first = aws.get_policy(FunctionName=function)["RevisionId"]
    aws.add_permission(**{**one, "StatementId": "two"}, RevisionId=first)
    assert refused(aws.remove_permission, FunctionName=function, StatementId="one", RevisionId=first) == stale
    aws.remove_permission(FunctionName=function, StatementId="one", RevisionId=aws.get_policy(FunctionName=function)["RevisionId"])
    assert [statement["Sid"] for statement in json.loads(aws.get_policy(FunctionName=function)["Policy"])["Statement"]] == ["two"]


def test_a_policy_has_twenty_kilobytes(aws: Any, function: str) -> None:
    source = "arn:aws:s3:::" + "b" * 6_000
    for number in range(3):
        added(aws, function, f"long-{number}", Principal="s3.amazonaws.com", SourceArn=source)
    before = aws.get_policy(FunctionName=function)
    kind, message, status = refused(aws.add_permission, FunctionName=function, StatementId="last", Principal="s3.amazonaws.com", SourceArn=source, **CALL)
    size = len(before["Policy"]) + len(json.dumps(json.loads(before["Policy"])["Statement"][0], separators=(",", ":"))) + 1 - len("long-0") + len("last")
    assert (kind, message, status) == ("PolicyLengthExceededException", f"The final policy size ({size}) is bigger than the limit (20480).", 400)
    assert aws.get_policy(FunctionName=function)["RevisionId"] == before["RevisionId"]


def test_versions_have_policies_of_their_own(aws: Any, function: str) -> None:
    aws.publish_version(FunctionName=function)
    statement = json.loads(added(aws, f"{function}:1", "one", Principal="*"))
    assert statement["Resource"] == f"{ARN}{function}:1"
    assert refused(aws.get_policy, FunctionName=function)[0] == "ResourceNotFoundException"
    aws.delete_function(FunctionName=function, Qualifier="1")
    assert refused(aws.get_policy, FunctionName=function, Qualifier="1")[0] == "ResourceNotFoundException"


def test_another_account_calls_where_the_policy_allows_it(aws: Any, other: Any, function: str) -> None:
    denied = (
        "AccessDeniedException",
        f"User: arn:aws:iam::{OTHER}:root is not authorized to perform: lambda:InvokeFunction on resource: {ARN}{function} "
        "because no resource-based policy allows the lambda:InvokeFunction action",
        403,
    )
    assert refused(other.invoke, FunctionName=ARN + function) == denied
    added(aws, function, "theirs", Principal=OTHER, Action="lambda:GetFunction")
    added(aws, function, "anothers", Principal="444455556666")
    added(aws, function, "by-source", Principal=OTHER, SourceArn="arn:aws:s3:::bucket")
    assert refused(other.invoke, FunctionName=ARN + function) == denied
    added(aws, function, "call", Principal=OTHER)
    assert other.invoke(FunctionName=ARN + function, Payload=b'"hello"')["Payload"].read() == b'"hello"'
    aws.publish_version(FunctionName=function)
    assert refused(other.invoke, FunctionName=f"{ARN}{function}:1")[0] == "AccessDeniedException"
    aws.remove_permission(FunctionName=function, StatementId="call")
    assert refused(other.invoke, FunctionName=ARN + function) == denied


def test_a_deleted_function_takes_its_policy_along(aws: Any, function: str) -> None:
    added(aws, function, "one", Principal="*")
    aws.delete_function(FunctionName=function)
    create(aws, function)
    assert refused(aws.get_policy, FunctionName=function)[0] == "ResourceNotFoundException"
