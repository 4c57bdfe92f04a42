"""The life of an environment as a table: what is not in it cannot happen (AWS: "Lambda execution environment lifecycle")."""

from __future__ import annotations

from typing import Literal

State = Literal["initialising", "busy", "idle", "empty", "gone"]
"""empty: a place whose process has died; its /tmp is there, and its next invocation begins with a suppressed init."""

Step = Literal["ready", "provisioned", "init_failed", "refused", "finished_alive", "finished_dead", "broken", "run", "died", "stop", "host_lost"]

TRANSITIONS: dict[tuple[State, Step], State] = {
    ("initialising", "ready"): "busy",
    ("initialising", "provisioned"): "idle",  # nobody waits for it
    ("initialising", "init_failed"): "empty",  # nor here: it ends
    ("initialising", "refused"): "gone",
    ("initialising", "broken"): "empty",
    ("busy", "finished_alive"): "idle",
    ("busy", "finished_dead"): "empty",
    ("busy", "broken"): "empty",
    ("busy", "died"): "busy",  # its caller sees the end of it too, and tells
    ("initialising", "died"): "initialising",
    ("idle", "run"): "busy",
    ("empty", "run"): "busy",
    ("idle", "died"): "empty",
    ("empty", "died"): "empty",
    ("idle", "stop"): "gone",
    ("empty", "stop"): "gone",
    ("idle", "host_lost"): "gone",
    ("empty", "host_lost"): "gone",
    ("busy", "host_lost"): "busy",  # gone when its caller has told that the invocation broke
    ("initialising", "host_lost"): "initialising",
}


class ImpossibleFact(Exception):
    """A fact that cannot be in the state that things are in. Nothing has changed."""


def after(state: State, step: Step, what: object) -> State:
    """The state that follows. Raises ImpossibleFact, which names the state and ``what`` was told."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise ImpossibleFact(f"an environment that is {state} cannot take {type(what).__name__}") from None


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> initialising: Start, Provision"]
    for (state, step), following in TRANSITIONS.items():
        if state != following:
            lines.append(f"    {state} --> {'[*]' if following == 'gone' else following}: {step}")
    return "\n".join(lines)
