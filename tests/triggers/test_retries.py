"""``fn.retry``, ``fn.on_success`` and ``fn.on_failure`` make what the AWS API makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kernel_runtime import AwsError, FunctionHandle, Lab
from kernel_runtime.fleet.fake import FakeFleet

QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(fleet=FakeFleet()) as lab:
        yield lab


@pytest.fixture
def function(lab: Lab) -> Iterator[FunctionHandle]:
    function = lab.function("f", source="def handler(event, context): ...")
    yield function
    function.delete()


def config(lab: Lab, qualifier: str = "$LATEST") -> dict[str, Any]:
    told: dict[str, Any] = lab.boto3("lambda").get_function_event_invoke_config(FunctionName="f", Qualifier=qualifier)
    return told


def test_what_is_not_named_stays(lab: Lab, function: FunctionHandle) -> None:
    other = lab.function("other", source="def handler(event, context): ...")
    assert function.retry(attempts=1).on_failure(QUEUE).on_success(other).retry(max_age_s=60) is function
    told = config(lab)
    assert (told["MaximumRetryAttempts"], told["MaximumEventAgeInSeconds"]) == (1, 60)
    assert told["DestinationConfig"] == {
        "OnSuccess": {"Destination": "arn:aws:lambda:us-east-1:000000000000:function:other"}, "OnFailure": {"Destination": QUEUE},
    }  # fmt: skip
    function.on_failure(None)
    assert config(lab)["DestinationConfig"] == {"OnSuccess": {"Destination": "arn:aws:lambda:us-east-1:000000000000:function:other"}, "OnFailure": {}}


def test_a_qualifier_has_settings_of_its_own(lab: Lab, function: FunctionHandle) -> None:
    function.alias("live", function.publish())
    function.retry(attempts=0, qualifier="live")
    assert config(lab, "live")["MaximumRetryAttempts"] == 0
    with pytest.raises(ClientError, match="doesn't have an EventInvokeConfig"):
        config(lab)


@pytest.mark.parametrize(("given", "words"), [({"attempts": 3}, "less than or equal to 2"), ({"max_age_s": 5}, "valid min value: 60"), ({}, "at least one")])
def test_what_lambda_refuses(function: FunctionHandle, given: dict[str, int], words: str) -> None:
    with pytest.raises(AwsError, match=words):
        function.retry(**given)


def test_a_target_that_is_none(lab: Lab, function: FunctionHandle) -> None:
    with pytest.raises(AwsError, match="can't specify the function as a destination for itself"):
        function.on_success(function)
    with pytest.raises(AwsError, match="is invalid"):
        function.on_success("arn:aws:s3:::bucket")


def test_a_function_may_be_named(lab: Lab, function: FunctionHandle) -> None:
    lab.function("named", source="def handler(event, context): ...")
    function.on_failure("named")
    assert config(lab)["DestinationConfig"]["OnFailure"]["Destination"].endswith(":function:named")
    with pytest.raises(AwsError, match=r"functions here: .*named"):
        function.on_failure("nmaed")
