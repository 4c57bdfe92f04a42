"""In the companion: SNS's subscriptions of functions. moto keeps them and matches their filter policies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ..account.on_behalf import OnBehalf
from ..sources.payloads.topic import topic_event
from .calls import Calls

SERVICE = "sns.amazonaws.com"


def join_topics(calls: Calls) -> None:
    """Functions that are subscribed to a topic are the lab's."""
    import moto.sns.models as sns

    plain_publish = sns.Subscription.publish

    def publish(self: Any, message: str, message_id: str, subject: str | None = None, message_attributes: Any = None, *rest: Any, **more: Any) -> None:
        if self.protocol != "lambda":
            plain_publish(self, message, message_id, subject, message_attributes, *rest, **more)
            return
        if self._filter_policy_matcher is not None and not self._filter_policy_matcher.matches(message_attributes, message):
            return
        if "json" in (more.get("message_structure"), *rest[2:3]):
            message = self._parse_message_structure(message, self.protocol)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        event = topic_event(self.arn, self.topic.arn, message_id, message, subject, message_attributes or {}, now)
        calls.deliver(OnBehalf(SERVICE, self.topic.arn, self.topic.account_id), self.endpoint, json.dumps(event))

    sns.Subscription.publish = publish
