"""How a function's asynchronous invocations are retried, and where word of their ends goes: ``fn.retry``, ``fn.on_success``, ``fn.on_failure``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..model.errors import InvalidParameterValueException, ResourceNotFoundException
from ..model.names import LATEST
from .asking import asking

if TYPE_CHECKING:
    from ..function_handle import FunctionHandle
    from ..lab import Lab


def retry(lab: Lab, name: str, attempts: int | None, max_age_s: int | None, qualifier: str | None) -> None:
    """Raises AwsError for what Lambda refuses."""
    given = {"MaximumRetryAttempts": attempts, "MaximumEventAgeInSeconds": max_age_s}
    wanted = {member: value for member, value in given.items() if value is not None}
    if not wanted:
        raise InvalidParameterValueException("fn.retry(attempts=0, 1 or 2, max_age_s=60 to 21,600): say at least one of them")
    _change(lab, name, qualifier, wanted)


def tell(lab: Lab, name: str, when: Literal["OnSuccess", "OnFailure"], target: FunctionHandle | str | None, qualifier: str | None) -> None:
    """``target``: a function or its name, an ARN, None for nowhere any more. Raises AwsError for what Lambda refuses."""
    if isinstance(target, str) and ":" not in target:
        target = lab.get(target)
    arn = target.configuration.arn if target is not None and not isinstance(target, str) else target
    others = {member: told for member, told in _held(lab, name, qualifier).get("DestinationConfig", {}).items() if told.get("Destination") and member != when}
    _change(lab, name, qualifier, {"DestinationConfig": {**others, **({when: {"Destination": arn}} if arn is not None else {})}})


def _change(lab: Lab, name: str, qualifier: str | None, wanted: dict[str, Any]) -> None:
    """What is not named stays."""
    aws = lab.boto3("lambda")
    call = aws.update_function_event_invoke_config if _held(lab, name, qualifier) else aws.put_function_event_invoke_config
    with asking():
        call(FunctionName=name, Qualifier=qualifier or LATEST, **wanted)


def _held(lab: Lab, name: str, qualifier: str | None) -> dict[str, Any]:
    """The configuration as it is, empty where there is none."""
    try:
        with asking():
            held: dict[str, Any] = lab.boto3("lambda").get_function_event_invoke_config(FunctionName=name, Qualifier=qualifier or LATEST)
            return held
    except ResourceNotFoundException:
        return {}
