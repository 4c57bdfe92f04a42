"""State machines that call the lab's functions, in Step Functions behind the door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel_runtime import AwsError, Lab

pytest.importorskip("moto", reason="Step Functions is moto's, of the extra 'services'")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        lab.function("double", "def handler(event, context):\n    return {'n': event['n'] * 2}\n")
        lab.function("broken", "def handler(event, context):\n    raise KeyError('no')\n")
        yield lab


def test_a_machine_calls_functions_one_after_the_other_and_side_by_side(lab: Lab) -> None:
    double = lab.get("double")
    each = {"StartAt": "Double", "States": {"Double": {"Type": "Task", "Resource": double, "End": True}}}
    big = {"Variable": "$.first.n", "NumericGreaterThan": 3, "Next": "Each"}
    states: dict[str, Any] = {
        "First": {"Type": "Task", "Resource": double, "ResultPath": "$.first", "Next": "Big?"},
        "Big?": {"Type": "Choice", "Choices": [big], "Default": "Small"},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "Iterator": each, "End": True},
        "Small": {"Type": "Fail", "Error": "TooSmall"},
    }  # fmt: skip
    machine = lab.state_machine("doubling", {"StartAt": "First", "States": states})
    execution = machine.run({"n": 2, "items": [{"n": 1}, {"n": 2}]})
    assert (execution.status, execution.output, execution.error) == ("SUCCEEDED", [{"n": 2}, {"n": 4}], None)
    found = execution.visits
    assert found[0].name == "First" and {visit.title for visit in found} >= {"First", "Big?", "Each", "Each[0] Double", "Each[1] Double"}
    assert found[0].calls[0].start == "cold"
    assert all(call.start in ("cold", "warm") for visit in found for call in visit.calls)
    assert "First (Task)" in repr(execution)
    assert machine.run({"n": 1, "items": []}).error == "TooSmall"


def test_a_function_that_fails_is_tried_again_and_then_caught(lab: Lab) -> None:
    retry = [{"ErrorEquals": ["KeyError"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    task = {"Type": "Task", "Resource": lab.get("broken"), "Retry": retry, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mend"}], "End": True}
    machine = lab.state_machine("mending", {"StartAt": "Try", "States": {"Try": task, "Mend": {"Type": "Pass", "Result": "mended", "End": True}}})
    execution = machine.run(say=lambda line: None)
    assert execution.output == "mended"
    assert [call.error for call in execution.visits[0].calls] == ["KeyError", "KeyError"]


def test_a_machine_of_the_same_name_is_changed(lab: Lab) -> None:
    passes = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": True}}}
    first = lab.state_machine("again", passes)
    second = lab.state_machine("again", {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 2, "End": True}}})
    assert first.arn == second.arn
    assert first.run().output == 2
    first.delete()


def test_what_is_no_machine_is_refused_in_a_line(lab: Lab) -> None:
    with pytest.raises(AwsError):
        lab.state_machine("none", "{")
    with pytest.raises(AwsError, match="JSON and functions, not <object"):
        lab.state_machine("none", {"StartAt": object()})


def test_an_execution_can_be_stopped(lab: Lab) -> None:
    machine = lab.state_machine("waiting", {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}})
    execution = machine.start()
    execution.stop()
    assert execution.status == "ABORTED"
