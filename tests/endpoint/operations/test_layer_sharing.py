"""Layers that accounts share: by account, with everyone, with an organisation; and refused without permission."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

from kernel_runtime import Lab

from .conftest import create, zipped
from .test_functions import refused
from .test_layers import ASKS, PREFIX, answer_of, changed

OTHER, THIRD = "222222222222", "333333333333"
ACTION = "lambda:GetLayerVersion"
Client = Callable[[str], Any]


@pytest.fixture
def of(lab: Lab) -> Client:
    """A client of Lambda that signs for an account."""
    return lambda account: lab.boto3("lambda", account=account, config=Config(retries={"total_max_attempts": 1}, parameter_validation=False))


@pytest.fixture
def layer(aws: Any, name: str) -> str:
    """The name of a layer of the notebook's account, with one version; its module ``word`` says "shared"."""
    aws.publish_layer_version(LayerName=name, Content={"ZipFile": zipped("", **{"python/word.py": "WORD = 'shared'\n"})})
    return name


def share(aws: Any, layer: str, principal: str, sid: str = "s1", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = aws.add_layer_version_permission(LayerName=layer, VersionNumber=1, StatementId=sid, Action=ACTION, Principal=principal, **more)
    return answer


def denied(account: str, resource: str, action: str = "GetLayerVersion") -> tuple[str, str, int]:
    text = f"User: arn:aws:iam::{account}:root is not authorized to perform: lambda:{action} on resource: {resource} "
    return "AccessDeniedException", f"{text}because no resource-based policy allows the lambda:{action} action", 403


def may_get(client: Any, arn: str) -> bool:
    try:
        client.get_layer_version_by_arn(Arn=arn)
    except client.exceptions.ClientError as why:
        assert why.response["Error"]["Code"] == "AccessDeniedException"
        return False
    return True


def test_a_statement_as_it_is_added_and_shown(aws: Any, layer: str) -> None:
    arn = f"{PREFIX}{layer}:1"
    none = ("ResourceNotFoundException", "No policy is associated with the given resource.", 404)
    assert refused(aws.get_layer_version_policy, LayerName=layer, VersionNumber=1) == none
    first = share(aws, layer, OTHER)
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 201
    text = f'"Principal":{{"AWS":"arn:aws:iam::{OTHER}:root"}},"Action":"{ACTION}","Resource":"{arn}"}}'
    assert first["Statement"] == f'{{"Sid":"s1","Effect":"Allow",{text}'
    second = share(aws, layer, "*", "s2", OrganizationId="o-abcdefghij")
    assert json.loads(second["Statement"])["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    held = aws.get_layer_version_policy(LayerName=PREFIX + layer, VersionNumber=1)
    assert held["Policy"] == f'{{"Version":"2012-10-17","Id":"default","Statement":[{first["Statement"]},{second["Statement"]}]}}'
    assert held["RevisionId"] == second["RevisionId"] != first["RevisionId"]
    for sid in ("s1", "s2"):
        answer = aws.remove_layer_version_permission(LayerName=layer, VersionNumber=1, StatementId=sid)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.get_layer_version_policy, LayerName=layer, VersionNumber=1) == none


def test_what_is_refused_of_policies(aws: Any, layer: str) -> None:
    request = {"LayerName": layer, "VersionNumber": 1, "StatementId": "s1", "Action": ACTION, "Principal": OTHER}
    revision = share(aws, layer, OTHER)["RevisionId"]
    taken = "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement."
    assert refused(aws.add_layer_version_permission, **request) == ("ResourceConflictException", taken, 409)
    stale = "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id"
    assert refused(aws.add_layer_version_permission, **{**request, "StatementId": "s2"}, RevisionId="wrong") == ("PreconditionFailedException", stale, 412)
    named = {"LayerName": layer, "VersionNumber": 1}
    assert refused(aws.remove_layer_version_permission, **named, StatementId="s1", RevisionId="wrong") == ("PreconditionFailedException", stale, 412)
    missing = ("ResourceNotFoundException", "Statement s9 is not found in resource policy.", 404)
    assert refused(aws.remove_layer_version_permission, **named, StatementId="s9") == missing
    kind, message, status = refused(aws.add_layer_version_permission, **{**request, "Action": "lambda:*"})
    pattern = f"Value 'lambda:*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: {ACTION}"
    assert (kind, message, status) == ("ValidationException", f"1 validation error detected: {pattern}", 400)
    absent = ("ResourceNotFoundException", f"Layer version {PREFIX}{layer}:9 does not exist.", 404)
    for call, more in (
        (aws.add_layer_version_permission, {"StatementId": "s1", "Action": ACTION, "Principal": "*"}),
        (aws.get_layer_version_policy, {}),
        (aws.remove_layer_version_permission, {"StatementId": "s1"}),
    ):
        assert refused(call, LayerName=layer, VersionNumber=9, **more) == absent
    assert aws.get_layer_version_policy(**named)["RevisionId"] == revision
    assert aws.add_layer_version_permission(**{**request, "StatementId": "s2"}, RevisionId=revision)["RevisionId"] != revision


def test_a_policy_has_20_kb(aws: Any, layer: str) -> None:
    added = 0
    with pytest.raises(aws.exceptions.PolicyLengthExceededException) as raised:
        while True:
            share(aws, layer, OTHER, f"{added:0100d}")
            added += 1
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    held = aws.get_layer_version_policy(LayerName=layer, VersionNumber=1)["Policy"]
    assert len(json.loads(held)["Statement"]) == added and len(held) <= 20_480


def test_two_accounts_share_a_layer(aws: Any, of: Client, layer: str) -> None:
    arn, theirs = f"{PREFIX}{layer}:1", of(OTHER)
    code = {"Runtime": "python3.13", "Role": f"arn:aws:iam::{OTHER}:role/serverless-lab", "Handler": "index.handler", "Code": {"ZipFile": zipped(ASKS)}}
    assert refused(theirs.create_function, FunctionName=layer, Layers=[arn], **code) == denied(OTHER, arn)
    assert refused(theirs.get_function, FunctionName=layer)[0] == "ResourceNotFoundException"
    share(aws, layer, OTHER)
    create(theirs, layer, ASKS, Role=code["Role"], Layers=[arn])
    assert answer_of(theirs, layer) == "shared"
    assert theirs.get_function_configuration(FunctionName=layer)["Layers"][0]["Arn"] == arn
    assert theirs.get_layer_version(LayerName=PREFIX + layer, VersionNumber=1)["LayerVersionArn"] == arn
    assert refused(of(THIRD).get_layer_version_by_arn, Arn=arn) == denied(THIRD, arn)


def test_what_is_taken_back_goes_on_serving_who_has_it(aws: Any, of: Client, layer: str) -> None:
    arn, theirs = f"{PREFIX}{layer}:1", of(OTHER)
    share(aws, layer, OTHER)
    create(theirs, layer, ASKS, Role=f"arn:aws:iam::{OTHER}:role/serverless-lab", Layers=[arn])
    aws.remove_layer_version_permission(LayerName=layer, VersionNumber=1, StatementId="s1")
    changed(theirs, layer, MemorySize=256)
    assert answer_of(theirs, layer) == "shared"
    assert refused(theirs.update_function_configuration, FunctionName=layer, Layers=[arn]) == denied(OTHER, arn)
    aws.delete_layer_version(LayerName=layer, VersionNumber=1)
    changed(theirs, layer, MemorySize=512)
    assert answer_of(theirs, layer) == "shared"


def test_with_everyone(aws: Any, of: Client, layer: str) -> None:
    share(aws, layer, "*")
    assert may_get(of(OTHER), f"{PREFIX}{layer}:1") and may_get(of(THIRD), f"{PREFIX}{layer}:1")


def test_one_version_is_shared_not_the_layer(aws: Any, of: Client, layer: str) -> None:
    aws.publish_layer_version(LayerName=layer, Content={"ZipFile": zipped()})
    share(aws, layer, "*")
    assert not may_get(of(OTHER), f"{PREFIX}{layer}:2")
    assert not may_get(of(OTHER), f"{PREFIX}{layer}:3"), "what is not there is not told apart"


def test_with_an_organisation(lab: Lab, aws: Any, of: Client, layer: str) -> None:
    organizations = lab.boto3("organizations")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    member = organizations.create_account(AccountName="member", Email="member@example.org")["CreateAccountStatus"]["AccountId"]
    share(aws, layer, "*", OrganizationId=organization)
    arn = f"{PREFIX}{layer}:1"
    create(of(member), layer, ASKS, Role=f"arn:aws:iam::{member}:role/serverless-lab", Layers=[arn])
    assert answer_of(of(member), layer) == "shared"
    assert not may_get(of(OTHER), arn)


def test_a_policy_shares_versions_for_use_and_nothing_else(aws: Any, of: Client, layer: str) -> None:
    share(aws, layer, "*")
    theirs, arn = of(OTHER), PREFIX + layer
    assert refused(theirs.list_layer_versions, LayerName=arn) == denied(OTHER, arn, "ListLayerVersions")
    published = {"LayerName": arn, "Content": {"ZipFile": zipped()}}
    assert refused(theirs.publish_layer_version, **published) == denied(OTHER, arn, "PublishLayerVersion")
    one = {"LayerName": arn, "VersionNumber": 1}
    assert refused(theirs.delete_layer_version, **one) == denied(OTHER, f"{arn}:1", "DeleteLayerVersion")
    assert refused(theirs.get_layer_version_policy, **one) == denied(OTHER, f"{arn}:1", "GetLayerVersionPolicy")
    permission = {"StatementId": "s2", "Action": ACTION, "Principal": OTHER}
    assert refused(theirs.add_layer_version_permission, **one, **permission) == denied(OTHER, f"{arn}:1", "AddLayerVersionPermission")
    assert refused(theirs.remove_layer_version_permission, **one, StatementId="s1") == denied(OTHER, f"{arn}:1", "RemoveLayerVersionPermission")


def test_accounts_have_layers_of_the_same_name(of: Client, aws: Any, layer: str) -> None:
    theirs = of(OTHER)
    answer = theirs.publish_layer_version(LayerName=layer, Content={"ZipFile": zipped()})
    assert answer["LayerVersionArn"] == f"arn:aws:lambda:us-east-1:{OTHER}:layer:{layer}:1"
    theirs.delete_layer_version(LayerName=layer, VersionNumber=1)
    assert aws.get_layer_version(LayerName=layer, VersionNumber=1)["Version"] == 1
