"""S3's events beside the ones that AWS's guides show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel_runtime.sources.payloads.bucket import ObjectChange, bucket_event, eventbridge_event, owner_id

from .shape import shape

PUT = {  # Lambda Developer Guide, "Process Amazon S3 event notifications with Lambda"
    "Records": [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "us-east-2",
            "eventTime": "2019-09-03T19:37:27.192Z",
            "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:AIDAINPONIXQXHT3IKHL2"},
            "requestParameters": {"sourceIPAddress": "205.255.255.255"},
            "responseElements": {"x-amz-request-id": "D82B88E5F771F645", "x-amz-id-2": "vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6"},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "828aa6fc-f7b5-4305-8584-487c791949c1",
                "bucket": {"name": "amzn-s3-demo-bucket", "ownerIdentity": {"principalId": "A3I5XTEXAMAI3E"}, "arn": "arn:aws:s3:::artifacts"},
                "object": {"key": "b21b84d653bb07b0", "size": 1305107, "eTag": "b21b84d653bb07b05b1e", "sequencer": "0C0F6F405D6ED209E1"},
            },
        }
    ]
}  # fmt: skip
TO_EVENTBRIDGE = {  # S3 User Guide, "EventBridge event message structure"
    "version": "0",
    "id": "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "account": "111122223333",
    "time": "2021-11-12T00:00:00Z",
    "region": "ca-central-1",
    "resources": ["arn:aws:s3:::amzn-s3-demo-bucket1"],
    "detail": {
        "version": "0",
        "bucket": {"name": "amzn-s3-demo-bucket1"},
        "object": {"key": "example-key", "size": 5, "etag": "b1946ac92492d2347c62", "version-id": "IYV3p45BT0ac8hj", "sequencer": "617f08299329d189"},
        "request-id": "N4N7GDK58NMKJ12R",
        "requester": "123456789012",
        "source-ip-address": "1.2.3.4",
        "reason": "PutObject",
    },
}  # fmt: skip
CHANGE = ObjectChange(
    "ObjectCreated:Put", "2019-09-03T19:37:27.192Z", "us-east-2", "123456789012", "photos", "in/a", 5, "b1946ac92492d2347c62", "",
    "0C0F6F405D6ED209E1", "AIDAINPONIXQXHT3IKHL2", "205.255.255.255", "D82B88E5F771F645",
)  # fmt: skip


def test_an_object_that_was_put() -> None:
    event = bucket_event(CHANGE, "one")
    assert shape(event) == shape(PUT)
    record = event["Records"][0]
    assert record["userIdentity"] == {"principalId": "AWS:AIDAINPONIXQXHT3IKHL2"}
    assert (record["eventVersion"], record["eventTime"], record["s3"]["configurationId"]) == ("2.1", "2019-09-03T19:37:27.192Z", "one")


def test_a_kept_version_is_named_between_the_etag_and_the_sequencer() -> None:
    assert list(bucket_event(replace(CHANGE, version_id="v"), "one")["Records"][0]["s3"]["object"]) == ["key", "size", "eTag", "versionId", "sequencer"]


@pytest.mark.parametrize(
    ("kind", "version", "members"),
    [
        ("ObjectCreated:Copy", "2.1", ["key", "size", "eTag", "sequencer"]),
        ("ObjectRemoved:Delete", "2.1", ["key", "sequencer"]),
        ("ObjectRemoved:DeleteMarkerCreated", "2.1", ["key", "eTag", "sequencer"]),
        ("ObjectTagging:Put", "2.3", ["key", "eTag"]),
        ("ObjectAcl:Put", "2.3", ["key", "eTag"]),
        ("ObjectRestore:Post", "2.1", ["key", "size", "eTag", "sequencer"]),
        ("ObjectRestore:Delete", "2.3", ["key", "size", "eTag", "sequencer"]),
    ],
)
def test_each_kind_has_its_version_and_its_members(kind: str, version: str, members: list[str]) -> None:
    record = bucket_event(replace(CHANGE, kind=kind), "one")["Records"][0]
    assert (record["eventVersion"], list(record["s3"]["object"])) == (version, members)


def test_a_restored_object_says_until_when() -> None:
    record = bucket_event(replace(CHANGE, kind="ObjectRestore:Completed", restore_expiry="1970-01-01T00:00:00.000Z"), "one")["Records"][0]
    told = {"lifecycleRestorationExpiryTime": "1970-01-01T00:00:00.000Z", "lifecycleRestoreStorageClass": "GLACIER"}
    assert record["glacierEventData"] == {"restoreEventData": told}


@pytest.mark.parametrize(("key", "told"), [("a b", "a+b"), ("in/ü", "in/%C3%BC"), ("1+1=2", "1%2B1%3D2"), ("~x*", "~x*")])
def test_keys_are_encoded_as_s3_does(key: str, told: str) -> None:
    assert bucket_event(replace(CHANGE, key=key), "one")["Records"][0]["s3"]["object"]["key"] == told


def test_the_root_user_is_the_account() -> None:
    record = bucket_event(replace(CHANGE, requester="123456789012"), "one")["Records"][0]
    assert record["userIdentity"] == record["s3"]["bucket"]["ownerIdentity"] == {"principalId": owner_id("123456789012")}


def test_eventbridge_gets_another_form() -> None:
    event = eventbridge_event(replace(CHANGE, version_id="v", key="a b"), "17793124-05d4-b198-2fde-7ededc63b103")
    assert shape(event) == shape(TO_EVENTBRIDGE)
    assert (event["detail"]["object"]["key"], event["time"]) == ("a b", "2019-09-03T19:37:27Z")


@pytest.mark.parametrize(
    ("kind", "detail_type", "reason", "deletion"),
    [
        ("ObjectCreated:CompleteMultipartUpload", "Object Created", "CompleteMultipartUpload", None),
        ("ObjectRemoved:Delete", "Object Deleted", "DeleteObject", "Permanently Deleted"),
        ("ObjectRemoved:DeleteMarkerCreated", "Object Deleted", "DeleteObject", "Delete Marker Created"),
        ("ObjectTagging:Put", "Object Tags Added", None, None),
        ("ObjectTagging:Delete", "Object Tags Deleted", None, None),
        ("ObjectAcl:Put", "Object ACL Updated", None, None),
        ("ObjectRestore:Post", "Object Restore Initiated", None, None),
    ],
)
def test_kinds_have_other_names_there(kind: str, detail_type: str, reason: str | None, deletion: str | None) -> None:
    event = eventbridge_event(replace(CHANGE, kind=kind), "id")
    assert (event["detail-type"], event["detail"].get("reason"), event["detail"].get("deletion-type")) == (detail_type, reason, deletion)
