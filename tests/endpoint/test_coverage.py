"""The comparison page is what the code says, and the code does what the page says of members that are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from kernel_runtime import Lab
from kernel_runtime.endpoint import coverage
from kernel_runtime.endpoint.operations.refused import REFUSED_MEMBERS
from kernel_runtime.endpoint.operations.stored_only import EVERYTHING, NOT_KEPT, STORED_ONLY
from kernel_runtime.endpoint.service import lambda_service

from .operations.conftest import ROLE, create, zipped

PAGE = Path(coverage.__file__).parents[1] / "COVERAGE.md"
MEMBERS = {name: coverage.members_of(lambda_service().operation_model(name)) for name in lambda_service().operation_names}


def test_the_page_is_as_printed() -> None:
    assert PAGE.read_text() == coverage.page(), "python -m kernel_runtime.endpoint.coverage > kernel_runtime/COVERAGE.md"


def test_every_operation_has_a_row() -> None:
    assert [row.operation for row in coverage.rows()] == list(MEMBERS) and len(MEMBERS) == 91


@pytest.mark.parametrize("line", [*STORED_ONLY, *NOT_KEPT], ids=lambda line: f"{line.operations[0]}-{line.members[0]}")
def test_the_tables_name_what_is_there(line: Any) -> None:
    for operation in line.operations:
        assert {EVERYTHING, *MEMBERS[operation]} >= set(line.members)


def test_members_that_are_refused_are_there() -> None:
    assert {path.rpartition(".")[2] for members in MEMBERS.values() for path in members} >= REFUSED_MEMBERS.keys()


@pytest.fixture(scope="module")
def aws() -> Any:
    with Lab() as lab:
        aws = lab.boto3("lambda", config=Config(retries={"total_max_attempts": 1}))
        create(aws, "there")
        yield aws


GIVEN = {
    "ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:latest",
    "PublishTo": "LATEST_PUBLISHED",
    "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"},
    "CapacityProviderConfig": {
        "LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "arn:aws:lambda:us-east-1:000000000000:capacity-provider:mine"}
    },
    "DurableConfig": {"ExecutionTimeout": 60},
    "RuntimeConfig": {"RuntimeArn": "arn:aws:lambda:us-east-1:000000000000:runtime/mine", "RuntimeAlias": "live"},
    "AcceleratorConfig": {"AcceleratorMemorySize": 1},
    "TenantId": "blue",
    "DurableExecutionName": "first",
}


@pytest.mark.parametrize("member", REFUSED_MEMBERS)
def test_a_member_that_is_refused_says_why(aws: Any, member: str) -> None:
    operations = [name for name in MEMBERS if member in MEMBERS[name] or f"Code.{member}" in MEMBERS[name]]
    given = {member: GIVEN[member]}
    for operation in (name for name in operations if name in SEND):
        with pytest.raises(ClientError) as caught:
            SEND[operation](aws, given)
        error = caught.value.response
        assert (error["Error"]["Code"], error["Error"]["Message"]) == ("InvalidParameterValueException", REFUSED_MEMBERS[member]), operation
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert set(operations) & set(SEND)


def _created(aws: Any, given: dict[str, Any]) -> None:
    code = given if "ImageUri" in given else {"ZipFile": zipped()}
    more = {} if "ImageUri" in given else given
    aws.create_function(FunctionName="new", Runtime="python3.13", Role=ROLE, Handler="index.handler", Code=code, **more)


SEND: dict[str, Any] = {
    "CreateFunction": _created,
    "UpdateFunctionCode": lambda aws, given: aws.update_function_code(FunctionName="there", **given),
    "UpdateFunctionConfiguration": lambda aws, given: aws.update_function_configuration(FunctionName="there", **given),
    "PublishVersion": lambda aws, given: aws.publish_version(FunctionName="there", **given),
    "Invoke": lambda aws, given: aws.invoke(FunctionName="there", **given),
    "InvokeWithResponseStream": lambda aws, given: aws.invoke_with_response_stream(FunctionName="there", **given),
}
