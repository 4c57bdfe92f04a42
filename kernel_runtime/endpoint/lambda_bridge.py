"""In the companion: what moto asks of its own Lambda is asked of the lab's door.

Everything in moto that calls a function (S3 notifications, SNS, EventBridge, log subscriptions, CloudFormation's custom resources, Secrets Manager's
rotation) gets its backend from ``moto.awslambda.utils.get_backend``; Step Functions makes a boto3 client. Both are replaced here.
AWS calls functions asynchronously from S3, SNS, EventBridge and Logs, synchronously from the rest, and so does this.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from botocore.config import Config

from .client import client as client_of
from .credentials import Key
from .rule_bridge import join_rules
from .state_bridge import join_states

ASYNCHRONOUS_CALLERS = ("moto.s3", "moto.sns", "moto.events", "moto.logs", "moto.scheduler", "moto.ses")
_CONFIG = Config(parameter_validation=False, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class LabFunction:
    """What moto knows of a function."""

    backend: LabBackend
    function_arn: str
    role: str

    def invoke(self, body: str | bytes, request_headers: Any = None, response_headers: Any = None) -> bytes:
        return self.backend.invoke(self.function_arn, None, body, request_headers or {}, response_headers if response_headers is not None else {})


class LabBackend:
    """Stands where moto has its LambdaBackend, for one account and region."""

    def __init__(self, account: str, region: str, lambda_client: Callable[[], Any]) -> None:
        self.account_id, self.region_name = account, region
        self._client = lambda_client

    def get_function(self, function_name_or_arn: str, qualifier: str | None = None) -> LabFunction:
        """Raises botocore's ResourceNotFoundException as a ClientError where the lab has no such function."""
        more = {"Qualifier": qualifier} if qualifier else {}
        told = self._client().get_function_configuration(FunctionName=function_name_or_arn, **more)
        return LabFunction(self, told["FunctionArn"], told.get("Role", ""))

    def invoke(self, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any) -> bytes:
        asynchronous = _caller_module().startswith(ASYNCHRONOUS_CALLERS)
        more = {"Qualifier": qualifier} if qualifier else {}
        payload = body if isinstance(body, bytes) else str(body or "{}").encode()
        kind = "Event" if asynchronous else (headers or {}).get("x-amz-invocation-type", "RequestResponse")
        answer = self._client().invoke(FunctionName=function_name, InvocationType=kind, Payload=payload, **more)
        if error := answer.get("FunctionError"):
            response_headers["x-amz-function-error"] = error
        return bytes(answer["Payload"].read())

    def send_log_event(self, function_arn: str, filter_name: str, log_group_name: str, log_stream_name: str, log_events: Any) -> None:
        """CloudWatch Logs User Guide, "Subscription filters": the data is compressed and encoded."""
        data = {
            "messageType": "DATA_MESSAGE",
            "owner": self.account_id,
            "logGroup": log_group_name,
            "logStream": log_stream_name,
            "subscriptionFilters": [filter_name],
            "logEvents": log_events,
        }
        packed = base64.b64encode(gzip.compress(json.dumps(data, separators=(",", ":")).encode())).decode()
        self.invoke(function_arn, None, json.dumps({"awslogs": {"data": packed}}), {}, {})


def join(door_url: str, secret: str) -> None:
    """Puts the lab's functions in the place of moto's, in this process."""
    import moto.awslambda.utils as lambda_utils
    import moto.sns.models as sns

    @lru_cache(maxsize=256)
    def lambda_client(account: str, region: str) -> Any:
        return client_of("lambda", door_url, Key(account, secret, account, ""), region, config=_CONFIG)

    def get_backend(account_id: str, region: str) -> LabBackend:
        return LabBackend(account_id, region, lambda: lambda_client(account_id, region))

    lambda_utils.get_backend = get_backend
    plain_publish = sns.Subscription.publish

    def publish(self: Any, message: str, message_id: str, subject: str | None = None, message_attributes: Any = None, *rest: Any, **more: Any) -> None:
        if self.protocol != "lambda":
            plain_publish(self, message, message_id, subject, message_attributes, *rest, **more)
            return
        if self._filter_policy_matcher is not None and not self._filter_policy_matcher.matches(message_attributes, message):
            return
        if "json" in (more.get("message_structure"), *rest[2:3]):
            message = self._parse_message_structure(message, self.protocol)
        event = sns_event(self.arn, self.topic.arn, message_id, message, subject, message_attributes or {})
        lambda_client(self.account_id, self.endpoint.split(":")[3]).invoke(FunctionName=self.endpoint, InvocationType="Event", Payload=json.dumps(event))

    sns.Subscription.publish = publish
    join_states(lambda service, account, region: client_of(service, door_url, Key(account, secret, account, ""), region, config=_CONFIG))

    def invoke(account: str, function_arn: str, payload: bytes) -> None:
        lambda_client(account, function_arn.split(":")[3]).invoke(FunctionName=function_arn, InvocationType="Event", Payload=payload)

    join_rules(invoke)


def sns_event(subscription: str, topic: str, message_id: str, message: str, subject: str | None, attributes: dict[str, Any]) -> dict[str, Any]:
    """The event of an SNS subscription (Lambda Developer Guide, "Using Lambda with Amazon SNS")."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    told = {name: {"Type": value.get("Type") or value.get("DataType"), "Value": _value_of(value)} for name, value in attributes.items()}
    sns = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic,
        "Subject": subject,
        "Message": message,
        "Timestamp": stamp,
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": "EXAMPLE",
        "UnsubscribeUrl": "EXAMPLE",
        "MessageAttributes": told,
    }
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": subscription, "Sns": sns}]}


def _value_of(attribute: dict[str, Any]) -> Any:
    value = attribute.get("Value", attribute.get("StringValue", attribute.get("BinaryValue")))
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _caller_module() -> str:
    """The module in moto that asks, which decides whether AWS would wait for the answer."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", ""))
