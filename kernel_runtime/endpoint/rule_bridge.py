"""In the companion: EventBridge's rules call the lab's functions and start state machines; moto itself delivers to queues, logs and buses, and no further."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def join_rules(invoke: Callable[[str, str, bytes], None]) -> None:
    """``invoke(account, function_arn, payload)`` calls a function asynchronously."""
    import moto.events.models as events
    from moto.events.notifications import _start_sfn_execution
    from moto.events.utils import EventTemplateParser

    plain_send = events.Rule.send_to_targets

    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        own = [target for target in self.targets if target["Arn"].split(":")[2] in {"lambda", "states"}]
        if own and self.event_pattern.matches_event(original_event):
            for target in own:
                event = _input_of(target, original_event, EventTemplateParser.parse)
                if target["Arn"].split(":")[2] == "lambda":
                    invoke(self.account_id, target["Arn"], json.dumps(event).encode())
                else:
                    _start_sfn_execution(self.account_id, target["Arn"].split(":")[3], target["Arn"], event)
        others = copy.copy(self)
        others.targets = [target for target in self.targets if target not in own]
        plain_send(others, original_event, transform_input)

    events.Rule.send_to_targets = send_to_targets


def _input_of(target: dict[str, Any], original: Any, parse: Callable[..., Any]) -> Any:
    """EventBridge API Reference, "Target": a constant ``Input``, one path of the event, a transformer, else the event as it is."""
    if target.get("Input"):
        return json.loads(target["Input"])
    event = {name: value for name, value in original.items() if name != "ingestion-time"}
    if isinstance(event.get("time"), int | float):
        event["time"] = datetime.fromtimestamp(event["time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if path := target.get("InputPath"):
        for piece in path.removeprefix("$").split("."):
            event = event[piece] if piece else event
        return event
    if transformer := target.get("InputTransformer"):
        return parse(transformer.get("InputTemplate"), transformer.get("InputPathsMap", {}), {**event, "ingestion-time": original.get("ingestion-time")})
    return event
