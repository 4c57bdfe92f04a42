"""The event of an SNS subscription (Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications")."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any


def topic_event(
    subscription: str, topic: str, message_id: str, message: str, subject: str | None, attributes: Mapping[str, Mapping[str, Any]], time: str
) -> dict[str, Any]:
    """subscription, topic: ARNs. attributes: by name, with Type and Value as SNS keeps them. time: ISO 8601 with milliseconds.

    Nothing is signed here: Signature is the word that AWS's examples have.
    """
    sns = f"https://sns.{topic.split(':')[3]}.amazonaws.com"
    told = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic,
        "Subject": subject or None,
        "Message": message,
        "Timestamp": time,
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": f"{sns}/SimpleNotificationService-EXAMPLE.pem",
        "UnsubscribeUrl": f"{sns}/?Action=Unsubscribe&SubscriptionArn={subscription}",
        "MessageAttributes": {name: {"Type": _type_of(value), "Value": _value_of(value)} for name, value in attributes.items()},
    }
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": subscription, "Sns": told}]}


def _type_of(attribute: Mapping[str, Any]) -> Any:
    return attribute.get("Type") or attribute.get("DataType")


def _value_of(attribute: Mapping[str, Any]) -> str:
    """A text, also of a number; bytes in base64."""
    value = attribute.get("Value", attribute.get("StringValue", attribute.get("BinaryValue")))
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
