"""Settings of asynchronous invocations by the API: what is shown, what an update keeps, where word may go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from .conftest import create
from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:done"
NOWHERE: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}
NO_FUNCTION = ("ResourceNotFoundException", "The function doesn't exist.", 404)


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member not in ("ResponseMetadata", "LastModified")}


def absent(arn: str) -> tuple[str, str, int]:
    return "ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig", 404


def test_a_put_replaces_and_an_update_keeps(aws: Any, function: str) -> None:
    arn = f"{ARN}{function}:$LATEST"
    put = aws.put_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60)
    assert shown(put) == {"FunctionArn": arn, "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60, "DestinationConfig": NOWHERE}
    assert abs((datetime.now(UTC) - put["LastModified"]).total_seconds()) < 600
    updated = aws.update_function_event_invoke_config(FunctionName=function, DestinationConfig={"OnSuccess": {"Destination": QUEUE}})
    destinations = {"OnSuccess": {"Destination": QUEUE}, "OnFailure": {}}
    assert shown(updated) == {"FunctionArn": arn, "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60, "DestinationConfig": destinations}
    assert shown(aws.get_function_event_invoke_config(FunctionName=function, Qualifier="$LATEST")) == shown(updated)
    again = aws.put_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=2)
    assert shown(again) == {"FunctionArn": arn, "MaximumRetryAttempts": 2, "DestinationConfig": NOWHERE}
    assert aws.delete_function_event_invoke_config(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws.get_function_event_invoke_config, FunctionName=function) == absent(arn)
    assert refused(aws.delete_function_event_invoke_config, FunctionName=function) == absent(arn)


def test_each_qualifier_has_its_own(aws: Any, function: str, alias: str) -> None:
    for qualifier in (alias, "1", "$LATEST"):
        aws.put_function_event_invoke_config(FunctionName=function, Qualifier=qualifier, MaximumRetryAttempts=1)
    arns = [f"{ARN}{function}:{qualifier}" for qualifier in ("$LATEST", "1", "live")]
    listed = aws.list_function_event_invoke_configs(FunctionName=function)["FunctionEventInvokeConfigs"]
    assert [config["FunctionArn"] for config in listed] == arns
    first = aws.list_function_event_invoke_configs(FunctionName=function, MaxItems=2)
    rest = aws.list_function_event_invoke_configs(FunctionName=function, Marker=first["NextMarker"])
    assert [config["FunctionArn"] for config in first["FunctionEventInvokeConfigs"] + rest["FunctionEventInvokeConfigs"]] == arns


def test_what_is_not_there(aws: Any, function: str) -> None:
    asked = {"MaximumRetryAttempts": 1}
    for call in (aws.put_function_event_invoke_config, aws.update_function_event_invoke_config):
        assert refused(call, FunctionName="nothing", **asked) == NO_FUNCTION
        assert refused(call, FunctionName=function, Qualifier="missing", **asked) == NO_FUNCTION
    assert refused(aws.list_function_event_invoke_configs, FunctionName="nothing") == NO_FUNCTION
    assert refused(aws.get_function_event_invoke_config, FunctionName="nothing") == absent(f"{ARN}nothing:$LATEST")
    assert refused(aws.get_function_event_invoke_config, FunctionName=function, Qualifier="missing") == absent(f"{ARN}{function}:missing")
    assert refused(aws.update_function_event_invoke_config, FunctionName=function, **asked) == absent(f"{ARN}{function}:$LATEST")
    nothing = "You must specify at least one of error handling or destination setting."
    assert refused(aws.put_function_event_invoke_config, FunctionName=function) == ("InvalidParameterValueException", nothing, 400)


@pytest.mark.parametrize("service", ["sqs:us-east-1:000000000000:q", "sns:us-east-1:000000000000:t", "events:us-east-1:000000000000:event-bus/default"])
def test_destinations(aws: Any, function: str, service: str) -> None:
    both = {"OnSuccess": {"Destination": f"arn:aws:{service}"}, "OnFailure": {"Destination": f"arn:aws:{service}"}}
    assert aws.put_function_event_invoke_config(FunctionName=function, DestinationConfig=both)["DestinationConfig"] == both


def test_a_bucket_takes_failures_alone(aws: Any, function: str) -> None:
    bucket = {"Destination": "arn:aws:s3:::failures"}
    kept = aws.put_function_event_invoke_config(FunctionName=function, DestinationConfig={"OnFailure": bucket})
    assert kept["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": bucket}
    assert refused(aws.put_function_event_invoke_config, FunctionName=function, DestinationConfig={"OnSuccess": bucket}) == (
        "InvalidParameterValueException",
        "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::failures), onFailure=null) is invalid.",
        400,
    )


def test_destinations_that_cannot_be_one(aws: Any, function: str, name: str) -> None:
    def refusal(arn: str) -> str:
        return refused(aws.put_function_event_invoke_config, FunctionName=function, DestinationConfig={"OnFailure": {"Destination": arn}})[1]

    assert refusal(ARN + function) == "You can't specify the function as a destination for itself."
    assert refusal(f"{ARN}nothing") == f"The destination ARN {ARN}nothing is invalid."
    assert refusal(f"{QUEUE}.fifo") == f"The destination ARN {QUEUE}.fifo is invalid."
    wrong = "arn:aws:iam::000000000000:role/r"
    assert refusal(wrong) == (f"The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination={wrong})) is invalid.")
    create(aws, f"{name}-other")
    other = {"OnFailure": {"Destination": f"{ARN}{name}-other"}}
    assert aws.put_function_event_invoke_config(FunctionName=function, DestinationConfig=other)["DestinationConfig"]["OnFailure"] == other["OnFailure"]
