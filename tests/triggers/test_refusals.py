"""What AWS refuses of a trigger is an error of the lab's, which a notebook shows in a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kernel_runtime import AwsError, FunctionHandle, Lab

pytest.importorskip("moto", reason="buckets and schedules are moto's, of the extra 'services'")


@pytest.fixture(scope="module")
def fn() -> Iterator[FunctionHandle]:
    with Lab() as lab:
        yield lab.function("refused", "def handler(event, context):\n    return event\n")


@pytest.mark.parametrize(
    ("tie", "kind"),
    [
        (lambda fn: fn.on_bucket("Not A Bucket"), "InvalidBucketName"),
        (lambda fn: fn.on_schedule("every minute"), "ValidationException"),
        (lambda fn: fn.on_logs("/aws/lambda/other", "{ $.a = }"), "InvalidParameterException"),
        (lambda fn: fn.on_http(qualifier="nobody"), "ResourceNotFoundException"),
        (lambda fn: fn.retry(attempts=7), "ValidationException"),
    ],
    ids=["bucket", "schedule", "logs", "http", "retry"],
)
def test_it_is_an_aws_error_of_its_own_type(fn: FunctionHandle, tie: Callable[[FunctionHandle], object], kind: str) -> None:
    with pytest.raises(AwsError) as refused:
        tie(fn)
    assert refused.value.type in (kind, "InvalidParameterValueException")
    assert str(refused.value)
