"""In the companion: S3's notifications. moto finds out what happened; the event, whom it reaches and what a configuration may say are told here.

What moto leaves out or does otherwise than AWS: who asked and from where; a delete marker; a version that is deleted while others stay;
``ObjectTagging:Put`` for every PutObject, ``ObjectCreated:Put`` for every completed upload in parts; a slash in a key encoded; a filter's ``Prefix`` with a
capital; a function that is not there or may not be invoked.
Events leave when the request is done, since moto sets an object's metadata after it has told of the object.
"""

from __future__ import annotations

import itertools
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import flask

from ..account.on_behalf import OnBehalf
from ..sources.payloads.bucket import ObjectChange, bucket_event, eventbridge_event
from .calls import Calls
from .requested import by_the_way, requested

SERVICE = "s3.amazonaws.com"
MISSING, DENIED = "The destination Lambda does not exist", "Not authorized to invoke function [{arn}]"
_MESSAGE = "Unable to validate the following destination configurations"
_OVERLAP = "Configurations overlap. Configurations on the same bucket cannot share a common event type."
_RULE_NAME = re.compile(rb"<Name>([^<]*)</Name>")
_sequence = itertools.count(time.time_ns())


def join_buckets(calls: Calls, tell_rules: Callable[[str, str, dict[str, Any]], None]) -> None:
    """``tell_rules(account, region, event)`` puts an event of AWS's own on the default bus."""
    import moto.s3.models as s3
    import moto.s3.notifications as notifications
    import moto.s3.responses as responses

    def send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
        kind, configuration = str(getattr(event_name, "value", event_name)), bucket.notification_configuration
        if configuration is None or key is None or by_the_way(kind):
            return
        change = _change(account_id, kind.removeprefix("s3:"), bucket, key)
        _when_done(lambda: _send(change, kind, configuration, calls, notifications, tell_rules))

    notifications.send_event = send_event
    _watch_versions(s3, notifications)
    _check_configurations(s3, calls)
    _read_filter_rules(responses.S3Response)


def _send(change: ObjectChange, kind: str, configuration: Any, calls: Calls, notifications: Any, tell_rules: Callable[..., None]) -> None:
    """To each function, queue and topic whose configuration fits, and to the rules of EventBridge where the bucket has them."""
    for told in configuration.cloud_function:
        if told.matches(kind, change.key):
            calls.deliver(OnBehalf(SERVICE, f"arn:aws:s3:::{change.bucket}", change.account), told.arn, _json(bucket_event(change, told.id)))
    for told, send in [
        *((q, notifications._send_sqs_message) for q in configuration.queue),
        *((t, notifications._send_sns_message) for t in configuration.topic),
    ]:
        if told.matches(kind, change.key):
            whom = told.arn.split(":")[-1] if send is notifications._send_sqs_message else told.arn
            send(change.account, bucket_event(change, told.id), whom, told.arn.split(":")[3])
    if configuration.event_bridge is not None:
        tell_rules(change.account, change.region, eventbridge_event(change, str(uuid.uuid4())))


def _json(event: dict[str, Any]) -> str:
    return flask.json.dumps(event, sort_keys=False)


def _when_done(work: Callable[[], None]) -> None:
    if not flask.has_request_context():
        work()
        return

    @flask.after_this_request
    def _(response: flask.Response) -> flask.Response:
        work()
        return response


def _change(account: str, kind: str, bucket: Any, key: Any) -> ObjectChange:
    asked = requested()
    version = str(getattr(key, "version_id", "") or "")
    expiry = getattr(key, "_expiry", None) if kind == "ObjectRestore:Completed" else None
    return ObjectChange(
        kind, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z", bucket.region_name, account, bucket.name, key.name,
        size=getattr(key, "size", 0), etag=str(getattr(key, "etag", "")).strip('"'), version_id=version if bucket.is_versioned and version != "null" else "",
        sequencer=f"{next(_sequence):018X}", requester=asked.requester, source_ip=asked.source_ip, request_id=asked.request_id,
        restore_expiry=expiry.strftime("%Y-%m-%dT%H:%M:%S.000Z") if expiry else "",
    )  # fmt: skip


