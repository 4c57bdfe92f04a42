"""What S3 tells a function, and what it tells EventBridge (S3 User Guide, "Event message structure" and "EventBridge event message structure")."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

_NEWER = ("LifecycleExpiration", "LifecycleTransition", "IntelligentTiering", "ObjectAcl", "ObjectTagging", "ObjectRestore:Delete")
"""Kinds that came with version 2.3 of the structure; replication came with 2.2."""
_WITHOUT_SIZE = ("ObjectRemoved", "LifecycleExpiration", "ObjectTagging", "ObjectAcl")
_DELETE_MARKER_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
_DETAIL_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "LifecycleExpiration": "Object Deleted",
    "ObjectRestore:Post": "Object Restore Initiated",
    "ObjectRestore:Completed": "Object Restore Completed",
    "ObjectRestore:Delete": "Object Restore Expired",
    "LifecycleTransition": "Object Storage Class Changed",
    "IntelligentTiering": "Object Access Tier Changed",
    "ObjectAcl": "Object ACL Updated",
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
}
_REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject", "CompleteMultipartUpload": "CompleteMultipartUpload"}


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """kind: ``ObjectCreated:Put`` and the like. time: ISO 8601 with milliseconds. account: the bucket owner's. version_id: empty where the bucket keeps none.

    requester, source_ip, request_id: of the request that did it. restore_expiry: until when a restored object is there.
    """

    kind: str
    time: str
    region: str
    account: str
    bucket: str
    key: str
    size: int
    etag: str
    version_id: str
    sequencer: str
    requester: str
    source_ip: str
    request_id: str
    restore_expiry: str = ""


def bucket_event(change: ObjectChange, configuration_id: str) -> dict[str, Any]:
    """As a function, a queue or a topic gets it."""
    record: dict[str, Any] = {
        "eventVersion": "2.3" if change.kind.startswith(_NEWER) else "2.2" if change.kind.startswith("Replication") else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": change.region,
        "eventTime": change.time,
        "eventName": change.kind,
        "userIdentity": {"principalId": _principal(change.requester, change.account)},
        "requestParameters": {"sourceIPAddress": change.source_ip},
        "responseElements": {"x-amz-request-id": change.request_id, "x-amz-id-2": hashlib.sha256(change.request_id.encode()).hexdigest()},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {"name": change.bucket, "ownerIdentity": {"principalId": owner_id(change.account)}, "arn": f"arn:aws:s3:::{change.bucket}"},
            "object": _object(change),
        },
    }
    if change.restore_expiry:
        told = {"lifecycleRestorationExpiryTime": change.restore_expiry, "lifecycleRestoreStorageClass": "GLACIER"}
        record["glacierEventData"] = {"restoreEventData": told}
    return {"Records": [record]}


def _object(change: ObjectChange) -> dict[str, Any]:
    """The key is URL-encoded, a slash stays; what is deleted has no size, and an ETag only as a delete marker."""
    told: dict[str, Any] = {"key": quote_plus(change.key, safe="/*")}
    if not change.kind.startswith(_WITHOUT_SIZE):
        told["size"] = change.size
    if change.kind.endswith("DeleteMarkerCreated"):
        told["eTag"] = _DELETE_MARKER_ETAG
    elif not change.kind.startswith(("ObjectRemoved", "LifecycleExpiration")):
        told["eTag"] = change.etag
    if change.version_id:
        told["versionId"] = change.version_id
    if not change.kind.startswith(("ObjectTagging", "ObjectAcl")):
        told["sequencer"] = change.sequencer
    return told


def eventbridge_event(change: ObjectChange, event_id: str) -> dict[str, Any]:
    """As EventBridge gets it where the bucket's configuration says so; the key is not encoded there."""
    verb = change.kind.partition(":")[2]
    removed = change.kind.startswith("ObjectRemoved")
    told: dict[str, Any] = {"key": change.key}
    if not removed:
        told |= {"size": change.size, "etag": change.etag}
    if change.version_id:
        told["version-id"] = change.version_id
    told["sequencer"] = change.sequencer
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": change.bucket},
        "object": told,
        "request-id": change.request_id,
        "requester": change.account,
        "source-ip-address": change.source_ip,
    }
    if removed:
        detail |= {"reason": "DeleteObject", "deletion-type": "Delete Marker Created" if verb == "DeleteMarkerCreated" else "Permanently Deleted"}
    elif verb in _REASONS and change.kind.startswith("ObjectCreated"):
        detail["reason"] = _REASONS[verb]
    kind = _DETAIL_TYPES.get(change.kind) or _DETAIL_TYPES[change.kind.partition(":")[0]]
    return {
        "version": "0",
        "id": event_id,
        "detail-type": kind,
        "source": "aws.s3",
        "account": change.account,
        "time": f"{change.time[:19]}Z",
        "region": change.region,
        "resources": [f"arn:aws:s3:::{change.bucket}"],
        "detail": detail,
    }


def owner_id(account: str) -> str:
    """An account under the other name that S3 has for it: a letter and 13 more, the same ones each time."""
    digits = hashlib.sha256(account.encode()).digest()
    return "A" + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte % 32] for byte in digits[:13])


def _principal(requester: str, account: str) -> str:
    """``AWS:ID`` of a user or of a role's session; the root user is the account."""
    return f"AWS:{requester}" if requester and not requester.isdigit() else owner_id(requester or account)
