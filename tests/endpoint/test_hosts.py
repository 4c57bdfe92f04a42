from __future__ import annotations

from dataclasses import replace

import pytest

from kernel_runtime.endpoint.addresses import Address
from kernel_runtime.endpoint.arrival import Arrival
from kernel_runtime.endpoint.denials import AccessDeniedException
from kernel_runtime.endpoint.hosts import Names


def call(host: str | None, origin: str | None = None) -> Arrival:
    headers = [("host", host), ("origin", origin)]
    return Arrival("GET", "/", "", tuple((name, value) for name, value in headers if value is not None))


OURS = [
    *("localhost", "localhost:4566", "127.0.0.1:4566", "127.8.8.8", "[::1]:4566", "LOCALHOST", "localhost."),
    *("bucket.localhost:80", "b.s3.eu-west-1.localhost", "abc123.lambda-url.us-east-1.localhost:4566"),
]
STRANGE = [
    *(None, "", "evil.example", "localhost.evil.example", "evillocalhost", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0", "[::1"),
    *("localhost@evil.example", "on.aws", "abc.lambda-url.us-east-1.evil.example", "abc.lambda-url.us-east-1.on.aws", "lambda.us-east-1.amazonaws.com"),
]


@pytest.mark.parametrize("host", OURS)
def test_names_of_this_machine_are_answered(host: str) -> None:
    Names().check(call(host))


@pytest.mark.parametrize("host", STRANGE)
def test_every_other_name_is_refused(host: str | None) -> None:
    with pytest.raises(AccessDeniedException, match="does not answer to the host") as refused:
        Names().check(call(host))
    assert refused.value.status == 403


def test_a_door_beyond_loopback_answers_to_addresses_and_to_names_it_is_told() -> None:
    names = Names("0.0.0.0", ["lab.example"])
    for host in ("10.0.0.1:80", "lab.example", "bucket.lab.example", "localhost"):
        names.check(call(host))
    with pytest.raises(AccessDeniedException):
        names.check(call("evil.example"))
    assert names.site(call("abc.lambda-url.us-east-1.lab.example")) == Address("lambda-url", "abc", "us-east-1", "/")


@pytest.mark.parametrize("origin", ["http://evil.example", "https://localhost.evil.example", "null", "file://", "http://[::1"])
def test_pages_of_other_sites_are_refused(origin: str) -> None:
    with pytest.raises(AccessDeniedException, match="pages of another site"):
        Names().check(call("localhost", origin))


def test_pages_of_this_machine_are_not() -> None:
    Names().check(call("localhost:4566", "http://localhost:8888"))
    Names(extra=["hub.example"]).check(call("localhost", "https://hub.example"))


def test_sites_by_name_and_by_path() -> None:
    names = Names()
    for zone in ("localhost", "localhost:4566", "on.aws"):
        assert names.site(call(f"abc.lambda-url.eu-west-1.{zone}")) == Address("lambda-url", "abc", "eu-west-1", "/")
    assert names.site(call("abc.execute-api.eu-west-1.amazonaws.com")) == Address("execute-api", "abc", "eu-west-1", "/")
    for host in (*STRANGE, "abc.lambda-url.us-east-1.amazonaws.com", "abc.execute-api.us-east-1.on.aws", "abc.other.us-east-1.localhost"):
        assert names.site(call(host)) is None or host in {"abc.lambda-url.us-east-1.on.aws"}
    by_path = replace(call("hub.example", "https://page.example"), path="/_lambda-url/abc/a%2Fb")
    assert names.site(by_path) == Address("lambda-url", "abc", "", "/a%2Fb")
    assert names.site(replace(by_path, path="/_lambda-url/abc")) == Address("lambda-url", "abc", "", "/")
    assert names.site(replace(by_path, path="/_lambda-url/")) is None
    assert names.site(replace(call("bucket.s3.localhost"), path="/_lambda-url/abc")) is None