def _watch_versions(s3: Any, notifications: Any) -> None:
    """A delete without a version makes a marker; a delete of a version says so also where others stay."""
    plain_marker, plain_delete = s3.S3Backend._set_delete_marker, s3.S3Backend.delete_object
    kinds = notifications.S3NotificationEvent

    def set_delete_marker(self: Any, bucket_name: str, key_name: str) -> Any:
        marker = plain_marker(self, bucket_name, key_name)
        notifications.send_event(self.account_id, kinds.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT, self.get_bucket(bucket_name), marker)
        return marker

    def delete_object(self: Any, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False) -> Any:
        bucket = self.get_bucket(bucket_name)
        before = bucket.keys.getlist(key_name, []) if version_id else []
        told = plain_delete(self, bucket_name, key_name, version_id, bypass)
        after = bucket.keys.getlist(key_name, []) if version_id else []
        if after:  # where none is left moto tells of it itself
            for gone in [key for key in before if key not in after]:
                notifications.send_event(self.account_id, kinds.OBJECT_REMOVED_DELETE_EVENT, bucket, gone)
        return told

    s3.S3Backend._set_delete_marker, s3.S3Backend.delete_object = set_delete_marker, delete_object


def _check_configurations(s3: Any, calls: Calls) -> None:
    plain, send_test_event = s3.FakeBucket.set_notification_configuration, s3.notifications.send_test_event
    s3.notifications.send_test_event = lambda **_: None  # not before everything is known to be right

    def set_notification_configuration(self: Any, notification_config: dict[str, Any] | None) -> None:
        held = self.notification_configuration
        try:
            plain(self, notification_config)
            _check(self, self.notification_configuration, calls)
        except BaseException:
            self.notification_configuration = held
            raise
        if self.notification_configuration is not None:
            send_test_event(account_id=self.account_id, bucket=self)

    s3.FakeBucket.set_notification_configuration = set_notification_configuration


def _read_filter_rules(response: Any) -> None:
    """A rule's name in whatever case it comes (S3 API Reference, "FilterRule"), and a refusal where it is another."""
    plain = response._notification_config_from_body

    def notification_config_from_body(self: Any) -> dict[str, Any]:
        body = self.body if isinstance(self.body, bytes) else str(self.body).encode()
        names = [name.strip().lower() for name in _RULE_NAME.findall(body)]
        if any(name not in (b"prefix", b"suffix") for name in names):
            _refuse("filter rule name must be either prefix or suffix", [])
        self.body = _RULE_NAME.sub(lambda found: b"<Name>" + found[1].strip().lower() + b"</Name>", body)
        found: dict[str, Any] = plain(self)
        return found

    response._notification_config_from_body = notification_config_from_body


def _check(bucket: Any, configuration: Any, calls: Calls) -> None:
    """Raises a 400 InvalidArgument that names what cannot be, as S3 answers (recorded)."""
    if configuration is None:
        return
    functions = configuration.cloud_function
    if any(_share(one, other) for one, other in itertools.combinations([*functions, *configuration.queue, *configuration.topic], 2)):
        _refuse(_OVERLAP, [])
    if flask.request.headers.get("x-amz-skip-destination-validation", "").lower() == "true":
        return
    behalf = OnBehalf(SERVICE, f"arn:aws:s3:::{bucket.name}", bucket.account_id)
    codes = [(told.arn, calls.refusal(behalf, told.arn)) for told in functions]
    wrong = [(arn, MISSING) if code == "ResourceNotFoundException" else (f"{arn}, null", DENIED.format(arn=arn)) for arn, code in codes if code]
    if wrong:
        _refuse(_MESSAGE, wrong)


def _share(one: Any, other: Any) -> bool:
    """Whether a key can be meant by both, for an event that both name."""
    if not any(a == b or (a[-1] == "*" and b.startswith(a[:-1])) or (b[-1] == "*" and a.startswith(b[:-1])) for a in one.events for b in other.events):
        return False
    rules = [{rule["Name"]: rule["Value"] for rule in told.filters.get("S3Key", {}).get("FilterRule", [])} for told in (one, other)]
    prefixes, suffixes = [[held.get(name, "") for held in rules] for name in ("prefix", "suffix")]
    starts = prefixes[0].startswith(prefixes[1]) or prefixes[1].startswith(prefixes[0])
    ends = suffixes[0].endswith(suffixes[1]) or suffixes[1].endswith(suffixes[0])
    return bool(starts and ends)


def _refuse(message: str, arguments: list[tuple[str, str]]) -> None:
    told = "".join(
        f"<ArgumentName{at}>{escape(name)}</ArgumentName{at}><ArgumentValue{at}>{escape(value)}</ArgumentValue{at}>"
        for at, (name, value) in enumerate(arguments, 1)
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidArgument</Code><Message>{message}</Message>{told}</Error>'
    flask.abort(flask.Response(body, 400, content_type="application/xml"))
