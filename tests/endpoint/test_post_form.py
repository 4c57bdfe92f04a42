"""Uploads by a form that signs itself, as boto3's generate_presigned_post makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.config import Config

from kernel_runtime.endpoint.client import client
from kernel_runtime.endpoint.server import Door

from .stand_ins import open_door

pytest.importorskip("moto")


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with open_door() as (door, _):
        client("s3", door.url, door.credentials).create_bucket(Bucket="forms")
        yield door


def post(door: Door, version: str = "s3v4", key: str = "in/a b", body: bytes = b"hello", changes: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    s3 = client("s3", door.url, door.credentials, config=Config(signature_version=version, s3={"addressing_style": "path"}))
    made = s3.generate_presigned_post("forms", key, **more)
    return httpx.post(made["url"], data={**made["fields"], **(changes or {})}, files={"file": ("name.txt", body)}, trust_env=False)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("size", [5, 3_000_000])
def test_a_form_is_stored(door: Door, version: str, size: int) -> None:
    assert post(door, version, body=b"x" * size).status_code == 204
    assert client("s3", door.url, door.credentials).get_object(Bucket="forms", Key="in/a b")["ContentLength"] == size


def test_a_role_may_hand_out_forms(door: Door) -> None:
    role = door.credentials.of_role("arn:aws:iam::000000000000:role/r", "f")
    made = client("s3", door.url, role, config=Config(s3={"addressing_style": "path"})).generate_presigned_post("forms", "by-role")
    answer = httpx.post(made["url"], data=made["fields"], files={"file": b"x"}, trust_env=False)
    assert answer.status_code == 204
    wrong = httpx.post(made["url"], data={**made["fields"], "x-amz-security-token": "x"}, files={"file": b"x"}, trust_env=False)
    assert wrong.status_code == 403


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_another_policy_than_was_signed_is_refused(door: Door, version: str) -> None:
    answer = post(door, version, changes={"policy": "e30="})
    assert answer.status_code == 403 and "SignatureDoesNotMatch" in answer.text


@pytest.mark.parametrize(
    ("more", "changes", "message"),
    [
        ({"ExpiresIn": -5}, {}, "Policy expired."),
        ({}, {"key": "out/b"}, "Policy Condition failed"),
        ({"Conditions": [["content-length-range", 0, 4]]}, {}, "Policy Condition failed"),
        ({"Conditions": [["starts-with", "$x-amz-meta-of", "me"]]}, {"x-amz-meta-of": "you"}, "Policy Condition failed"),
    ],
)
def test_the_policy_holds(door: Door, more: dict[str, Any], changes: dict[str, str], message: str) -> None:
    answer = post(door, changes=changes, **more)
    assert answer.status_code == 403 and message in answer.text and "<Code>AccessDenied</Code>" in answer.text


def test_a_length_within_its_range_is_taken(door: Door) -> None:
    assert post(door, Conditions=[["content-length-range", 5, 5]]).status_code == 204


def test_forms_without_a_policy_and_forms_that_do_not_end(door: Door) -> None:
    bare = httpx.post(f"{door.url}/forms", data={"key": "x"}, files={"file": b"x"}, trust_env=False)
    assert bare.status_code == 403
    for body in (b"", b"--b", b"--b\r\n\r\n", b'--b\r\nContent-Disposition: form-data; name="policy"\r\n\r\n' + b"x" * 100_000):
        answer = httpx.post(f"{door.url}/forms", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}, trust_env=False)
        assert answer.status_code == 403
