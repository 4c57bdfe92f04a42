"""In the companion: EventBridge's rules reach their targets. moto keeps the rules; which of them fit, what a target gets and how functions,
state machines, topics, queues and streams get it is told here; the rest (buses, log groups, archives, API destinations) moto does itself.

moto asks disabled rules too, and gives rules that have only a schedule every event.
"""

from __future__ import annotations

import copy
import json
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ..account.on_behalf import OnBehalf
from ..sources.patterns import matches, unknown_operator
from ..sources.payloads.target_input import target_input
from .calls import Calls

SERVICE = "events.amazonaws.com"
_CODES = {"AccessDeniedException": "NO_PERMISSIONS", "ResourceNotFoundException": "NO_RESOURCE"}
Tell = Callable[[str, str, dict[str, Any]], None]
Send = Callable[[Any, dict[str, Any], str], None]


def join_rules(calls: Calls) -> Tell:
    """Gives what puts an event of AWS's own on an account's default bus in a region."""
    import moto.events.models as events

    plain_send = events.Rule.send_to_targets
    sends = _sends(calls)

    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        if self.state == "DISABLED" or not self.event_pattern.get_pattern():
            return
        event, ingested = _as_sent(original_event)
        if not self.event_pattern.matches_event(event):
            return
        others = copy.copy(self)
        others.targets = [target for target in self.targets if target["Arn"].split(":")[2] not in sends]
        for target in self.targets:
            if send := sends.get(target["Arn"].split(":")[2]):
                _quietly(partial(_send_input, send, self, target, event, ingested))
        if others.targets:
            _quietly(partial(plain_send, others, original_event, transform_input))

    def tell(account: str, region: str, event: dict[str, Any]) -> None:
        for rule in list(events.events_backends[account][region].event_buses["default"].rules.values()):
            rule.send_to_targets(event, transform_input=False)

    events.Rule.send_to_targets = send_to_targets
    events.EventPattern.matches_event = lambda self, event: matches(self.get_pattern(), event)
    _join_patterns(events)
    return tell


def _join_patterns(events: Any) -> None:
    """Match types that there are not are refused, and TestEventPattern answers; moto has neither."""
    import moto.events.responses as responses

    plain_parse = events.EventPatternParser.parse

    def parse(self: Any) -> dict[str, Any]:
        pattern: dict[str, Any] = plain_parse(self)
        if wrong := unknown_operator(pattern):
            raise events.InvalidEventPatternException(reason=f"Unrecognized match type {wrong}")
        return pattern

    def test_event_pattern(self: Any) -> Any:
        pattern = events.EventPattern.load(self._get_param("EventPattern"))
        try:
            event = json.loads(self._get_param("Event"))
        except ValueError:
            raise events.ValidationException("Parameter Event is not valid.") from None
        return self._create_response({"Result": matches(pattern.get_pattern(), event)})

    events.EventPatternParser.parse = parse
    responses.EventsHandler.test_event_pattern = test_event_pattern


def _send_input(send: Send, rule: Any, target: dict[str, Any], event: dict[str, Any], ingested: str) -> None:
    send(rule, target, target_input(target, event, rule.arn, ingested))


def _as_sent(original: Any) -> tuple[dict[str, Any], str]:
    """moto's event as EventBridge shows it, members in its order, and when it came."""
    now = datetime.now(UTC).timestamp()
    when = {name: original.get(name) or now for name in ("time", "ingestion-time")}
    text = {name: value if isinstance(value, str) and not _is_number(value) else _instant(float(value)) for name, value in when.items()}
    event = {name: value for name, value in original.items() if name != "ingestion-time"}
    return {**event, "time": text["time"]}, text["ingestion-time"]


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _quietly(work: Callable[[], None]) -> None:
    """A target that fails is no error of who puts the event."""
    try:
        work()
    except Exception:
        traceback.print_exc(file=sys.stderr)


def _sends(calls: Calls) -> dict[str, Send]:
    """By the service in a target's ARN."""

    def to_function(rule: Any, target: dict[str, Any], text: str) -> None:
        if refused := calls.deliver(OnBehalf(SERVICE, rule.arn, rule.account_id), target["Arn"], text):
            _to_dead_letters(rule, target, text, *refused)

    return {"lambda": to_function, "states": _to_state_machine, "sqs": _to_queue, "sns": _to_topic, "kinesis": _to_stream}


def _to_dead_letters(rule: Any, target: dict[str, Any], text: str, code: str, message: str) -> None:
    """What trying again would not help against goes there at once (EventBridge User Guide, "Using dead-letter queues")."""
    from moto.sqs.models import sqs_backends

    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    told = {
        "ERROR_CODE": _CODES.get(code, code), "ERROR_MESSAGE": message, "RETRY_ATTEMPTS": "0", "RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"],
    }  # fmt: skip
    *_, region, account, name = queue.split(":")
    attributes = {key: {"DataType": "String", "StringValue": value} for key, value in told.items()}
    sqs_backends[account][region].send_message(queue_name=name, message_body=text, message_attributes=attributes)


def _to_state_machine(rule: Any, target: dict[str, Any], text: str) -> None:
    from moto.events.notifications import _start_sfn_execution

    _start_sfn_execution(rule.account_id, target["Arn"].split(":")[3], target["Arn"], json.loads(text))


def _to_queue(rule: Any, target: dict[str, Any], text: str) -> None:
    from moto.sqs.models import sqs_backends

    *_, region, account, name = target["Arn"].split(":")
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    sqs_backends[account][region].send_message(queue_name=name, message_body=text, **({"group_id": group} if group else {}))


def _to_topic(rule: Any, target: dict[str, Any], text: str) -> None:
    from moto.sns.models import sns_backends

    *_, region, account, _ = target["Arn"].split(":")
    sns_backends[account][region].publish(arn=target["Arn"], message=text)


def _to_stream(rule: Any, target: dict[str, Any], text: str) -> None:
    from moto.kinesis.models import kinesis_backends

    *_, region, account, name = target["Arn"].split(":")
    partition = json.loads(text).get("id", rule.name) if text.startswith("{") else rule.name
    kinesis_backends[account][region].put_record(target["Arn"], name.rpartition("/")[2], str(partition), None, text)
