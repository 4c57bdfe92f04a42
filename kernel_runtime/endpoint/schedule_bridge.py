"""In the companion: what EventBridge and EventBridge Scheduler refuse of a schedule, and what moto forgets of one. Nothing is fired here: the lab does, by its
clock (``sources/schedules``)."""

from __future__ import annotations

from typing import Any

from ..account.account import ready_role_arn
from ..sources.schedules.expressions import of_rule, of_schedule
from .roles import trusts


def join_schedules() -> None:
    """Expressions and time zones are checked; an update is whole, as on AWS: what it leaves out is the default again."""
    import moto.events.models as events
    import moto.scheduler.models as scheduler
    import moto.scheduler.responses as responses

    plain_rule = events.EventsBackend.put_rule
    backend = scheduler.EventBridgeSchedulerBackend
    plain_create, plain_update, plain_answer = backend.create_schedule, backend.update_schedule, responses.EventBridgeSchedulerResponse.update_schedule

    def put_rule(self: Any, *given: Any, **named: Any) -> Any:
        if expression := named.get("scheduled_expression"):
            try:
                of_rule(expression)
            except ValueError:
                raise events.ValidationException("Parameter ScheduleExpression is not valid.") from None
        return plain_rule(self, *given, **named)

    def create_schedule(self: Any, **given: Any) -> Any:
        _check(given, scheduler)
        _check_role(given, self.account_id, scheduler)
        self.get_schedule_group(given.get("group_name"))
        return plain_create(self, **given)

    def update_schedule(self: Any, **given: Any) -> Any:
        _check(given, scheduler)
        _check_role(given, self.account_id, scheduler)
        return plain_update(self, **{**given, "state": given.get("state") or "ENABLED"})

    def answer_update(self: Any) -> Any:
        answer = plain_answer(self)
        name = self.uri.split("?")[0].split("/")[-1]
        told = self.scheduler_backend.get_schedule(self._get_param("GroupName"), name)
        told.action_after_completion = self._get_param("ActionAfterCompletion") or "NONE"
        return answer

    events.EventsBackend.put_rule = put_rule
    backend.create_schedule, backend.update_schedule = create_schedule, update_schedule
    responses.EventBridgeSchedulerResponse.update_schedule = answer_update


def _check(given: dict[str, Any], scheduler: Any) -> None:
    """Raises Scheduler's ValidationException."""
    expression, timezone = given["schedule_expression"], given.get("schedule_expression_timezone")
    try:
        of_schedule(expression, timezone)
    except KeyError:
        raise scheduler.ValidationException(f"Invalid Schedule Expression Timezone {timezone}.") from None
    except ValueError:
        raise scheduler.ValidationException(f"Invalid Schedule Expression {expression}.") from None
    window = given.get("flexible_time_window") or {}
    if (window.get("Mode") == "FLEXIBLE") != bool(window.get("MaximumWindowInMinutes")):
        raise scheduler.ValidationException("MaximumWindowInMinutes goes with the FLEXIBLE mode of a FlexibleTimeWindow, and is needed there.")


def _check_role(given: dict[str, Any], account: str, scheduler: Any) -> None:
    """The role that is ready from the start, or one that IAM has and that trusts Scheduler. Raises its ValidationException."""
    from moto.iam.models import iam_backends

    arn = (given.get("target") or {}).get("RoleArn", "")
    if arn == ready_role_arn(account):
        return
    roles = [role for backend in list(iam_backends[account].values()) for role in list(backend.roles.values()) if role.arn == arn]
    if not any(trusts(role.assume_role_policy_document, "scheduler.amazonaws.com") for role in roles):
        raise scheduler.ValidationException("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")
