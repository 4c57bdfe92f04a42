"""Reserved concurrency by the API, and throttles as boto3 meets them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from kernel_runtime import Lab
from kernel_runtime.fleet.base import block

from .conftest import create
from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
INVALID = "InvalidParameterValueException"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return context.function_version\n"
LONG = b"60"
"""Seconds that a call takes which a closing lab breaks off."""


def test_reserved_concurrency_is_put_shown_and_taken_away(aws: Any, function: str, sent: list[bytes]) -> None:
    assert "ReservedConcurrentExecutions" not in aws.get_function_concurrency(FunctionName=function) and sent[-1] == b"{}"
    assert aws.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=5)["ReservedConcurrentExecutions"] == 5
    assert aws.get_function_concurrency(FunctionName=ARN + function)["ReservedConcurrentExecutions"] == 5
    assert aws.get_function(FunctionName=function)["Concurrency"] == {"ReservedConcurrentExecutions": 5}
    for _ in range(2):
        assert aws.delete_function_concurrency(FunctionName=function)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "ReservedConcurrentExecutions" not in aws.get_function_concurrency(FunctionName=function)


def test_only_whole_functions_have_it(aws: Any, function: str) -> None:
    text = (
        "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
        "Please specify either a function name or an unqualified function ARN."
    )
    for call, more in (
        (aws.put_function_concurrency, {"ReservedConcurrentExecutions": 1}),
        (aws.get_function_concurrency, {}),
        (aws.delete_function_concurrency, {}),
    ):
        assert refused(call, FunctionName=f"{ARN}{function}:$LATEST", **more) == (INVALID, text, 400)
    missing = refused(aws.put_function_concurrency, FunctionName="nothing", ReservedConcurrentExecutions=1)
    assert missing == ("ResourceNotFoundException", f"Function not found: {ARN}nothing:$LATEST", 404)
    assert refused(aws.get_function_concurrency, FunctionName="nothing")[1] == f"Function not found: {ARN}nothing"


def test_a_hundred_are_left_to_the_others(aws: Any, function: str, sent: list[bytes]) -> None:
    text = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    assert refused(aws.put_function_concurrency, FunctionName=function, ReservedConcurrentExecutions=901) == (INVALID, text, 400)
    assert sent[-1] == f'{{"message":"{text}"}}'.encode()
    assert "ReservedConcurrentExecutions" not in aws.get_function_concurrency(FunctionName=function)


def test_it_is_no_less_than_what_is_provisioned(aws: Any, function: str, sent: list[bytes]) -> None:
    aws.publish_version(FunctionName=function)
    aws.put_provisioned_concurrency_config(FunctionName=function, Qualifier="1", ProvisionedConcurrentExecutions=2)
    text = " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
    assert refused(aws.put_function_concurrency, FunctionName=function, ReservedConcurrentExecutions=1) == (INVALID, text, 400)
    assert sent[-1] == f'{{"message":"{text}"}}'.encode()
    assert aws.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=2)["ReservedConcurrentExecutions"] == 2
    aws.delete_provisioned_concurrency_config(FunctionName=function, Qualifier="1")


@pytest.fixture
def small() -> Iterator[Lab]:
    """A lab whose account may have two calls in flight; what is in flight at its end is broken off."""
    with Lab(account_concurrency=2) as lab:
        yield lab


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def client(lab: Lab, **more: Any) -> Any:
    return lab.boto3("lambda", config=Config(retries={"total_max_attempts": 1}), **more)


def throttled(aws: Any, **request: Any) -> tuple[dict[str, Any], bytes]:
    """The whole error answer of a throttled call, and its body as it came."""
    bodies: list[bytes] = []
    aws.meta.events.register("after-call.lambda.Invoke", lambda http_response, **_: bodies.append(http_response.content), unique_id="throttled")
    try:
        with pytest.raises(ClientError) as caught:
            aws.invoke(**request)
    finally:
        aws.meta.events.unregister("after-call.lambda.Invoke", unique_id="throttled")
    return caught.value.response, bodies[-1]


def is_throttle(answer: dict[str, Any], body: bytes, reason: str) -> bool:
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-errortype"] == "TooManyRequestsException"
    assert answer["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    return body == f'{{"Reason":"{reason}","Type":"User","message":"Rate Exceeded."}}'.encode()


def in_flight(lab: Lab, count: int) -> None:
    """Wait until so many calls run."""
    block(lab.account_of_notebook.engine.until(lambda controller: controller.account().in_use == count))


def test_nothing_reserved_is_nothing_run(aws: Any, function: str) -> None:
    aws.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    answer, body = throttled(aws, FunctionName=function)
    assert is_throttle(answer, body, "ReservedFunctionConcurrentInvocationLimitExceeded")
    assert "retry-after" not in answer["ResponseMetadata"]["HTTPHeaders"]
    aws.delete_function_concurrency(FunctionName=function)
    assert aws.invoke(FunctionName=function)["StatusCode"] == 200


def test_the_reserved_is_in_use(threads: ThreadPoolExecutor) -> None:
    with Lab() as lab:
        aws = client(lab)
        create(aws, "reserved", SLOW, Timeout=60)
        aws.put_function_concurrency(FunctionName="reserved", ReservedConcurrentExecutions=1)
        threads.submit(client(lab).invoke, FunctionName="reserved", Payload=LONG)
        in_flight(lab, 1)
        answer, body = throttled(aws, FunctionName="reserved", Payload=LONG)
        assert is_throttle(answer, body, "ReservedFunctionConcurrentInvocationLimitExceeded")


def test_the_unreserved_is_in_use(small: Lab, threads: ThreadPoolExecutor) -> None:
    aws = client(small)
    create(aws, "unreserved", SLOW, Timeout=60)
    for _ in range(2):
        threads.submit(client(small).invoke, FunctionName="unreserved", Payload=LONG)
    in_flight(small, 2)
    answer, body = throttled(aws, FunctionName="unreserved", Payload=LONG)
    assert is_throttle(answer, body, "ConcurrentInvocationLimitExceeded")
    small.close()


def test_ten_a_second_for_each_reserved(aws: Any, function: str) -> None:
    """A bucket of ten that fills by ten a second: a caller in a row is told when to come again."""
    aws.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    bodies: list[bytes] = []
    aws.meta.events.register("after-call.lambda.Invoke", lambda http_response, **_: bodies.append(http_response.content), unique_id="rate")
    with pytest.raises(ClientError) as caught:
        for _ in range(200):
            aws.invoke(FunctionName=function)
    aws.meta.events.unregister("after-call.lambda.Invoke", unique_id="rate")
    answer = caught.value.response
    assert is_throttle(answer, bodies[-1], "ReservedFunctionInvocationRateLimitExceeded")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == answer["retryAfterSeconds"] == "1"
    aws.delete_function_concurrency(FunctionName=function)


def test_accounts_and_regions_have_functions_and_concurrency_of_their_own(small: Lab, threads: ThreadPoolExecutor) -> None:
    places = [client(small), client(small, account="111122223333"), client(small, region="eu-west-1")]
    arns = []
    for number, (aws, owner) in enumerate(zip(places, ("000000000000", "111122223333", "000000000000"), strict=True), start=1):
        create(aws, "same-name", SLOW, Timeout=60, Role=f"arn:aws:iam::{owner}:role/serverless-lab")
        for _ in range(number):
            aws.update_function_configuration(FunctionName="same-name", Description=f"{number}")
            aws.get_waiter("function_updated_v2").wait(FunctionName="same-name", WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
            arns.append(aws.publish_version(FunctionName="same-name")["FunctionArn"])
    assert arns == [
        f"arn:aws:lambda:{place}:function:same-name:{version}"
        for place, versions in (("us-east-1:000000000000", "1"), ("us-east-1:111122223333", "12"), ("eu-west-1:000000000000", "123"))
        for version in versions
    ]
    for _ in range(2):
        threads.submit(places[0].invoke, FunctionName="same-name", Payload=LONG)
    in_flight(small, 2)
    answer, body = throttled(places[0], FunctionName="same-name", Payload=LONG)
    assert is_throttle(answer, body, "ConcurrentInvocationLimitExceeded")
    for aws in places[1:]:
        assert aws.invoke(FunctionName="same-name", Payload=b"0")["StatusCode"] == 200
    places[1].create_alias(FunctionName="same-name", Name="live", FunctionVersion="2")
    assert [len(aws.list_aliases(FunctionName="same-name")["Aliases"]) for aws in places] == [0, 1, 0]
    small.close()
