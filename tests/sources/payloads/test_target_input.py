"""What a target gets of an event (EventBridge User Guide, "Input transformation": its examples)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel_runtime.sources.payloads.target_input import target_input

RULE = "arn:aws:events:us-east-1:123456789012:rule/mine"
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": "123456789012",
    "time": "2015-11-11T21:29:54Z",
    "region": "us-east-1",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111", "arn:second"],
    "detail": {"instance-id": "i-0123456789", "state": "RUNNING", "n": 5, "on": True, "quoted": 'say "hi"', "list": [{"a": 1}, {"a": 2}], "dotted.name": 1},
}


def told(**target: Any) -> str:
    return target_input({"Id": "1", "Arn": "x", **target}, EVENT, RULE, "2015-11-11T21:29:55Z")


def transformed(template: str, **paths: str) -> str:
    return told(InputTransformer={"InputPathsMap": paths, "InputTemplate": template})


def test_without_anything_it_is_the_event() -> None:
    assert list(json.loads(told())) == list(EVENT)


def test_a_constant() -> None:
    assert told(Input='{"a":  1}') == '{"a":  1}'


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", EVENT),
        ("$.detail.state", "RUNNING"),
        ("$.detail-type", "EC2 Instance State-change Notification"),
        ("$.resources[0]", "arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"),
        ("$.detail.list[*].a", [1, 2]),
        ("$.detail['dotted.name']", 1),
        ("$.detail.none", {}),
    ],
)
def test_a_part(path: str, value: Any) -> None:
    assert json.loads(told(InputPath=path)) == value


def test_texts_get_quotes_outside_of_quotes_and_none_inside() -> None:
    paths = {"i": "$.detail.instance-id", "s": "$.detail.state", "n": "$.detail.n", "on": "$.detail.on", "d": "$.detail.list"}
    made = transformed('{"i": <i>, "text": "instance <i> is <s>", "n": <n>, "on": <on>, "all": <d>}', **paths)
    assert json.loads(made) == {"i": "i-0123456789", "text": "instance i-0123456789 is RUNNING", "n": 5, "on": True, "all": [{"a": 1}, {"a": 2}]}


def test_a_template_may_be_a_text() -> None:
    assert transformed('"instance <i> is in <s>"', i="$.detail.instance-id", s="$.detail.state") == '"instance i-0123456789 is in RUNNING"'
    assert transformed('"he can <q>"', q="$.detail.quoted") == '"he can say \\"hi\\""'
    assert transformed('"list: <l>"', l="$.detail.list") == '"list: [{a:1},{a:2}]"'


def test_what_is_not_there_is_null_or_nothing() -> None:
    assert transformed('{"a": <a>, "b": "<a>"}', a="$.none") == '{"a": null, "b": ""}'
    assert transformed('"<b>"') == '"<b>"', "a name that no path has stays"


def test_eventbridges_own_words() -> None:
    names = {"r": "rule-arn", "n": "rule-name", "t": "event.ingestion-time", "e": "event.json", "w": "event"}
    made = json.loads(transformed("{" + ", ".join(f'"{short}": <aws.events.{name}>' for short, name in names.items()) + "}"))
    assert (made["r"], made["n"], made["t"], made["e"]) == (RULE, "mine", "2015-11-11T21:29:55Z", EVENT)
    assert made["w"] == {name: value for name, value in EVENT.items() if name != "detail"}
