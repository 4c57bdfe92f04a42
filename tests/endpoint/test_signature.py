"""Whatever botocore signs is proven; whatever was changed afterwards is refused, with AWS's type and text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.endpoint.arrival import Arrival
from kernel_runtime.endpoint.credentials import Credentials, Key
from kernel_runtime.endpoint.denials import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from kernel_runtime.endpoint.signature import hash_of, read
from kernel_runtime.model.errors import AwsError

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
LAB = Credentials(access_key="AKIAEXAMPLE", secret="secret")
URL = "http://127.0.0.1:4566"
DOES_NOT_MATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)


def arrival_of(request: AWSRequest) -> Arrival:
    """What a server sees of a signed request."""
    url = urlsplit(request.url)
    headers = [("host", url.netloc), *((name.lower(), value) for name, value in request.headers.items())]
    return Arrival(request.method, url.path or "/", url.query, tuple(headers))


def signed(
    method: str = "POST",
    target: str = "/2015-03-31/functions/f/invocations",
    body: bytes = b"{}",
    headers: dict[str, str] | None = None,
    *,
    key: Key = LAB.owner,
    service: str = "lambda",
    region: str = "eu-west-1",
    signer: Any = SigV4Auth,
    at: datetime = NOW,
    **more: Any,
) -> Arrival:
    request = AWSRequest(method, URL + target, headers or {}, body)
    with patch("botocore.auth.get_current_datetime", lambda: at):
        signer(SigningCredentials(key.access_key, key.secret, key.token), service, region, **more).add_auth(request)
    return arrival_of(request)


def prove(arrival: Arrival, body: bytes = b"{}", now: datetime = NOW, lab: Credentials = LAB) -> Key:
    claim = read(arrival, now)
    key = claim.key(lab)
    claim.check(key, claim.payload or hash_of(body))
    return key


def with_header(arrival: Arrival, name: str, value: str | None) -> Arrival:
    kept = tuple(pair for pair in arrival.headers if pair[0] != name)
    return replace(arrival, headers=kept + (((name, value),) if value is not None else ()))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)
NAMES = st.from_regex(r"x-(amz|other)-[a-z]{1,8}", fullmatch=True)
HEADERS = st.dictionaries(NAMES.filter(lambda name: name not in {"x-amz-date"}), TEXT.map(str.strip), max_size=4)
PATHS = st.lists(TEXT, max_size=4).map(lambda pieces: "/" + "/".join(quote(piece, safe="") for piece in pieces))
QUERIES = st.lists(st.tuples(TEXT, TEXT), max_size=4).map(lambda pairs: "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in pairs))
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"])


@settings(max_examples=150, deadline=None)
@given(METHODS, PATHS, QUERIES, HEADERS, st.binary(max_size=100))
def test_what_botocore_signs_in_a_header_is_proven(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
    arrival = signed(method, f"{path}?{query}" if query else path, body, headers)
    assert prove(arrival, body) == LAB.owner


@settings(max_examples=100, deadline=None)
@given(METHODS, PATHS, QUERIES, HEADERS, st.binary(max_size=100), st.sampled_from([S3SigV4Auth, S3SigV4QueryAuth]))
def test_what_botocore_signs_for_s3_is_proven(method: str, path: str, query: str, headers: dict[str, str], body: bytes, signer: Any) -> None:
    body = b"" if signer is S3SigV4QueryAuth else body
    arrival = signed(method, f"{path}?{query}" if query else path, body, headers, service="s3", signer=signer)
    claim = read(arrival, NOW)
    assert claim.payload == ("UNSIGNED-PAYLOAD" if signer is S3SigV4QueryAuth else hash_of(body))
    assert prove(arrival, body) == LAB.owner


@settings(max_examples=60, deadline=None)
@given(PATHS, st.integers(1, 604_800))
def test_presigned_urls_are_proven_until_they_expire(path: str, life_s: int) -> None:
    arrival = signed("GET", path, b"", signer=SigV4QueryAuth, expires=life_s)
    assert prove(arrival, b"", NOW + timedelta(seconds=life_s)) == LAB.owner
    with pytest.raises(InvalidSignatureException, match="Signature expired: 20261125T120000Z is now earlier than "):
        prove(arrival, b"", NOW + timedelta(seconds=life_s + 1))


def test_the_scope_tells_region_and_service_and_the_key_tells_the_account() -> None:
    other = LAB.of_account("123456789012")
    claim = read(signed(key=other, region="ap-southeast-2", service="sqs"), NOW)
    assert (claim.region, claim.service) == ("ap-southeast-2", "sqs")
    assert claim.key(LAB).account == "123456789012"


def test_temporary_keys_need_their_token() -> None:
    key = LAB.of_role("arn:aws:iam::123456789012:role/r", "f")
    arrival = signed(key=key)
    assert prove(arrival).principal == "arn:aws:sts::123456789012:assumed-role/r/f"
    presigned = signed("GET", "/", b"", key=key, signer=SigV4QueryAuth)
    assert prove(presigned, b"") == key
    for wrong in (None, "", "another"):
        with pytest.raises(UnrecognizedClientException, match="The security token included in the request is invalid"):
            prove(with_header(arrival, "x-amz-security-token", wrong))


TAMPERINGS: dict[str, Any] = {
    "method": lambda a: replace(a, method="PUT"),
    "path": lambda a: replace(a, path=a.path.replace("/f/", "/g/")),
    "query": lambda a: replace(a, query="Qualifier=1"),
    "a signed header": lambda a: with_header(a, "x-amz-invocation-type", "Event"),
    "a signed header taken away": lambda a: with_header(a, "x-amz-invocation-type", None),
    "host": lambda a: with_header(a, "host", "localhost:4566"),
    "date": lambda a: with_header(a, "x-amz-date", "20261125T120001Z"),
    "region": lambda a: with_header(a, "authorization", a.header("authorization").replace("eu-west-1", "us-east-1")),
    "service": lambda a: with_header(a, "authorization", a.header("authorization").replace("/lambda/", "/sqs/")),
    "signature": lambda a: with_header(a, "authorization", a.header("authorization")[:-64] + "0" * 64),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_any_change_after_signing_is_refused(what: str) -> None:
    arrival = signed(headers={"X-Amz-Invocation-Type": "RequestResponse"})
    prove(arrival)
    with pytest.raises(InvalidSignatureException) as refused:
        prove(TAMPERINGS[what](arrival))
    assert (refused.value.status, refused.value.type, str(refused.value)) == (403, "InvalidSignatureException", DOES_NOT_MATCH)


def test_another_body_is_refused() -> None:
    with pytest.raises(InvalidSignatureException):
        prove(signed(body=b"{}"), b"[]")


def test_lambda_takes_no_unsigned_payload() -> None:
    arrival = signed(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert read(arrival, NOW).payload is None
    with pytest.raises(InvalidSignatureException):
        prove(arrival)


def test_keys_of_another_lab_are_unknown() -> None:
    with pytest.raises(UnrecognizedClientException) as refused:
        prove(signed(), lab=Credentials())
    assert (refused.value.status, str(refused.value)) == (403, "The security token included in the request is invalid.")


def test_a_lab_that_accepts_any_credentials_does_not_verify() -> None:
    key = prove(signed(key=Key("anything", "whatever", "", "")), lab=Credentials(accept_any=True))
    assert (key.access_key, key.account) == ("anything", "000000000000")


def test_clocks_may_differ_by_five_minutes() -> None:
    five = timedelta(minutes=5)
    assert prove(signed(), now=NOW + five) and prove(signed(), now=NOW - five)
    with pytest.raises(InvalidSignatureException) as late:
        prove(signed(), now=NOW + five + timedelta(seconds=1))
    assert str(late.value) == "Signature expired: 20261125T120000Z is now earlier than 20261125T120001Z (20261125T120501Z - 5 min.)"
    with pytest.raises(InvalidSignatureException) as early:
        prove(signed(), now=NOW - five - timedelta(seconds=1))
    assert str(early.value) == "Signature not yet current: 20261125T120000Z is still later than 20261125T115959Z (20261125T115459Z + 5 min.)"
    assert late.value.type == early.value.type == "InvalidSignatureException"


def test_a_date_header_does_where_there_is_no_x_amz_date() -> None:
    arrival = signed(headers={"Date": "now"})
    assert arrival.header("x-amz-date") is None
    assert prove(arrival) == LAB.owner


GOOD = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261125/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=0"
MALFORMED: dict[str, tuple[type[AwsError], str]] = {
    "Bearer token": (IncompleteSignatureException, "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with"),
    "Basic dXNlcjpwYXNz=": (
        IncompleteSignatureException,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=",
    ),
    GOOD.replace("Signature=0", ""): (IncompleteSignatureException, "Authorization header requires 'Signature' parameter. (Hashed"),
    GOOD.replace("host;", ""): (InvalidSignatureException, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    GOOD.replace("AWS4-HMAC", "AWS3-HMAC"): (IncompleteSignatureException, "Unsupported AWS 'algorithm': 'AWS3-HMAC-SHA256'"),
    GOOD.replace("/aws4_request", ""): (
        IncompleteSignatureException,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIAEXAMPLE/20261125/us-east-1/lambda'",
    ),
    GOOD.replace("us-east-1", "mars"): (InvalidSignatureException, "Credential should be scoped to a valid region, not 'mars'. "),
    GOOD.replace("aws4_request", "aws5"): (InvalidSignatureException, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "),
    GOOD.replace("20261125", "20261124"): (
        InvalidSignatureException,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261124' != '20261125', from '20261125T120000Z'.",
    ),
}


@pytest.mark.parametrize("header", MALFORMED)
def test_malformed_signatures_are_refused_in_awss_words(header: str) -> None:
    error, text = MALFORMED[header]
    with pytest.raises(error) as refused:
        read(with_header(signed(), "authorization", header), NOW)
    assert type(refused.value) is error
    assert str(refused.value).startswith(text)
    assert refused.value.status == 403


def test_no_signature_is_a_missing_token() -> None:
    with pytest.raises(MissingAuthenticationTokenException, match="Missing Authentication Token"):
        read(with_header(signed(), "authorization", None), NOW)


@pytest.mark.parametrize("date", ["yesterday", "20261325T120000Z", "2026-11-25T12:00:00Z", "١٢"])
def test_dates_that_cannot_be_read_are_refused(date: str) -> None:
    with pytest.raises(IncompleteSignatureException) as refused:
        read(with_header(signed(), "x-amz-date", date), NOW)
    assert str(refused.value) == f"Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"


def test_a_presigned_url_must_have_all_its_parts() -> None:
    arrival = signed("GET", "/", b"", signer=SigV4QueryAuth)
    with pytest.raises(IncompleteSignatureException) as refused:
        read(replace(arrival, query="X-Amz-Algorithm=AWS4-HMAC-SHA256"), NOW)
    assert str(refused.value).startswith("AWS query-string parameters must include 'X-Amz-Credential'. ")
    longer = replace(arrival, query=arrival.query.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"))
    with pytest.raises(InvalidSignatureException):
        prove(longer, b"")


def test_a_life_cannot_be_given_to_a_signature_in_a_header() -> None:
    arrival = signed()
    header = f"{arrival.header('authorization')}, Expires=604800"
    with pytest.raises(InvalidSignatureException, match="Signature expired"):
        prove(with_header(arrival, "authorization", header), now=NOW + timedelta(hours=1))


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT, TEXT)
def test_nothing_but_awss_errors_comes_of_anything_else(authorization: str, date: str, query: str) -> None:
    arrival = Arrival("GET", "/", quote(query, safe="=&") + "&X-Amz-Date=1", (("host", "h"), ("authorization", authorization), ("x-amz-date", date)))
    for way in (arrival, with_header(arrival, "authorization", None)):
        with pytest.raises(AwsError):
            read(way, NOW)
