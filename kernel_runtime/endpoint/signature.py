"""AWS Signature Version 4, verified by signing again with botocore's own signer. Sans-IO; the clock is an argument.

``read`` finds what a request claims (header form or query form), ``Claim.check`` proves it. Between them stands the body: where the claim names the body's
hash, the check comes first and the body may flow; else the body is read and its own hash is what was signed.
The order of refusals and their texts are AWS's (IAM User Guide, "Troubleshoot Signature Version 4 signing"; recorded answers of JSON services).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, unquote_plus

from botocore.auth import EMPTY_SHA256_HASH, UNSIGNED_PAYLOAD, S3SigV4Auth, SigV4Auth
from botocore.credentials import Credentials as SigningCredentials

from .arrival import Arrival
from .credentials import Credentials, Key
from .denials import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    SignatureExpired,
    UnrecognizedClientException,
)

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
SKEW = timedelta(minutes=5)
SKEW_OF_S3 = timedelta(minutes=15)
STAMP = "%Y%m%dT%H%M%SZ"
EXPIRES_MAX_S = 7 * 24 * 3600
SERVICES_WITH_RAW_PATHS = {"s3", "s3express", "s3-outposts", "s3-object-lambda"}
_STAMP_FORM = re.compile(r"\d{8}T\d{6}Z\Z")
_REGION_FORM = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}\Z")
_HASH_FORM = re.compile(r"[0-9a-f]{64}\Z")
_HASHED = "(Hashed with SHA-256 and encoded with Base64)"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of itself: unproven. ``payload`` is the body's hash or marker as sent, None where the body itself must be hashed."""

    arrival: Arrival
    access_key: str
    region: str
    service: str
    stamp: str
    signed_headers: tuple[str, ...]
    signature: str
    token: str | None
    payload: str | None
    presigned: bool

    def key(self, credentials: Credentials) -> Key:
        """The key that must have signed. Raises UnrecognizedClientException for one that the lab has not issued, or a wrong session token."""
        key = credentials.find(self.access_key)
        if key is None or (key.secret is not None and not key.accepts_token(self.token)):
            raise UnrecognizedClientException
        return key

    def check(self, key: Key, payload: str) -> None:
        """Raises InvalidSignatureException unless ``key`` signed this request with a body of hash ``payload``."""
        if key.secret is None:
            return
        raw = self.service in SERVICES_WITH_RAW_PATHS
        signer = (_S3Signer if raw else _Signer)(SigningCredentials(key.access_key, key.secret), self.service, self.region)
        if not hmac.compare_digest(signer.sign(self, payload).encode(), self.signature.encode()):
            raise InvalidSignatureException

    @property
    def body_is_declared(self) -> bool:
        """Whether ``payload`` is a hash that the body must turn out to have."""
        return self.payload is not None and bool(_HASH_FORM.match(self.payload))


class _AsSent(SigV4Auth):  # type: ignore[misc]
    """botocore's signer, told which headers were signed instead of choosing them."""

    def headers_to_sign(self, request: Any) -> Any:
        return request.signed

    def sign(self, claim: Claim, payload: str) -> str:
        arrival = claim.arrival
        query = _without_signature(arrival.query) if claim.presigned else arrival.query
        signed = _Signed({name: [value for told, value in arrival.headers if told == name] for name in claim.signed_headers})
        url = f"http://host{arrival.path}" + (f"?{query}" if query else "")
        request = SimpleNamespace(
            method=arrival.method, url=url, params=None, signed=signed, headers={"X-Amz-Content-SHA256": payload}, context={"timestamp": claim.stamp}
        )
        return str(self.signature(self.string_to_sign(request, self.canonical_request(request)), request))

    def signature(self, string_to_sign: str, request: Any) -> Any:
        """botocore's, with the key that all requests of a day share derived once."""
        key = signing_key(self.credentials.secret_key, request.context["timestamp"][:8], self._region_name, self._service_name)
        return self._sign(key, string_to_sign, hex=True)


class _Signer(_AsSent):
    pass


class _S3Signer(_AsSent, S3SigV4Auth):  # type: ignore[misc]
    """S3 signs the path as it is, without normalising it."""

    def _normalize_url_path(self, path: str) -> str:
        return path


class _Signed(dict[str, list[str]]):
    """Signed headers as botocore walks through them."""

    get_all = dict.__getitem__


@lru_cache(maxsize=256)
def signing_key(secret: str, *scope: str) -> bytes:
    """IAM User Guide, "Derive a signing key for Signature Version 4"."""
    key = f"AWS4{secret}".encode()
    for piece in (*scope, TERMINATOR):
        key = hmac.digest(key, piece.encode(), "sha256")
    return key


def hash_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest() if body else EMPTY_SHA256_HASH


def read(arrival: Arrival, now: datetime) -> Claim:
    """What ``arrival`` claims at ``now`` (aware). Raises MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException."""
    header = arrival.header("authorization")
    if header is not None:
        parts, presigned = _parts_of_header(arrival, header), False
    elif "X-Amz-" in arrival.query:
        parts, presigned = _parts_of_query(arrival), True
    else:
        raise MissingAuthenticationTokenException
    date = _date_of(parts["Date"])
    service = parts["Credential"].rstrip("/").split("/")[3:4]
    _check_time(date, now, _seconds(parts["Expires"]) if presigned else None, SKEW_OF_S3 if service and service[0] in SERVICES_WITH_RAW_PATHS else SKEW)
    return _claim(arrival, parts, parts["Date"] if _STAMP_FORM.match(parts["Date"]) else date.strftime(STAMP), presigned)


