"""In the companion: SNS's subscriptions of functions, and which messages a filter policy means, whoever is subscribed."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from ..account.on_behalf import OnBehalf
from ..sources.patterns import matches
from ..sources.payloads.topic import topic_event
from .calls import Calls

SERVICE = "sns.amazonaws.com"


def join_topics(calls: Calls) -> None:
    """Functions that are subscribed to a topic are the lab's."""
    import moto.sns.models as sns

    _join_policies(sns)
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


def _join_policies(sns: Any) -> None:
    """moto checks policies well, but for two operators that it does not know, and does not match all that it takes."""
    plain_check = sns.SNSBackend._validate_filter_policy

    def check(self: Any, value: Any, scope: str | None) -> None:
        plain_check(self, _as_known(copy.deepcopy(value)), scope)

    def fits(self: Any, message_attributes: dict[str, Any] | None, message: str) -> bool:
        if not self.filter_policy:
            return True
        if self.filter_policy_scope == "MessageAttributes":
            return matches(self.filter_policy, {name: _value(told) for name, told in (message_attributes or {}).items()})
        try:
            body = json.loads(message)
        except ValueError:
            return False
        return isinstance(body, dict) and matches(self.filter_policy, body)

    sns.SNSBackend._validate_filter_policy, sns.FilterPolicyMatcher.matches = check, fits


def _as_known(policy: Any) -> Any:
    """With an operator that moto checks in place of ``cidr``, which SNS has too ("IP address matching")."""
    if isinstance(policy, dict):
        return {"prefix": ""} if list(policy) == ["cidr"] else {name: _as_known(value) for name, value in policy.items()}
    return [_as_known(item) for item in policy] if isinstance(policy, list) else policy


def _value(told: dict[str, Any]) -> Any:
    """A message attribute as a policy sees it: numbers as numbers, a String.Array as its items, bytes as nothing that matches."""
    kind, value = str(told.get("Type") or told.get("DataType")), told.get("Value", told.get("StringValue"))
    try:
        if kind.startswith("Number"):
            number = float(str(value))
            return int(number) if number.is_integer() else number
        return json.loads(str(value)) if kind.startswith("String.Array") else value
    except ValueError:
        return value
