"""Schedules of a lab whose minute takes a third of a second: by boto3 and by the notebook's method."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kernel_runtime import Lab
from kernel_runtime.sources.view import SourceView

from ...artifacts.archives import zip_of
from ...fleet.running import until
from ..listening import SOURCE, Listener

pytest.importorskip("moto")
SPEED = 180
ROLE = "arn:aws:iam::000000000000:role/serverless-lab"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(clock=SPEED) as lab:
        yield lab


def soon(lab: Lab) -> str:
    """Two seconds from now, so that it is there in time."""
    return f"at({datetime.fromtimestamp(lab.clock.now() + 2 * SPEED, UTC):%Y-%m-%dT%H:%M:%S})"


def scheduled(lab: Lab, name: str, expression: str, target: dict[str, Any], **more: Any) -> None:
    made = {"Name": name, "ScheduleExpression": expression, "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"RoleArn": ROLE, **target}}
    lab.boto3("scheduler").create_schedule(**made, **more)


def views(lab: Lab, function: str) -> list[SourceView]:
    """Of its schedules alone: what they call waits in the queue of asynchronous calls, which has a view too."""
    return [view for view in lab.sources(function) if view.kind == "schedule"]


def messages(lab: Lab, queue: str, count: int) -> list[dict[str, Any]]:
    sqs, found = lab.boto3("sqs"), []
    while len(found) < count:
        found += sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5, VisibilityTimeout=600, MessageAttributeNames=["All"]).get("Messages", [])
    return found


def test_a_rule_with_a_rate(lab: Lab) -> None:
    events, heard = lab.boto3("events"), Listener(lab, "by-rule")
    rule = events.put_rule(Name="each-minute", ScheduleExpression="rate(1 minute)")["RuleArn"]
    lab.boto3("lambda").add_permission(
        FunctionName="by-rule", StatementId="s", Action="lambda:InvokeFunction", Principal="events.amazonaws.com", SourceArn=rule
    )
    events.put_targets(Rule="each-minute", Targets=[{"Id": "1", "Arn": heard.arn}])
    first, second = sorted(heard.next(2), key=lambda event: event["time"])[:2]
    told = {"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "account": "000000000000", "region": "us-east-1", "resources": [rule]}
    assert {name: value for name, value in first.items() if name not in ("id", "time")} == {**told, "detail": {}}
    apart = datetime.fromisoformat(second["time"]) - datetime.fromisoformat(first["time"])
    assert apart.total_seconds() == 60 and first["id"] != second["id"]
    (view,) = views(lab, "by-rule")
    assert (view.kind, view.name, view.failures) == ("schedule", "rate(1 minute)", 0) and view.result.startswith("OK, next at ")
    events.put_targets(Rule="each-minute", Targets=[{"Id": "1", "Arn": heard.arn, "Input": '{"constant": 1}'}])
    until(lambda: {"constant": 1} in heard.rest())
    events.disable_rule(Name="each-minute")
    until(lambda: views(lab, "by-rule")[0].state == "Disabled")
    events.remove_targets(Rule="each-minute", Ids=["1"])
    events.delete_rule(Name="each-minute")
    until(lambda: not views(lab, "by-rule"))


def test_a_rule_obeys_the_functions_policy(lab: Lab) -> None:
    events, heard = lab.boto3("events"), Listener(lab, "not-by-rule")
    queue = lab.boto3("sqs").create_queue(QueueName="of-rules")["QueueUrl"]
    rule = events.put_rule(Name="denied", ScheduleExpression="rate(1 minute)")["RuleArn"]
    dead = {"DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:of-rules"}}
    events.put_targets(Rule="denied", Targets=[{"Id": "1", "Arn": heard.arn, **dead}])
    (message,) = messages(lab, queue, 1)
    attributes = {name: told["StringValue"] for name, told in message["MessageAttributes"].items()}
    assert attributes.pop("ERROR_MESSAGE").startswith("events.amazonaws.com may not invoke")
    assert attributes == {"ERROR_CODE": "NO_PERMISSIONS", "RETRY_ATTEMPTS": "0", "RULE_ARN": rule, "TARGET_ARN": heard.arn}
    assert json.loads(message["Body"])["detail-type"] == "Scheduled Event"
    until(lambda: views(lab, "not-by-rule")[0].failures > 0)
    assert views(lab, "not-by-rule")[0].result.startswith("NO_PERMISSIONS") and heard.rest() == []
    events.remove_targets(Rule="denied", Ids=["1"])


def test_a_schedule_begins_at_once_and_ends_with_its_deletion(lab: Lab) -> None:
    heard = Listener(lab, "by-rate")
    trigger = heard.function.on_schedule("rate(1 minute)")
    event, following = sorted(heard.next(2), key=lambda event: event["time"])[:2]
    arn = lab.boto3("scheduler").list_schedules()["Schedules"][0]["Arn"]
    assert (event["source"], event["detail-type"], event["detail"], event["resources"]) == ("aws.scheduler", "Scheduled Event", "{}", [arn])
    assert (datetime.fromisoformat(following["time"]) - datetime.fromisoformat(event["time"])).total_seconds() == 60
    assert repr(trigger) == "<schedule rate(1 minute) → by-rate>"
    trigger.delete()
    until(lambda: not views(lab, "by-rate"))


def test_once_with_an_input_and_then_it_is_gone(lab: Lab) -> None:
    heard = Listener(lab, "once")
    expression = soon(lab)
    given = {"at": "<aws.scheduler.scheduled-time>", "try": "<aws.scheduler.attempt-number>", "of": "<aws.scheduler.schedule-arn>"}
    heard.function.on_schedule(expression, given, name="only-once", ActionAfterCompletion="DELETE")
    (event,) = heard.next()
    arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/only-once"
    assert event == {"at": expression[3:-1] + "Z", "try": "1", "of": arn}
    until(lambda: "only-once" not in {one["Name"] for one in lab.boto3("scheduler").list_schedules()["Schedules"]})


def test_a_group_a_time_zone_and_an_update(lab: Lab) -> None:
    scheduler, heard = lab.boto3("scheduler"), Listener(lab, "grouped")
    scheduler.create_schedule_group(Name="mine")
    made = {"GroupName": "mine", "ScheduleExpressionTimezone": "Asia/Tokyo", "State": "DISABLED"}
    scheduled(lab, "later", "cron(30 9 1 1 ? 2040)", {"Arn": heard.arn}, **made)
    until(lambda: any(view.state == "Disabled" for view in views(lab, "grouped")))
    target = {"Arn": heard.arn, "RoleArn": ROLE}
    update = {"Name": "later", "GroupName": "mine", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target, "ScheduleExpression": "cron(30 9 1 1 ? 2040)"}
    scheduler.update_schedule(**update, ScheduleExpressionTimezone="Asia/Tokyo", ActionAfterCompletion="DELETE")
    until(lambda: any(view.result == "next at 2040-01-01T00:30:00Z" for view in views(lab, "grouped")))
    told = scheduler.get_schedule(Name="later", GroupName="mine")
    assert (told["State"], told["ActionAfterCompletion"]) == ("ENABLED", "DELETE")
    scheduler.delete_schedule_group(Name="mine")
    until(lambda: not views(lab, "grouped"))
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scheduled(lab, "none", "rate(1 hour)", target, GroupName="mine")


def test_a_role_of_the_users_own(lab: Lab) -> None:
    def role(name: str, service: str) -> str:
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
        return str(lab.boto3("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"])

    target = {"Arn": "arn:aws:sqs:us-east-1:000000000000:q"}
    scheduled(lab, "mine", "cron(0 0 1 1 ? 2199)", {**target, "RoleArn": role("for-scheduler", "scheduler.amazonaws.com")})
    with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler"):
        scheduled(lab, "other", "cron(0 0 1 1 ? 2199)", {**target, "RoleArn": role("for-lambda", "lambda.amazonaws.com")})


def test_queues_and_any_operation(lab: Lab) -> None:
    queue = lab.boto3("sqs").create_queue(QueueName="scheduled")["QueueUrl"]
    when = soon(lab)
    scheduled(lab, "to-a-queue", when, {"Arn": "arn:aws:sqs:us-east-1:000000000000:scheduled", "Input": "templated"})
    universal = {"QueueUrl": queue, "MessageBody": "universal"}
    scheduled(lab, "to-an-operation", when, {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": json.dumps(universal)})
    assert sorted(message["Body"] for message in messages(lab, queue, 2)) == ["templated", "universal"]


def test_what_cannot_be_delivered_goes_to_the_dead_letters(lab: Lab) -> None:
    queue = lab.boto3("sqs").create_queue(QueueName="dead")["QueueUrl"]
    missing = "arn:aws:lambda:us-east-1:000000000000:function:missing"
    dead = {"DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:dead"}}
    scheduled(lab, "to-nobody", soon(lab), {"Arn": missing, "Input": '{"a": 1}', **dead})
    (message,) = messages(lab, queue, 1)
    attributes = {name: told["StringValue"] for name, told in message["MessageAttributes"].items()}
    assert (attributes["ERROR_CODE"], attributes["TARGET_ARN"], message["Body"]) == ("ResourceNotFoundException", missing, '{"a": 1}')
    assert {"SCHEDULE_ARN", "SCHEDULED_TIME", "EXECUTION_ID", "RETRY_ATTEMPTS"} <= set(attributes)


def test_another_account_and_region(lab: Lab) -> None:
    """Its functions are its own; the lab's own account sees nothing of them."""
    where: dict[str, Any] = {"account": "111122223333", "region": "eu-west-1"}
    aws, arn = lab.boto3("lambda", **where), "arn:aws:lambda:eu-west-1:111122223333:function:elsewhere"
    role = "arn:aws:iam::111122223333:role/serverless-lab"
    aws.create_function(
        FunctionName="elsewhere", Runtime="python3.12", Handler="index.handler", Role=role, Code={"ZipFile": zip_of({"index.py": SOURCE.encode()})}
    )
    aws.get_waiter("function_active_v2").wait(FunctionName="elsewhere", WaiterConfig={"Delay": 0, "MaxAttempts": 10_000})
    target = {"Arn": arn, "RoleArn": role}
    made = {"ScheduleExpression": "rate(1 minute)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    lab.boto3("scheduler", **where).create_schedule(Name="there", **made)
    until(lambda: any(view.calls for view in views(lab, "elsewhere")))
    account = lab.accounts.get("111122223333", "eu-west-1")
    until(lambda: any(True for _ in account.journal.records()))
    assert list(lab.records("elsewhere")) == []
    lab.boto3("scheduler", **where).delete_schedule(Name="there")


@pytest.mark.parametrize("expression", ["rate(1 minutes)", "rate(10 seconds)", "cron(* * * * * *)", "at(2030-01-01T00:00:00)", "often"])
def test_what_a_rule_refuses(lab: Lab, expression: str) -> None:
    with pytest.raises(ClientError) as refused:
        lab.boto3("events").put_rule(Name="bad", ScheduleExpression=expression)
    told = refused.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == ("ValidationException", 400)
    assert told["Error"]["Message"] == "Parameter ScheduleExpression is not valid."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ScheduleExpression": "cron(1 2 3)"}, "Invalid Schedule Expression cron(1 2 3)."),
        ({"ScheduleExpressionTimezone": "Europe/Nowhere"}, "Invalid Schedule Expression Timezone Europe/Nowhere."),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        (
            {"Target": {"Arn": "arn:aws:sqs:us-east-1:000000000000:q", "RoleArn": "arn:aws:iam::000000000000:role/nobody"}},
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        ),
    ],
)
def test_what_the_scheduler_refuses(lab: Lab, changes: dict[str, Any], message: str) -> None:
    good = {
        "ScheduleExpression": "rate(1 hour)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:sqs:us-east-1:000000000000:q", "RoleArn": ROLE},
    }
    with pytest.raises(ClientError) as refused:
        lab.boto3("scheduler").create_schedule(Name="bad", **{**good, **changes})
    assert refused.value.response["Error"]["Code"] == "ValidationException" and message in refused.value.response["Error"]["Message"]


def test_what_the_services_forgot_is_not_fired() -> None:
    with Lab(clock=SPEED) as lab:
        heard = Listener(lab, "forgotten")
        heard.function.on_schedule("rate(1 minute)")
        heard.next()
        door = lab._front._door
        assert door is not None and door.services.companion.pid is not None and lab._front._telemetry is not None
        lab._front._telemetry.close()  # which may be pushing logs at this moment, and a call starts the services again
        os.kill(door.services.companion.pid, signal.SIGKILL)
        until(lambda: not views(lab, "forgotten"))


def test_a_lab_without_schedules_waits_for_nothing() -> None:
    def waiting() -> int:
        return sum(thread.name == "serverless-lab-sources" for thread in threading.enumerate())

    before = waiting()
    with Lab() as lab:
        lab.boto3("sqs").create_queue(QueueName="q")
        lab.boto3("events").put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}"}])
        assert waiting() == before
