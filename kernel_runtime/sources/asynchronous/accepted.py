"""An event that Lambda has accepted and not yet done with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Accepted:
    """number: the order of acceptance in this lab. qualifier: empty where none was given. payload: JSON; None where it is on disk alone. trace: X-Ray's header.

    accepted_at, due_at: seconds of the queue's clock; due_at is when its next try may come. runs: how often the function has run for it. refusals: throttles
    and system errors since it last ran.
    """

    number: int
    account: str
    region: str
    function: str
    qualifier: str
    payload: bytes | None
    request_id: str
    trace: str
    accepted_at: float
    due_at: float
    runs: int = 0
    refusals: int = 0

    def age_s(self, now: float) -> float:
        """Seconds of the queue's clock since it was accepted."""
        return max(now - self.accepted_at, 0.0)
