"""Whom a statement covers: principals in their several forms, actions, conditions met and not met."""

from __future__ import annotations

from typing import Any

import pytest

from kernel_runtime.account.policy_statements import covers, names_of, permission

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
CALL = "lambda:InvokeFunction"
SESSION = "arn:aws:sts::123456789012:assumed-role/r/session"


def statement(**request: Any) -> dict[str, Any]:
    return permission(ARN, {"StatementId": "s", "Action": CALL, "Principal": "*", **request})


@pytest.mark.parametrize(
    ("principal", "who", "account", "expected"),
    [
        ("*", "arn:aws:iam::123456789012:root", "123456789012", True),
        ("123456789012", SESSION, "123456789012", True),
        ("123456789012", "arn:aws:iam::999999999999:root", "999999999999", False),
        ("arn:aws:iam::123456789012:role/path/r", SESSION, "123456789012", True),
        ("arn:aws:iam::123456789012:role/other", SESSION, "123456789012", False),
        (SESSION, SESSION, "123456789012", True),
        ("s3.amazonaws.com", "s3.amazonaws.com", "", True),
        ("s3.amazonaws.com", "sns.amazonaws.com", "", False),
    ],
)
def test_principals(principal: str, who: str, account: str, expected: bool) -> None:
    assert covers(statement(Principal=principal), ARN, names_of(who, account), CALL, {}) is expected


@pytest.mark.parametrize(("action", "expected"), [(CALL, True), ("lambda:*", True), ("*", True), ("lambda:GetFunction", False)])
def test_actions(action: str, expected: bool) -> None:
    assert covers(statement(Action=action), ARN, ["anyone"], CALL, {}) is expected


def test_a_statement_is_of_its_resource() -> None:
    assert not covers(statement(), f"{ARN}:live", ["anyone"], CALL, {})


@pytest.mark.parametrize(
    ("source", "expected"),
    [("arn:aws:s3:::bucket", True), ("arn:aws:s3:::bucket-2", False), ("arn:aws:sns:::bucket", False), (None, False)],
)
def test_the_source_must_be_the_one(source: str | None, expected: bool) -> None:
    context = {"aws:sourcearn": source} if source else {}
    assert covers(statement(SourceArn="arn:aws:s3:::bucket"), ARN, ["anyone"], CALL, context) is expected


def test_a_star_in_an_arn_stays_in_its_part() -> None:
    wide = statement(SourceArn="arn:aws:execute-api:us-east-1:*:api/*/GET/things")
    assert covers(wide, ARN, ["anyone"], CALL, {"aws:sourcearn": "arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/things"})
    assert not covers(wide, ARN, ["anyone"], CALL, {"aws:sourcearn": "arn:aws:execute-api:us-east-1:1:2:api/prod/GET/other"})


def test_every_condition_must_be_met() -> None:
    both = statement(SourceAccount="123456789012", PrincipalOrgID="o-1234567890")
    met = {"aws:sourceaccount": "123456789012", "aws:principalorgid": "o-1234567890"}
    assert covers(both, ARN, ["anyone"], CALL, met)
    for key in met:
        assert not covers(both, ARN, ["anyone"], CALL, {**met, key: "another"})
        assert not covers(both, ARN, ["anyone"], CALL, {name: value for name, value in met.items() if name != key})


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringNotEquals": {"aws:SourceAccount": "1"}}, {"aws:sourceaccount": "1"}, False),
        ({"StringNotEquals": {"aws:SourceAccount": "1"}}, {}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, {}, True),
        ({"StringLike": {"aws:SourceAccount": ["1*", "2*"]}}, {"aws:sourceaccount": "23"}, True),
        ({"Null": {"aws:SourceAccount": "true"}}, {}, True),
        ({"Null": {"aws:SourceAccount": True}}, {"aws:sourceaccount": "1"}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:sourceip": "10.1.2.3"}, True),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:sourceip": "10.1.2.3"}, False),
        ({"Bool": {"lambda:InvokedViaFunctionUrl": True}}, {"lambda:invokedviafunctionurl": "true"}, True),
    ],
)
def test_operators(condition: dict[str, Any], context: dict[str, str], expected: bool) -> None:
    assert covers({**statement(), "Condition": condition}, ARN, ["anyone"], CALL, context) is expected
