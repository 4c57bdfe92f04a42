"""What buckets, topics, rules, schedules and log groups are tied to a function with: exactly the calls of the AWS API that boto3 would make.

A bucket, a topic, a bus or a log group that is not there is made, and the trigger's ``made`` says so. What was made stays when the trigger is deleted;
the subscription and the permission go. What AWS refuses is raised as AwsError.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .asking import asking

if TYPE_CHECKING:
    from ..lab import Lab

INVOKE = "lambda:InvokeFunction"


class Trigger:
    """One thing that calls one function. kind, name: as ``Lab.sources`` names them. made: what was not there before, in words."""

    def __init__(self, kind: str, name: str, function: str, made: Iterable[str], undo: Callable[[], None]) -> None:
        self.kind, self.name, self.function = kind, name, function
        self.made = tuple(made)
        self._undo: Callable[[], None] | None = undo

    @asking()
    def delete(self) -> None:
        """It calls the function no more. Idempotent."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()

    def __repr__(self) -> str:
        made = f", made {' and '.join(self.made)}" if self.made else ""
        return f"<{self.kind} {self.name} → {self.function}{made if self._undo else ', deleted'}>"


class Tie:
    """A function on its way to a trigger: its ARN, its permissions, clients of the lab."""

    def __init__(self, lab: Lab, function: str, qualifier: str | None) -> None:
        self._lambda = lab.boto3("lambda")
        self._named = {"FunctionName": function, **({"Qualifier": qualifier} if qualifier else {})}
        self.client = lab.boto3
        self.function = function + (f":{qualifier}" if qualifier else "")
        self.arn = str(self._lambda.get_function_configuration(**self._named)["FunctionArn"])
        _, _, _, self.region, self.account, *_ = self.arn.split(":")

    def permit(self, service: str, source_arn: str, *, with_account: bool = False) -> Callable[[], None]:
        """Let the service call the function for that source. What undoes it is given back; a permission that was there before stays."""
        sid = f"serverless-lab-{service.partition('.')[0]}-{_short(source_arn)}"
        more = {"SourceAccount": self.account} if with_account else {}
        try:
            self._lambda.add_permission(StatementId=sid, Action=INVOKE, Principal=service, SourceArn=source_arn, **more, **self._named)
        except self._lambda.exceptions.ResourceConflictException:
            return lambda: None
        return lambda: self._remove_permission(sid)

    def _remove_permission(self, sid: str) -> None:
        try:
            self._lambda.remove_permission(StatementId=sid, **self._named)
        except self._lambda.exceptions.ResourceNotFoundException:
            pass  # the function has gone, or somebody removed it


@asking()
def bucket(lab: Lab, function: str, name: str, events: Iterable[str], prefix: str, suffix: str, qualifier: str | None) -> Trigger:
    """S3 API Reference, PutBucketNotificationConfiguration: what other configurations the bucket has stay."""
    tie, made = Tie(lab, function, qualifier), []
    s3 = tie.client("s3")
    try:
        s3.head_bucket(Bucket=name)
    except s3.exceptions.ClientError:
        s3.create_bucket(Bucket=name)
        made.append(f"the bucket {name}")
    rules = [{"Name": rule, "Value": value} for rule, value in (("prefix", prefix), ("suffix", suffix)) if value]
    own: dict[str, Any] = {"LambdaFunctionArn": tie.arn, "Events": list(events)}
    if rules:
        own["Filter"] = {"Key": {"FilterRules": rules}}
    own["Id"] = f"{function}-{_short(json.dumps(own))}"
    withdraw = tie.permit("s3.amazonaws.com", f"arn:aws:s3:::{name}", with_account=True)

    def put(wanted: Callable[[list[Any]], list[Any]]) -> None:
        held = {key: value for key, value in s3.get_bucket_notification_configuration(Bucket=name).items() if key != "ResponseMetadata"}
        others = [one for one in held.pop("LambdaFunctionConfigurations", []) if one["Id"] != own["Id"]]
        kept = wanted(others)
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={**held, **({"LambdaFunctionConfigurations": kept} if kept else {})})

    def undo() -> None:
        put(lambda others: others)
        withdraw()

    try:
        put(lambda others: [*others, own])
    except BaseException:
        withdraw()
        raise
    return Trigger("bucket", name, tie.function, made, undo)


