"""What in a service is to call which function: a bucket's notification, a topic's subscription, a rule's target, a log group's filter."""

from __future__ import annotations

from dataclasses import dataclass

from .on_behalf import OnBehalf


@dataclass(frozen=True, slots=True)
class Tie:
    """function: its ARN, as it was given. enabled: whether the service would call it."""

    behalf: OnBehalf
    function: str
    enabled: bool = True
