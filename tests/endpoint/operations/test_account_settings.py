"""What an account may have and has, and the 75 GB of its code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from kernel_runtime import Lab

from .conftest import ROLE, create, zipped
from .test_functions import refused

FULL = ("CodeStorageExceededException", "Code storage limit exceeded.", 400)


@pytest.fixture
def own() -> Iterator[Lab]:
    """A lab that no other test uses."""
    with Lab() as lab:
        yield lab


def client(lab: Lab, **more: Any) -> Any:
    return lab.boto3("lambda", config=Config(retries={"total_max_attempts": 1}, parameter_validation=False), **more)


def test_an_empty_account(own: Lab) -> None:
    settings = client(own, account="111122223333").get_account_settings()
    assert settings["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert settings["AccountLimit"] == {
        "TotalCodeSize": 80_530_636_800,
        "CodeSizeUnzipped": 262_144_000,
        "CodeSizeZipped": 52_428_800,
        "ConcurrentExecutions": 1_000,
        "UnreservedConcurrentExecutions": 1_000,
    }
    assert settings["AccountUsage"] == {"TotalCodeSize": 0, "FunctionCount": 0}


def test_every_version_and_layer_counts(own: Lab) -> None:
    aws, code = client(own), zipped()
    create(aws, "counted", Code={"ZipFile": code})
    create(aws, "another", Code={"ZipFile": code})
    assert aws.get_account_settings()["AccountUsage"] == {"TotalCodeSize": 2 * len(code), "FunctionCount": 2}
    aws.publish_version(FunctionName="counted")
    own.layers.publish("shared", code)
    assert aws.get_account_settings()["AccountUsage"] == {"TotalCodeSize": 4 * len(code), "FunctionCount": 2}
    aws.delete_function(FunctionName="counted", Qualifier="1")
    aws.delete_function(FunctionName="another")
    assert aws.get_account_settings()["AccountUsage"] == {"TotalCodeSize": 2 * len(code), "FunctionCount": 1}


def test_what_is_reserved_or_provisioned_is_not_unreserved(own: Lab) -> None:
    aws = client(own)
    create(aws, "reserved")
    create(aws, "provisioned")
    aws.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=100)
    aws.publish_version(FunctionName="provisioned")
    aws.put_provisioned_concurrency_config(FunctionName="provisioned", Qualifier="1", ProvisionedConcurrentExecutions=1)
    limit = aws.get_account_settings()["AccountLimit"]
    assert (limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]) == (1_000, 899)


def test_code_beyond_the_storage_is_refused_and_changes_nothing(own: Lab) -> None:
    aws, code = client(own), zipped()
    larger = zipped(**{"more.txt": "more"})
    create(aws, "first", Code={"ZipFile": code})
    own.account_of_notebook.code_storage_max_bytes = len(code) + len(larger) - 1
    new = {"FunctionName": "second", "Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler"}
    assert refused(aws.create_function, Code={"ZipFile": larger}, **new) == FULL
    assert refused(aws.get_function, FunctionName="second")[0] == "ResourceNotFoundException"
    aws.publish_version(FunctionName="first")
    aws.update_function_configuration(FunctionName="first", Description="changed")  # takes no more
    aws.get_waiter("function_updated_v2").wait(FunctionName="first", WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    assert refused(aws.publish_version, FunctionName="first") == FULL
    assert refused(aws.update_function_code, FunctionName="first", ZipFile=larger) == FULL
    assert [version["Version"] for version in aws.list_versions_by_function(FunctionName="first")["Versions"]] == ["$LATEST", "1"]
    assert aws.get_account_settings()["AccountUsage"] == {"TotalCodeSize": 2 * len(code), "FunctionCount": 1}
