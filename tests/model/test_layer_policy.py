"""Who may use a layer version."""

from __future__ import annotations

import json

import pytest

from kernel_runtime.model.errors import (
    PolicyLengthExceededException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from kernel_runtime.model.layer_policy import LayerPolicy, LayerStatement, check_action

ARN = "arn:aws:lambda:us-east-1:123456789012:layer:my-layer:3"


def policy(*statements: LayerStatement) -> LayerPolicy:
    return LayerPolicy(tuple(statements), "r1")


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        (
            LayerStatement("xaccount", "111122223333"),
            '{"Sid":"xaccount","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"lambda:GetLayerVersion","Resource":"ARN"}',
        ),
        (
            LayerStatement("root", "arn:aws:iam::111122223333:root"),
            '{"Sid":"root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"lambda:GetLayerVersion","Resource":"ARN"}',
        ),
        (LayerStatement("all", "*"), '{"Sid":"all","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"ARN"}'),
        (
            LayerStatement("org", "*", "o-t194hfs8cz"),
            '{"Sid":"org","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"ARN",'
            '"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-t194hfs8cz"}}}',
        ),
    ],
)
def test_a_statement_as_the_documentation_shows_it(statement: LayerStatement, written: str) -> None:
    assert json.dumps(statement.document(ARN), separators=(",", ":")) == written.replace("ARN", ARN)


@pytest.mark.parametrize(
    ("statement", "account", "organization", "may"),
    [
        (LayerStatement("s", "*"), "111122223333", None, True),
        (LayerStatement("s", "111122223333"), "111122223333", None, True),
        (LayerStatement("s", "arn:aws:iam::111122223333:root"), "111122223333", None, True),
        (LayerStatement("s", "111122223333"), "444455556666", None, False),
        (LayerStatement("s", "*", "o-t194hfs8cz"), "111122223333", "o-t194hfs8cz", True),
        (LayerStatement("s", "*", "o-t194hfs8cz"), "111122223333", "o-anotherone1", False),
        (LayerStatement("s", "*", "o-t194hfs8cz"), "111122223333", None, False),
    ],
)
def test_who_is_let_in(statement: LayerStatement, account: str, organization: str | None, may: bool) -> None:
    assert policy(statement).allows(account, organization) is may
    assert not policy().allows(account, organization)


def test_statements_are_kept_in_order_and_each_change_has_its_revision() -> None:
    one = LayerPolicy().with_statement(LayerStatement("s1", "*"), ARN, None, "r1")
    two = one.with_statement(LayerStatement("s2", "*"), ARN, "r1", "r2")
    assert [statement["Sid"] for statement in two.document(ARN)["Statement"]] == ["s1", "s2"]
    assert (one.revision_id, two.revision_id) == ("r1", "r2")
    assert list(two.document(ARN)) == ["Version", "Id", "Statement"]
    left = two.without_statement("s1", "r2", "r3")
    assert ([s.sid for s in left.statements], left.revision_id) == (["s2"], "r3")


def test_a_sid_is_taken_once() -> None:
    with pytest.raises(ResourceConflictException) as refused:
        policy(LayerStatement("s1", "*")).with_statement(LayerStatement("s1", "111122223333"), ARN, None, "r2")
    assert str(refused.value) == "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement."


def test_a_wrong_revision_changes_nothing() -> None:
    told = "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id"
    for change in (
        lambda: policy(LayerStatement("s1", "*")).with_statement(LayerStatement("s2", "*"), ARN, "wrong", "r2"),
        lambda: LayerPolicy().with_statement(LayerStatement("s2", "*"), ARN, "wrong", "r2"),
        lambda: policy(LayerStatement("s1", "*")).without_statement("s1", "wrong", "r2"),
    ):
        with pytest.raises(PreconditionFailedException) as refused:
            change()
        assert (str(refused.value), refused.value.status) == (told, 412)


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(ResourceNotFoundException, match=r"^Statement s9 is not found in resource policy\.$"):
        policy(LayerStatement("s1", "*")).without_statement("s9", None, "r2")
    for ask in (lambda: policy().document(ARN), lambda: policy().without_statement("s1", None, "r2")):
        with pytest.raises(ResourceNotFoundException, match=r"^No policy is associated with the given resource\.$"):
            ask()


def test_a_policy_has_20_kb() -> None:
    long = LayerPolicy()
    with pytest.raises(PolicyLengthExceededException, match=r"^The final policy size \(2\d{4}\) is bigger than the limit \(20480\)\.$"):
        for number in range(200):
            long = long.with_statement(LayerStatement(f"statement-{number}", "111122223333"), ARN, None, "r")
    assert len(long.statements) > 100


def test_only_one_action_may_be_allowed() -> None:
    check_action("lambda:GetLayerVersion")
    with pytest.raises(ValidationException) as refused:
        check_action("*")
    assert str(refused.value) == (
        "1 validation error detected: Value '*' at 'action' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: lambda:GetLayerVersion"
    )