@asking()
def topic(lab: Lab, function: str, name: str, policy: Mapping[str, Any] | None, scope: str, qualifier: str | None) -> Trigger:
    """SNS API Reference, Subscribe. name: a topic's name or ARN."""
    tie, made = Tie(lab, function, qualifier), []
    sns = tie.client("sns")
    arn = name if name.startswith("arn:") else f"arn:aws:sns:{tie.region}:{tie.account}:{name}"
    try:
        sns.get_topic_attributes(TopicArn=arn)
    except sns.exceptions.NotFoundException:
        sns.create_topic(Name=arn.rsplit(":", 1)[-1])
        made.append(f"the topic {arn.rsplit(':', 1)[-1]}")
    withdraw = tie.permit("sns.amazonaws.com", arn)
    attributes = {"FilterPolicy": json.dumps(policy), "FilterPolicyScope": scope} if policy is not None else {}
    subscription = sns.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=tie.arn, Attributes=attributes, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def undo() -> None:
        sns.unsubscribe(SubscriptionArn=subscription)
        withdraw()

    return Trigger("topic", arn.rsplit(":", 1)[-1], tie.function, made, undo)


@asking()
def rule(lab: Lab, function: str, pattern: Mapping[str, Any], bus: str, name: str | None, target: Mapping[str, Any], qualifier: str | None) -> Trigger:
    """EventBridge API Reference, PutRule and PutTargets. target: members of the target beside Id and Arn."""
    tie, made = Tie(lab, function, qualifier), []
    events = tie.client("events")
    if bus != "default":
        try:
            events.describe_event_bus(Name=bus)
        except events.exceptions.ResourceNotFoundException:
            events.create_event_bus(Name=bus)
            made.append(f"the event bus {bus}")
    text = json.dumps(pattern)
    name = name or f"{function}-{_short(text + bus)}"
    arn = events.put_rule(Name=name, EventPattern=text, EventBusName=bus)["RuleArn"]
    withdraw = tie.permit("events.amazonaws.com", arn)
    target_id = _short(tie.arn)
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": target_id, "Arn": tie.arn, **target}])

    def undo() -> None:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=[target_id])
        events.delete_rule(Name=name, EventBusName=bus)
        withdraw()

    return Trigger("rule", name, tie.function, made, undo)


@asking()
def schedule(
    lab: Lab, function: str, expression: str, text: str | None, timezone: str | None, name: str | None, more: Mapping[str, Any], qualifier: str | None
) -> Trigger:
    """EventBridge Scheduler API Reference, CreateSchedule; one of that name is changed. The scheduler calls by a role, so the function needs no permission."""
    tie = Tie(lab, function, qualifier)
    scheduler = tie.client("scheduler")
    name = name or f"{function}-{_short(f'{expression} {timezone}')}"
    target = {"Arn": tie.arn, "RoleArn": lab.role_arn, **({"Input": text} if text is not None else {})}
    zone = {"ScheduleExpressionTimezone": timezone} if timezone else {}
    wanted = {"Name": name, "ScheduleExpression": expression, "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target, **zone, **more}
    try:
        scheduler.create_schedule(**wanted)
    except scheduler.exceptions.ConflictException:
        scheduler.update_schedule(**wanted)

    def undo() -> None:
        try:
            scheduler.delete_schedule(Name=name)
        except scheduler.exceptions.ResourceNotFoundException:
            pass  # it was over, and its own settings deleted it

    return Trigger("schedule", expression, tie.function, (), undo)


@asking()
def log_group(lab: Lab, function: str, name: str, pattern: str, qualifier: str | None) -> Trigger:
    """CloudWatch Logs API Reference, PutSubscriptionFilter."""
    tie, made = Tie(lab, function, qualifier), []
    logs = tie.client("logs")
    try:
        logs.create_log_group(logGroupName=name)
        made.append(f"the log group {name}")
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    withdraw = tie.permit("logs.amazonaws.com", f"arn:aws:logs:{tie.region}:{tie.account}:log-group:{name}:*")
    own = f"{function}-{_short(tie.arn + pattern)}"
    try:
        logs.put_subscription_filter(logGroupName=name, filterName=own, filterPattern=pattern, destinationArn=tie.arn)
    except BaseException:
        withdraw()
        raise

    def undo() -> None:
        logs.delete_subscription_filter(logGroupName=name, filterName=own)
        withdraw()

    return Trigger("log group", name, tie.function, made, undo)


def _short(text: str) -> str:
    """Eight characters that stand for a text in a name."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
