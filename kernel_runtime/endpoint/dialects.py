"""A refusal in the words and the wire form of the service that was called: JSON, query XML, S3's XML, CBOR.

Which form it is follows from the request alone, so that clients of every service can read what the door says. Codes: AWS General Reference, "Common errors";
Amazon S3 API Reference, "Error responses".
"""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from ..model.errors import AwsError
from .answer import Answer
from .arrival import Arrival
from .denials import SignatureExpired

_QUERY_CODES = {
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ServiceException": "InternalFailure",
}
_S3_CODES = {
    **_QUERY_CODES,
    "UnrecognizedClientException": "InvalidAccessKeyId",
    "MissingAuthenticationTokenException": "AccessDenied",
    "IncompleteSignatureException": "AuthorizationHeaderMalformed",
    "RequestEntityTooLargeException": "EntityTooLarge",
    "ServiceException": "InternalError",
}
_S3_TEXTS = {
    "InvalidAccessKeyId": "The AWS Access Key Id you provided does not exist in our records.",
    "SignatureDoesNotMatch": "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    "EntityTooLarge": "Your proposed upload exceeds the maximum allowed object size.",
}
_S3_STATUSES = {"AuthorizationHeaderMalformed": 400, "EntityTooLarge": 400, "RequestTimeout": 400}


def say(error: AwsError, arrival: Arrival, service: str | None, request_id: str) -> Answer:
    """``service`` is the signature's, None when there was none to read."""
    content_type = arrival.header("content-type") or ""
    if service in {"s3", "s3express", "s3-outposts", "s3-object-lambda"}:
        return _s3(error, arrival, request_id)
    if arrival.header("smithy-protocol") == "rpc-v2-cbor":
        body = _cbor({"__type": error.type, "message": _message(error)})
        return Answer(_json_status(error), (("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")), body)
    if content_type.startswith("application/x-amz-json"):
        told = {"__type": f"com.amazon.coral.service#{error.type}", "message": _message(error)}
        return Answer(_json_status(error), (("Content-Type", content_type),), json.dumps(told).encode())
    if content_type.startswith("application/x-www-form-urlencoded") or "Action=" in arrival.query:
        return _query(error, request_id)
    return Answer(error.status, (("Content-Type", "application/json"), ("x-amzn-ErrorType", error.type)), json.dumps({"message": _message(error)}).encode())


def _message(error: AwsError) -> str:
    return str(error.args[0]) if error.args else ""


def _json_status(error: AwsError) -> int:
    """JSON-RPC services answer every mistake of the caller's with 400."""
    return error.status if error.status >= 500 else 400


def _query(error: AwsError, request_id: str) -> Answer:
    code = _QUERY_CODES.get(error.type, error.type.removesuffix("Exception"))
    fault = "Receiver" if error.status >= 500 else "Sender"
    told = f"<Type>{fault}</Type><Code>{code}</Code><Message>{escape(_message(error))}</Message>"
    body = f"<ErrorResponse><Error>{told}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    return Answer(error.status, (("Content-Type", "text/xml"),), body.encode())


def _s3(error: AwsError, arrival: Arrival, request_id: str) -> Answer:
    code = _S3_CODES.get(error.type, error.type.removesuffix("Exception"))
    message = _S3_TEXTS.get(code, _message(error))
    if isinstance(error, SignatureExpired) and arrival.header("authorization") is None:
        code, message = "AccessDenied", "Request has expired"
    elif isinstance(error, SignatureExpired):
        code, message = "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
    elif error.type == "MissingAuthenticationTokenException":
        message = "Access Denied"
    told = f"<Code>{code}</Code><Message>{escape(message)}</Message><RequestId>{request_id}</RequestId>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{told}</Error>'
    return Answer(_S3_STATUSES.get(code, error.status), (("Content-Type", "application/xml"), ("x-amz-request-id", request_id)), body.encode())


def _cbor(texts: dict[str, str]) -> bytes:
    """A map of texts (RFC 8949: major types 5 and 3, lengths of two bytes)."""
    parts = [bytes([0xA0 | len(texts)])]
    for text in (word for pair in texts.items() for word in pair):
        encoded = text.encode()[:0xFFFF]
        parts += [b"\x79" + len(encoded).to_bytes(2), encoded]
    return b"".join(parts)
