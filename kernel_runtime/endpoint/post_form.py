"""A browser's upload to S3: a form that carries its own policy and signature (S3 API Reference, "Browser-based uploads using POST").

Only the fields before the file are read, as S3 does; the file flows on. Both signature versions are proven, the policy's expiry and its conditions hold.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .arrival import Arrival
from .body import Body
from .credentials import Credentials, Key
from .denials import AccessDeniedException, InvalidSignatureException, UnrecognizedClientException
from .payload import Payload
from .signature import signing_key

FIELDS_MAX_BYTES = 20_480
"""Of everything before the file (S3: MaxPostPreDataLengthExceeded)."""
_BOUNDARY = re.compile(r'multipart/form-data;.*?boundary="?([^";,]+)"?', re.IGNORECASE)
_NAME = re.compile(r'name="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Form:
    """fields: by lower-case name. payload: the whole form, to be walked once."""

    fields: Mapping[str, str]
    payload: Payload
    file_bytes: int | None

    @property
    def region(self) -> str:
        """As the credential's scope says; version 2 has none."""
        pieces = self.fields.get("x-amz-credential", "").split("/")
        return pieces[2] if len(pieces) == 5 else "us-east-1"

    def prove(self, credentials: Credentials, bucket: str, now: datetime) -> Key:
        """Whose it is. Raises UnrecognizedClientException, InvalidSignatureException, AccessDeniedException."""
        fields = self.fields
        policy, old = fields.get("policy", ""), "awsaccesskeyid" in fields
        access_key = fields["awsaccesskeyid"] if old else fields.get("x-amz-credential", "").split("/")[0]
        key = credentials.find(access_key)
        if not policy or key is None or (key.secret is not None and not key.accepts_token(fields.get("x-amz-security-token"))):
            raise UnrecognizedClientException
        if key.secret is not None:
            found = _signed_v2(key.secret, policy) if old else _signed_v4(key.secret, policy, fields["x-amz-credential"])
            if not hmac.compare_digest(found.encode(), fields.get("signature" if old else "x-amz-signature", "").encode()):
                raise InvalidSignatureException
        self._check(policy, bucket, now)
        return key

    def _check(self, policy: str, bucket: str, now: datetime) -> None:
        try:
            told = json.loads(base64.b64decode(policy))
            ends, conditions = datetime.fromisoformat(told["expiration"].replace("Z", "+00:00")), told["conditions"]
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise AccessDeniedException("Invalid Policy: Invalid JSON.") from None
        if ends < now:
            raise AccessDeniedException("Invalid according to Policy: Policy expired.")
        given = {**self.fields, "bucket": bucket}
        for condition in conditions:
            if not self._holds(condition, given):
                raise AccessDeniedException(f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}")

    def _holds(self, condition: Any, given: Mapping[str, str]) -> bool:
        if isinstance(condition, dict):
            return all(given.get(name.lower()) == value for name, value in condition.items())
        if not isinstance(condition, list) or len(condition) != 3:
            return False
        kind, name, value = condition
        if kind == "content-length-range":
            return self.file_bytes is None or int(name) <= self.file_bytes <= int(value)
        held = given.get(str(name).lstrip("$").lower(), "")
        return held == value if kind == "eq" else held.startswith(value) if kind == "starts-with" else False


def is_one(arrival: Arrival) -> bool:
    """Whether it is a form that signs itself."""
    unsigned = arrival.header("authorization") is None and "X-Amz-" not in arrival.query and "AWSAccessKeyId=" not in arrival.query
    return unsigned and arrival.method == "POST" and _BOUNDARY.match(arrival.header("content-type") or "") is not None


async def read(arrival: Arrival, body: Body) -> Form:
    """The form as far as its file. Raises AccessDeniedException where too much comes before it."""
    boundary = _BOUNDARY.match(arrival.header("content-type") or "")
    assert boundary is not None
    mark = f"--{boundary[1]}".encode()
    head, chunks = b"", body.chunks()
    fields: dict[str, str] = {}
    start = -1
    async for chunk in chunks:
        head += chunk
        fields, start = _fields(head[: FIELDS_MAX_BYTES + len(chunk)], mark)
        if start >= 0:
            break
        if len(head) > FIELDS_MAX_BYTES:
            raise AccessDeniedException("Your POST request fields preceding the upload file was too large.")
    size = body.length - start - len(mark) - 6 if body.length is not None and start >= 0 else None  # \r\n before, -- and \r\n after the last mark
    return Form(fields, Payload(_all(head, chunks), body.length, "UNSIGNED-PAYLOAD"), size)


def _fields(data: bytes, mark: bytes) -> tuple[dict[str, str], int]:
    """Those that are whole, and where the file begins; -1 where it has not come yet."""
    fields: dict[str, str] = {}
    at = data.find(mark)
    while at >= 0:
        ends = data.find(b"\r\n\r\n", at)
        if ends < 0:
            return fields, -1
        named = _NAME.search(data[at:ends].decode("utf-8", "replace"))
        name = named[1].lower() if named else ""
        if name == "file":
            return fields, ends + 4
        following = data.find(b"\r\n" + mark, ends)
        if following < 0:
            return fields, -1
        fields[name] = data[ends + 4 : following].decode("utf-8", "replace")
        at = following + 2
    return fields, -1


async def _all(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk


def _signed_v2(secret: str, policy: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), policy.encode(), "sha1")).decode()


def _signed_v4(secret: str, policy: str, credential: str) -> str:
    _, date, region, service, _ = [*credential.split("/"), "", "", "", "", ""][:5]
    return hmac.new(signing_key(secret, date, region, service), policy.encode(), hashlib.sha256).hexdigest()
