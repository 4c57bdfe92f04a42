"""Errors on the wire, to the byte, and as botocore reads them."""

from __future__ import annotations

import pytest
from botocore.parsers import create_parser

from kernel_runtime.endpoint.protocol import Protocol
from kernel_runtime.endpoint.service import lambda_service
from kernel_runtime.model import errors

PROTOCOL = Protocol()


@pytest.mark.parametrize(
    ("error", "status", "name", "body"),
    [
        (errors.InvalidParameterValueException("m"), 400, "InvalidParameterValueException", '{"Type":"User","message":"m"}'),
        (errors.InvalidParameterValueException("m").untyped(), 400, "InvalidParameterValueException", '{"message":"m"}'),
        (errors.ResourceNotFoundException("m"), 404, "ResourceNotFoundException", '{"Message":"m","Type":"User"}'),
        (errors.ResourceConflictException('"é"\n'), 409, "ResourceConflictException", '{"Type":"User","message":"\\"é\\"\\n"}'),
        (errors.PreconditionFailedException("m"), 412, "PreconditionFailedException", '{"Type":"User","message":"m"}'),
        (errors.ValidationException("m"), 400, "ValidationException", '{"message":"m"}'),
        (errors.SerializationException("m"), 400, "SerializationException", '{"Message":"m"}'),
        (errors.RequestTooLargeException("m"), 413, "RequestEntityTooLargeException", '{"message":"m"}'),
        (errors.AccessDeniedException("m"), 403, "AccessDeniedException", '{"Message":"m"}'),
        (errors.AccessDeniedException(), 403, "AccessDeniedException", '{"Message":null}'),
        (errors.InvalidSignatureException("m"), 403, "InvalidSignatureException", '{"message":"m"}'),
        (errors.InvalidZipFileException("m"), 502, "InvalidZipFileException", '{"Message":"m","Type":"User"}'),
        (errors.ServiceException("m"), 500, "ServiceException", '{"Message":"m","Type":"Service"}'),
        (
            errors.TooManyRequestsException("ReservedFunctionConcurrentInvocationLimitExceeded"),
            429,
            "TooManyRequestsException",
            '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
        ),
        (errors.ValidationException("\ud800"), 400, "ValidationException", '{"message":"?"}'),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_errors_answer(error: errors.AwsError, status: int, name: str, body: str) -> None:
    answer = PROTOCOL.refuse(error)
    assert (answer.status, answer.body.decode()) == (status, body)
    assert answer.headers == {"Content-Type": "application/json", "x-amzn-ErrorType": name}


def test_a_throttle_may_say_when_to_come_back_in_whole_seconds() -> None:
    assert PROTOCOL.refuse(errors.TooManyRequestsException("CallerRateLimitExceeded", 0.2, "Rate exceeded")).headers["Retry-After"] == "1"


def test_ec2s_own_code_is_told() -> None:
    error = errors.EC2UnexpectedException("m")
    error.ec2_code = "Client.Broken"
    assert PROTOCOL.refuse(error).body == b'{"EC2ErrorCode":"Client.Broken","Message":"m","Type":"User"}'


@pytest.mark.parametrize("name", [shape.name for shape in lambda_service().error_shapes])
def test_every_error_of_the_model_is_there_with_its_status_and_is_read_by_botocore(name: str) -> None:
    shape = lambda_service().shape_for(name)
    kind = getattr(errors, name)
    answer = PROTOCOL.refuse(kind("CallerRateLimitExceeded", 1, "m") if name == "TooManyRequestsException" else kind("m"))
    sent = {"status_code": answer.status, "headers": {key.lower(): value for key, value in answer.headers.items()}, "body": answer.body}
    assert answer.status == shape.metadata["error"]["httpStatusCode"]
    assert create_parser("rest-json").parse(sent, None)["Error"] == {
        "Code": "RequestEntityTooLargeException" if name == "RequestTooLargeException" else name,
        "Message": "m",
    }
    modeled = create_parser("rest-json").parse(sent, shape)
    assert modeled.get("Type", "User") == ("Service" if name == "ServiceException" else "User")
    assert modeled.get("Message", modeled.get("message")) == "m"
