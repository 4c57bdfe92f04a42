"""What a rule's target gets of an event (EventBridge User Guide, "Amazon EventBridge input transformation"): a constant, a part, a template, or all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_STEP = re.compile(r"\.([A-Za-z0-9_\-@]+)|\[(\d+|\*)\]|\['([^']+)'\]|\[\"([^\"]+)\"\]")
_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.\-]+)>")
_MISSING: Any = object()


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str, ingestion_time: str) -> str:
    """JSON text, unless the target's own template makes something else."""
    if target.get("Input"):
        return str(target["Input"])
    if path := target.get("InputPath"):
        found = at_path(event, path)
        return json.dumps({} if found is _MISSING else found)
    if transformer := target.get("InputTransformer"):
        paths = transformer.get("InputPathsMap") or {}
        values = {name: at_path(event, path) for name, path in paths.items()}
        return _filled(transformer.get("InputTemplate") or "", {**values, **_own_words(event, rule_arn, ingestion_time)})
    return json.dumps(event)


def at_path(event: Any, path: str) -> Any:
    """What is at a JSON path of EventBridge's kind: names, indexes, ``*`` in lists; ``_MISSING`` where nothing is."""
    here, at, several = [event], path.find("$") + 1, False
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return _MISSING
        at, index = step.end(), step[2]
        several = several or index == "*"
        here = [inner for value in here for inner in _inside(value, index, step[1] or step[3] or step[4])]
    return (here if several else here[0]) if here else _MISSING


def _inside(value: Any, index: str | None, name: str) -> list[Any]:
    if index is not None:
        held = value if isinstance(value, list) else []
        return held if index == "*" else held[int(index) : int(index) + 1]
    return [value[name]] if isinstance(value, dict) and name in value else []


def _own_words(event: Mapping[str, Any], rule_arn: str, ingestion_time: str) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rsplit("/", 1)[-1],
        "aws.events.event.ingestion-time": ingestion_time,
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": dict(event),
    }


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Outside quotes a value comes as JSON, inside as its text; a text has no quotes inside, so those of a structure are left out. Missing is null."""
    made, at = [], 0
    for placeholder in _PLACEHOLDER.finditer(template):
        if placeholder[1] not in values:
            continue
        made.append(template[at : placeholder.start()])
        value = values[placeholder[1]]
        made.append(_as_text(value) if _is_quoted("".join(made)) else json.dumps(None if value is _MISSING else value))
        at = placeholder.end()
    return "".join([*made, template[at:]])


def _is_quoted(before: str) -> bool:
    return len(re.findall(r'(?<!\\)"', before)) % 2 == 1


def _as_text(value: Any) -> str:
    if value is _MISSING:
        return ""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return json.dumps(value, separators=(",", ":")).replace('"', "")
