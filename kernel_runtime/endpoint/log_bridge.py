"""In the companion: CloudWatch Logs' subscriptions of functions. moto keeps them and asks with every batch; here is what of it they get.

moto sends everything whatever a filter's pattern says, and takes a function that Logs may not invoke.
"""

from __future__ import annotations

import json
from typing import Any

from ..account.on_behalf import OnBehalf
from ..sources.log_patterns import LogPattern
from ..sources.payloads.log_batch import log_event
from .calls import Calls

SERVICE = "logs.amazonaws.com"
DENIED = "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function."


def join_logs(calls: Calls) -> None:
    """Functions that are subscribed to a log group are the lab's."""
    import moto.logs.models as logs

    plain_send, plain_put = logs.LogStream._send_log_events, logs.LogsBackend.put_subscription_filter

    def send_log_events(self: Any, service: str, destination_arn: str, filter_name: str, log_events: list[dict[str, Any]]) -> None:
        held = self.log_group.subscription_filters.get(filter_name)
        matches = LogPattern(held.filter_pattern if held is not None else "").matches
        fitting = [event for event in log_events if matches(event["message"])]
        if not fitting:
            return
        if service != "lambda":
            plain_send(self, service, destination_arn, filter_name, fitting)
            return
        event = log_event(self.account_id, self.log_group.name, self.log_stream_name, filter_name, fitting)
        calls.deliver(_behalf(self.account_id, self.region, self.log_group.name), destination_arn, json.dumps(event))

    def put_subscription_filter(self: Any, log_group_name: str, filter_name: str, filter_pattern: str, destination_arn: str, role_arn: str) -> None:
        try:
            LogPattern(filter_pattern or "")
        except ValueError:
            raise logs.InvalidParameterException("Invalid filter pattern") from None
        is_function = ":lambda:" in destination_arn and log_group_name in self.groups
        if is_function and calls.refusal(_behalf(self.account_id, self.region_name, log_group_name), destination_arn):
            raise logs.InvalidParameterException(DENIED)
        plain_put(self, log_group_name, filter_name, filter_pattern, destination_arn, role_arn)

    logs.LogStream._send_log_events, logs.LogsBackend.put_subscription_filter = send_log_events, put_subscription_filter


def _behalf(account: str, region: str, group: str) -> OnBehalf:
    return OnBehalf(SERVICE, f"arn:aws:logs:{region}:{account}:log-group:{group}:*", account)
