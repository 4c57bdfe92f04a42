"""botocore's own parsers read what each dialect says."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.parsers import create_parser

from kernel_runtime.endpoint.arrival import Arrival
from kernel_runtime.endpoint.denials import (
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    RequestEntityTooLargeException,
    SignatureExpired,
    UnrecognizedClientException,
)
from kernel_runtime.endpoint.dialects import say

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
HEADERS: dict[str, dict[str, str]] = {
    "sqs": {"content-type": "application/x-amz-json-1.0"},
    "dynamodb": {"content-type": "application/x-amz-json-1.0"},
    "sts": FORM,
    "sns": FORM,
    "iam": FORM,
    "cloudwatch": {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"},
    "scheduler": {"content-type": "application/json"},
    "s3": {},
}


def parsed(service: str, error: Any) -> tuple[int, str, str]:
    model = botocore.session.get_session().get_service_model(service)
    answer = say(error, Arrival("POST", "/", "", (*HEADERS[service].items(), ("authorization", "x"))), model.signing_name, "an-id")
    headers = {name.lower(): value for name, value in answer.headers}
    told = create_parser(model.protocol).parse({"status_code": answer.status, "headers": headers, "body": answer.body}, None)
    return answer.status, told["Error"]["Code"], told["Error"]["Message"]


@pytest.mark.parametrize(
    ("service", "status", "code"),
    [
        ("sqs", 400, "InvalidSignatureException"),
        ("dynamodb", 400, "InvalidSignatureException"),
        ("cloudwatch", 400, "InvalidSignatureException"),
        ("scheduler", 403, "InvalidSignatureException"),
        ("sts", 403, "SignatureDoesNotMatch"),
        ("sns", 403, "SignatureDoesNotMatch"),
        ("iam", 403, "SignatureDoesNotMatch"),
        ("s3", 403, "SignatureDoesNotMatch"),
    ],
)
def test_a_wrong_signature_in_each_dialect(service: str, status: int, code: str) -> None:
    told = parsed(service, InvalidSignatureException())
    assert told[:2] == (status, code)
    assert told[2].startswith("The request signature we calculated does not match the signature you provided.")


def test_codes_that_differ_between_dialects() -> None:
    assert parsed("sts", UnrecognizedClientException())[:2] == (403, "InvalidClientTokenId")
    assert parsed("sts", MissingAuthenticationTokenException())[:2] == (403, "MissingAuthenticationToken")
    assert parsed("s3", UnrecognizedClientException())[:2] == (403, "InvalidAccessKeyId")
    assert parsed("s3", MissingAuthenticationTokenException()) == (403, "AccessDenied", "Access Denied")
    assert parsed("s3", SignatureExpired("late"))[:2] == (403, "RequestTimeTooSkewed")
    assert parsed("s3", RequestEntityTooLargeException("large"))[:2] == (400, "EntityTooLarge")
    assert parsed("sqs", SignatureExpired("late")) == (400, "InvalidSignatureException", "late")


def test_texts_are_escaped() -> None:
    assert parsed("sts", InvalidSignatureException('<a> & "b"'))[2] == '<a> & "b"'