def _claim(arrival: Arrival, parts: dict[str, str], stamp: str, presigned: bool) -> Claim:
    signed_headers = tuple(parts["SignedHeaders"].lower().split(";"))
    if "host" not in signed_headers:
        raise InvalidSignatureException("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if parts["Algorithm"] != ALGORITHM:
        raise IncompleteSignatureException(f"Unsupported AWS 'algorithm': '{parts['Algorithm']}' (only {ALGORITHM} for now). ")
    access_key, region, service = _scope(parts["Credential"], stamp)
    payload = arrival.header("x-amz-content-sha256")
    if payload is None and presigned and service in SERVICES_WITH_RAW_PATHS:
        payload = UNSIGNED_PAYLOAD
    if service == "lambda" and payload is not None and not _HASH_FORM.match(payload):
        payload = None  # Lambda takes no unsigned payload (Lambda Developer Guide, "function URLs with CloudFront")
    token = parts.get("Security-Token") if presigned else arrival.header("x-amz-security-token")
    return Claim(arrival, access_key, region, service, stamp, signed_headers, parts["Signature"], token, payload, presigned)


def _parts_of_header(arrival: Arrival, header: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(header.encode()).digest()).decode()
    algorithm, _, rest = header.strip().partition(" ")
    found = {"Algorithm": algorithm}
    for part in filter(None, (piece.strip() for piece in rest.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            raise IncompleteSignatureException(f"Invalid key=value pair (missing equal-sign) in Authorization header {_HASHED.lower()}: '{digest}'.")
        found[name.strip()] = value.strip()
    lacking = [f"Authorization header requires '{name}' parameter. " for name in ("Credential", "Signature", "SignedHeaders") if not found.get(name)]
    found["Date"] = arrival.header("x-amz-date") or arrival.header("date") or ""
    if not found["Date"]:
        lacking.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
    if lacking:
        raise IncompleteSignatureException(f"{''.join(lacking)}{_HASHED} Authorization={digest}")
    return found


def _parts_of_query(arrival: Arrival) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in arrival.query.split("&"))
    found = {unquote(name).removeprefix("X-Amz-"): unquote_plus(value) for name, _, value in pairs if name.startswith("X-Amz-")}
    needed = ("Algorithm", "Credential", "Signature", "SignedHeaders", "Date")
    lacking = [f"AWS query-string parameters must include 'X-Amz-{name}'. " for name in needed if not found.get(name)]
    if lacking:
        raise IncompleteSignatureException(f"{''.join(lacking)}Re-examine the query-string parameters.")
    return {"Expires": "3600", **found}


@lru_cache(maxsize=64)
def _date_of(text: str) -> datetime:
    if _STAMP_FORM.match(text):
        try:
            return datetime.strptime(text, STAMP).replace(tzinfo=UTC)
        except ValueError:
            pass
    else:
        try:
            date = parsedate_to_datetime(text)
            return date if date.tzinfo else date.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
    raise IncompleteSignatureException(f"Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601")


def _seconds(expires: str) -> timedelta:
    if not expires.isascii() or not expires.isdigit() or not 1 <= int(expires[:9]) <= EXPIRES_MAX_S:
        raise IncompleteSignatureException(f"X-Amz-Expires must be a number of seconds between 1 and {EXPIRES_MAX_S}. Got '{expires}'.")
    return timedelta(seconds=int(expires[:9]))


def _check_time(date: datetime, now: datetime, expires: timedelta | None, skew: timedelta) -> None:
    """A signed header holds for the skew around its date; a presigned request from its date on for as long as it says."""
    life = skew if expires is None else expires
    if date < now - life:
        told = f"{date.strftime(STAMP)} is now earlier than {(now - life).strftime(STAMP)} ({now.strftime(STAMP)} - {_spell(life)})"
        raise SignatureExpired(f"Signature expired: {told}")
    if date > now + skew:
        told = f"{date.strftime(STAMP)} is still later than {(now + skew).strftime(STAMP)} ({now.strftime(STAMP)} + {_spell(skew)})"
        raise SignatureExpired(f"Signature not yet current: {told}")


def _spell(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds // 60} min." if seconds % 60 == 0 else f"{seconds} sec."


def _scope(credential: str, stamp: str) -> tuple[str, str, str]:
    """Access key, region and service. Every piece that is wrong is named, as AWS does."""
    pieces = credential.rstrip("/").split("/")
    if len(pieces) != 5:
        raise IncompleteSignatureException(f"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'")
    access_key, date, region, service, terminator = pieces
    wrong = []
    if not _REGION_FORM.match(region):
        wrong.append(f"Credential should be scoped to a valid region, not '{region}'. ")
    if terminator != TERMINATOR:
        wrong.append(f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. ")
    if date != stamp[:8]:
        wrong.append(f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != '{stamp[:8]}', from '{stamp}'.")
    if wrong:
        raise InvalidSignatureException("".join(wrong))
    return access_key, region, service


def _without_signature(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if not pair.startswith("X-Amz-Signature="))
