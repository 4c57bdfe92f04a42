"""S3's older presigned URLs, which boto3 still makes by default for us-east-1 (Amazon S3 User Guide, "Signing and authenticating REST requests (AWS signature
version 2)"), verified by signing again with botocore's own signer. S3 is the one service that takes them, and only in the URL."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import UNSIGNED_PAYLOAD, HmacV1Auth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials as SigningCredentials

from .arrival import Arrival
from .credentials import Key
from .denials import InvalidSignatureException, SignatureExpired
from .hosts import host_of
from .signature import Claim

REGION = "us-east-1"
_SIGNED_BESIDE_AMZ = {"content-type", "content-md5"}


@dataclass(frozen=True, slots=True)
class OldClaim(Claim):
    """A claim of version 2; ``stamp`` is the second since 1970 at which it expires."""

    def check(self, key: Key, payload: str) -> None:
        if key.secret is None:
            return
        told = {name.lower(): value for name, value in parse_qsl(self.arrival.query)} | dict(self.arrival.fields)
        headers = HTTPHeaders()
        for name, value in told.items():
            if name.startswith("x-amz-") or name in _SIGNED_BESIDE_AMZ:
                headers[name] = value
        split = urlsplit(f"http://host{self.arrival.path}?{self.arrival.query}")
        signer = _Signer(SigningCredentials(key.access_key, key.secret, key.token), self.stamp)
        found = signer.get_signature(self.arrival.method, split, headers, auth_path=resource_of(self.arrival))
        if not hmac.compare_digest(str(found).encode(), self.signature.encode()):
            raise InvalidSignatureException


class _Signer(HmacV1Auth):  # type: ignore[misc]
    """botocore's, with the URL's expiry where a header would have its date."""

    def __init__(self, credentials: SigningCredentials, expires: str) -> None:
        super().__init__(credentials)
        self._expires = expires

    def _get_date(self) -> str:
        return self._expires


def read_v2(arrival: Arrival, now: datetime) -> OldClaim | None:
    """The claim of a version 2 URL, None where ``arrival`` is none. Raises SignatureExpired (InvalidSignatureException on the wire)."""
    if "AWSAccessKeyId=" not in arrival.query or arrival.header("authorization") is not None:
        return None
    told = dict(parse_qsl(arrival.query))
    access_key, signature, expires = (told.get(name, "") for name in ("AWSAccessKeyId", "Signature", "Expires"))
    if not expires.isascii() or not expires.isdigit():
        return None
    if int(expires[:12]) < now.timestamp():
        raise SignatureExpired("Request has expired")
    token = told.get("x-amz-security-token")
    return OldClaim(arrival, access_key, REGION, "s3", expires, (), signature, token, UNSIGNED_PAYLOAD, presigned=True)


def resource_of(arrival: Arrival) -> str:
    """The path with its bucket, which a virtual host carries in its name."""
    host = host_of(arrival)
    bucket = host.partition(".s3.")[0] if ".s3." in host else host.removesuffix(".localhost")
    return f"/{bucket}{arrival.path}" if host.endswith(".localhost") and bucket != host else arrival.path
