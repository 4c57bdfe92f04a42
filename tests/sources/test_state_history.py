"""From the history of an execution to visits and calls."""

from __future__ import annotations

from typing import Any

from kernel_runtime.sources.state_history import Visit, mark_starts, visits

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


def _events(*told: tuple[Any, ...]) -> list[dict[str, Any]]:
    """(previous, seconds, type, name or details)"""
    events = []
    for id, (previous, at, kind, *more) in enumerate(told, 1):
        event: dict[str, Any] = {"id": id, "previousEventId": previous, "timestamp": float(at), "type": kind}
        given = more[0] if more else None
        if kind.endswith("StateEntered"):
            event["stateEnteredEventDetails"] = {"name": given}
        elif kind.endswith("StateExited"):
            event["stateExitedEventDetails"] = {"name": given}
        elif given is not None:
            event[kind[0].lower() + kind[1:] + "EventDetails"] = given
        events.append(event)
    return events


def _titles(found: list[Visit]) -> list[tuple[str, float, float | None]]:
    return [(visit.title, visit.began_at, visit.ended_at) for visit in found]


def test_a_task_that_is_tried_again() -> None:
    found = visits(
        _events(
            (0, 0, "ExecutionStarted"),
            (0, 0, "TaskStateEntered", "A"),
            (2, 1, "TaskScheduled", {"resourceType": "lambda", "resource": "invoke", "parameters": f'{{"FunctionName": "{ARN}flaky:live"}}'}),
            (3, 2, "TaskFailed", {"error": "ValueError", "cause": "no"}),
            (4, 5, "TaskScheduled", {"resourceType": "lambda", "resource": "invoke", "parameters": '{"FunctionName": "flaky"}'}),
            (5, 6, "TaskSucceeded", {}),
            (6, 7, "TaskStateExited", "A"),
            (7, 7, "ExecutionSucceeded"),
        )
    )
    assert _titles(found) == [("A", 0.0, 7.0)]
    assert [(call.function, call.began_at, call.ended_at, call.error) for call in found[0].calls] == [
        ("flaky", 1.0, 2.0, "ValueError"),
        ("flaky", 5.0, 6.0, ""),
    ]


def test_iterations_are_named_and_left_behind() -> None:
    found = visits(
        _events(
            (0, 0, "MapStateEntered", "Each"),
            (1, 0, "MapIterationStarted", {"name": "Each", "index": 0}),
            (2, 0, "TaskStateEntered", "D"),
            (1, 0, "MapIterationStarted", {"name": "Each", "index": 1}),
            (3, 0, "LambdaFunctionScheduled", {"resource": f"{ARN}double"}),
            (4, 0, "TaskStateEntered", "D"),
            (5, 3, "LambdaFunctionSucceeded", {}),
            (7, 3, "TaskStateExited", "D"),
            (6, 4, "TaskStateExited", "D"),
            (9, 5, "MapStateExited", "Each"),
            (10, 5, "PassStateEntered", "After"),
            (11, 6, "PassStateExited", "After"),
        )
    )
    assert _titles(found) == [("Each", 0.0, 5.0), ("Each[0] D", 0.0, 3.0), ("Each[1] D", 0.0, 4.0), ("After", 5.0, 6.0)]
    assert [call.function for call in found[1].calls] == ["double"]


def test_a_state_that_is_visited_again_is_another_visit() -> None:
    found = visits(
        _events((0, 0, "WaitStateEntered", "W"), (1, 1, "WaitStateExited", "W"), (2, 1, "WaitStateEntered", "W"), (3, 2, "WaitStateExited", "W")),
    )
    assert _titles(found) == [("W", 0.0, 1.0), ("W", 1.0, 2.0)]


def test_what_is_open_when_the_execution_fails_has_failed_with_it() -> None:
    found = visits(
        _events(
            (0, 0, "ParallelStateEntered", "P"),
            (1, 0, "TaskStateEntered", "T"),
            (2, 0, "LambdaFunctionScheduled", {"resource": f"{ARN}f"}),
            (3, 2, "ExecutionFailed", {"error": "States.Timeout"}),
        )
    )
    assert [(visit.ended_at, visit.error) for visit in found] == [(2.0, "States.Timeout")] * 2
    assert found[1].calls[0].error == "States.Timeout"


def test_an_execution_that_runs_has_open_ends() -> None:
    assert _titles(visits(_events((0, 0, "WaitStateEntered", "W")))) == [("W", 0.0, None)]
    assert visits([]) == []


def test_a_call_is_told_how_its_environment_began() -> None:
    found = visits(
        _events(
            (0, 0, "TaskStateEntered", "A"),
            (1, 1, "LambdaFunctionScheduled", {"resource": f"{ARN}f"}),
            (2, 3, "LambdaFunctionSucceeded", {}),
            (3, 3, "TaskStateExited", "A"),
            (4, 3, "TaskStateEntered", "B"),
            (5, 4, "LambdaFunctionScheduled", {"resource": f"{ARN}f"}),
            (6, 6, "LambdaFunctionSucceeded", {}),
            (7, 6, "TaskStateExited", "B"),
        )
    )
    mark_starts(found, [("f", 5.5, "warm"), ("f", 0.5, "cold"), ("f", 2.5, "cold"), ("other", 2.0, "warm")])
    assert [call.start for visit in found for call in visit.calls] == ["cold", "warm"]
