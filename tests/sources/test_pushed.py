"""Buckets, topics, rules and log groups call functions: by boto3, by the notebook's methods, and not without permission."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from kernel_runtime import Lab

from ..fleet.running import until
from .listening import Listener

pytest.importorskip("moto")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def permit(lab: Lab, function: str, service: str, **source: str) -> None:
    lab.boto3("lambda").add_permission(
        FunctionName=function, StatementId=service.partition(".")[0], Action="lambda:InvokeFunction", Principal=service, **source
    )


def kinds(events: list[Any]) -> list[str]:
    return sorted(event["Records"][0]["eventName"] for event in events)


def configured(s3: Any, bucket: str, *functions: dict[str, Any], **more: Any) -> Any:
    return s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": list(functions)}, **more)


def refused(s3: Any, bucket: str, *functions: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ClientError) as error:
        configured(s3, bucket, *functions)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    told: dict[str, str] = error.value.response["Error"]
    return told


def _pushed(lab: Lab, name: str) -> list[Any]:
    """Beside the queue, which what is pushed goes through."""
    return [view for view in lab.sources(name) if view.kind != "asynchronous"]


def test_a_bucket_tells_of_every_kind_of_change(lab: Lab) -> None:
    s3, heard = lab.boto3("s3"), Listener(lab, "every-kind")
    s3.create_bucket(Bucket="every-kind")
    permit(lab, "every-kind", "s3.amazonaws.com", SourceArn="arn:aws:s3:::every-kind", SourceAccount="000000000000")
    wanted = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put", "s3:ObjectRestore:*"]
    configured(s3, "every-kind", {"Id": "mine", "LambdaFunctionArn": heard.arn, "Events": wanted})
    s3.put_object(Bucket="every-kind", Key="in/a b+ü.txt", Body=b"hello", Tagging="a=b")
    event = heard.next()[0]["Records"][0]
    assert event["s3"]["object"]["key"] == "in/a+b%2B%C3%BC.txt" and event["s3"]["configurationId"] == "mine"
    assert (event["eventName"], event["s3"]["bucket"]["arn"]) == ("ObjectCreated:Put", "arn:aws:s3:::every-kind")

    s3.copy_object(Bucket="every-kind", Key="copy", CopySource={"Bucket": "every-kind", "Key": "in/a b+ü.txt"})
    upload = s3.create_multipart_upload(Bucket="every-kind", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="every-kind", Key="parts", UploadId=upload, PartNumber=1, Body=b"p")["ETag"]
    s3.complete_multipart_upload(Bucket="every-kind", Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    s3.put_object_tagging(Bucket="every-kind", Key="copy", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object_tagging(Bucket="every-kind", Key="copy")
    s3.put_object_acl(Bucket="every-kind", Key="copy", ACL="public-read")
    s3.delete_object(Bucket="every-kind", Key="copy")
    s3.put_bucket_versioning(Bucket="every-kind", VersioningConfiguration={"Status": "Enabled"})
    versions = [s3.put_object(Bucket="every-kind", Key="v", Body=body)["VersionId"] for body in (b"1", b"2")]
    versions.append(s3.delete_object(Bucket="every-kind", Key="v")["VersionId"])
    for version in versions:
        s3.delete_object(Bucket="every-kind", Key="v", VersionId=version)
    events = heard.next(12)
    assert kinds(events) == [
        "ObjectAcl:Put", "ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Copy", "ObjectCreated:Put", "ObjectCreated:Put",
        "ObjectRemoved:Delete", "ObjectRemoved:Delete", "ObjectRemoved:Delete", "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated",
        "ObjectTagging:Delete", "ObjectTagging:Put",
    ]  # fmt: skip
    gone = [event["Records"][0]["s3"]["object"] for event in events if event["Records"][0]["eventName"] == "ObjectRemoved:Delete"]
    assert {one.get("versionId") for one in gone} == {None, *versions}
    form = s3.generate_presigned_post("every-kind", "posted")
    assert httpx.post(form["url"], data=form["fields"], files={"file": b"x"}, trust_env=False).status_code == 204
    assert kinds(heard.next()) == ["ObjectCreated:Post"]
    s3.put_object(Bucket="every-kind", Key="cold", Body=b"c", StorageClass="GLACIER")
    s3.restore_object(Bucket="every-kind", Key="cold", RestoreRequest={"Days": 1})
    assert "ObjectRestore:Post" in kinds(heard.next(2))


def test_a_bucket_is_only_tied_to_a_function_that_it_may_call(lab: Lab) -> None:
    s3, heard = lab.boto3("s3"), Listener(lab, "asked")
    s3.create_bucket(Bucket="asking")
    own = {"Id": "x", "LambdaFunctionArn": heard.arn, "Events": ["s3:ObjectCreated:*"]}
    denied = {
        "Code": "InvalidArgument",
        "Message": "Unable to validate the following destination configurations",
        "ArgumentName1": f"{heard.arn}, null",
        "ArgumentValue1": f"Not authorized to invoke function [{heard.arn}]",
    }
    assert refused(s3, "asking", own) == denied
    permit(lab, "asked", "s3.amazonaws.com", SourceArn="arn:aws:s3:::another")
    assert refused(s3, "asking", own) == denied, "another bucket was permitted"
    missing = refused(s3, "asking", {**own, "LambdaFunctionArn": f"{heard.arn}-not"})
    assert (missing["ArgumentName1"], missing["ArgumentValue1"]) == (f"{heard.arn}-not", "The destination Lambda does not exist")
    assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket="asking")
    configured(s3, "asking", own, SkipDestinationValidation=True)
    s3.put_object(Bucket="asking", Key="a", Body=b"")
    assert heard.rest() == [], "a trigger obeys the function's policy"
    (view,) = _pushed(lab, "asked")
    assert (view.kind, view.name, view.calls, view.failures) == ("bucket", "asking", 1, 1)
    assert view.result.startswith("AccessDeniedException: User: s3.amazonaws.com is not authorized to perform: lambda:InvokeFunction")


def test_a_buckets_filters(lab: Lab) -> None:
    s3, heard = lab.boto3("s3"), Listener(lab, "some-keys")
    trigger = heard.function.on_bucket("some-keys", prefix="in/", suffix=".jpg")
    assert repr(trigger) == "<bucket some-keys → some-keys, made the bucket some-keys>"
    for key in ("in/a.jpg", "in/a.png", "out/a.jpg", "in/b.jpg"):
        s3.put_object(Bucket="some-keys", Key=key, Body=b"")
    assert sorted(event["Records"][0]["s3"]["object"]["key"] for event in heard.next(2)) == ["in/a.jpg", "in/b.jpg"]
    told = refused(s3, "some-keys", *({"LambdaFunctionArn": heard.arn, "Events": [event]} for event in ("s3:ObjectCreated:*", "s3:ObjectCreated:Put")))
    assert told["Message"].startswith("Configurations overlap.")
    named = {"LambdaFunctionArn": heard.arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "x"}]}}}
    configured(s3, "some-keys", named)
    named["Filter"] = {"Key": {"FilterRules": [{"Name": "middle", "Value": "x"}]}}
    assert refused(s3, "some-keys", named)["Message"] == "filter rule name must be either prefix or suffix"
    trigger.delete()
    trigger.delete()
    assert "LambdaFunctionConfigurations" in s3.get_bucket_notification_configuration(Bucket="some-keys"), "what others made stays"
    assert repr(trigger) == "<bucket some-keys → some-keys, deleted>"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        lab.boto3("lambda").get_policy(FunctionName="some-keys")


def test_a_bucket_by_the_method_is_what_boto3_would_make(lab: Lab) -> None:
    heard = Listener(lab, "same")
    heard.function.on_bucket("same", ["s3:ObjectCreated:Put"], suffix=".x")
    (made,) = lab.boto3("s3").get_bucket_notification_configuration(Bucket="same")["LambdaFunctionConfigurations"]
    assert (made["LambdaFunctionArn"], made["Events"]) == (heard.arn, ["s3:ObjectCreated:Put"])
    assert made["Filter"] == {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".x"}]}}
    (statement,) = json.loads(lab.boto3("lambda").get_policy(FunctionName="same")["Policy"])["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"Service": "s3.amazonaws.com"}, "lambda:InvokeFunction")
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": "000000000000"}, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::same"}}


def test_a_bucket_tells_eventbridge(lab: Lab) -> None:
    s3, heard = lab.boto3("s3"), Listener(lab, "bridged")
    s3.create_bucket(Bucket="bridged")
    s3.put_bucket_notification_configuration(Bucket="bridged", NotificationConfiguration={"EventBridgeConfiguration": {}})
    heard.function.on_rule({"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": ["bridged"]}}})
    s3.put_object(Bucket="bridged", Key="a b", Body=b"x")
    (event,) = heard.next()
    assert (event["detail"]["object"]["key"], event["detail"]["reason"], event["resources"]) == ("a b", "PutObject", ["arn:aws:s3:::bridged"])


@pytest.mark.parametrize("scope", ["MessageAttributes", "MessageBody"])
def test_a_topic_with_a_filter(lab: Lab, scope: str) -> None:
    sns, heard = lab.boto3("sns"), Listener(lab, f"topic-{scope}")
    trigger = heard.function.on_topic(f"alerts-{scope}", {"kind": ["good", {"prefix": "very"}], "n": [{"numeric": [">", 4]}]}, scope=scope)
    arn = f"arn:aws:sns:us-east-1:000000000000:alerts-{scope}"
    for kind, n in (("good", 5), ("bad", 5), ("very-good", 9), ("good", 1)):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}, "n": {"DataType": "Number", "StringValue": str(n)}}
        sns.publish(TopicArn=arn, Message=json.dumps({"kind": kind, "n": n}), Subject="s", MessageAttributes=attributes)
    messages = [json.loads(event["Records"][0]["Sns"]["Message"]) for event in heard.next(2)]
    assert sorted(messages, key=str) == [{"kind": "good", "n": 5}, {"kind": "very-good", "n": 9}]
    (view,) = _pushed(lab, heard.name)
    assert (view.kind, view.name, view.calls, view.failures, view.result) == ("topic", f"alerts-{scope}", 2, 0, "OK")
    trigger.delete()
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []


def test_a_topic_without_permission_calls_nothing(lab: Lab) -> None:
    sns, heard = lab.boto3("sns"), Listener(lab, "not-permitted")
    arn = sns.create_topic(Name="not-permitted")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=heard.arn)
    sns.publish(TopicArn=arn, Message="x")
    (view,) = _pushed(lab, "not-permitted")
    assert (view.kind, view.failures) == ("topic", 1) and heard.rest() == []


def test_a_rule_is_enabled_or_not_and_a_disabled_one_is_not_asked(lab: Lab) -> None:
    events, heard = lab.boto3("events"), Listener(lab, "ruled")
    heard.function.on_rule({"source": ["my.app"], "detail": {"n": [{"numeric": [">", 3]}]}}, name="mine", Input='{"constant": true}')
    other = heard.function.on_rule({"source": ["my.app"]}, bus="own", InputTransformer={"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"n": <n>}'})
    assert "made the event bus own" in repr(other)

    def put(n: int, **more: str) -> None:
        events.put_events(Entries=[{"Source": "my.app", "DetailType": "t", "Detail": json.dumps({"n": n}), **more}])

    put(5)
    put(1)
    put(7, EventBusName="own")
    assert sorted(heard.next(2), key=str) == [{"constant": True}, {"n": 7}]
    events.disable_rule(Name="mine")
    put(5)
    put(8, EventBusName="own")
    assert heard.next() == [{"n": 8}]


def test_a_rule_of_a_schedule_is_not_asked_about_events(lab: Lab) -> None:
    events, heard = lab.boto3("events"), Listener(lab, "scheduled-only")
    rule = events.put_rule(Name="yearly", ScheduleExpression="cron(0 0 1 1 ? *)")["RuleArn"]
    permit(lab, "scheduled-only", "events.amazonaws.com", SourceArn=rule)
    events.put_targets(Rule="yearly", Targets=[{"Id": "1", "Arn": heard.arn}])
    heard.function.on_rule({"source": ["one"]}, InputPath="$.source")
    events.put_events(Entries=[{"Source": "one", "DetailType": "t", "Detail": "{}"}])
    assert heard.next() == ["one"]


def test_a_rule_reaches_queues_and_topics(lab: Lab) -> None:
    events, sqs = lab.boto3("events"), lab.boto3("sqs")
    heard = Listener(lab, "by-way-of-a-topic")
    queue = sqs.create_queue(QueueName="of-a-rule")["QueueUrl"]
    heard.function.on_topic("of-a-rule")
    events.put_rule(Name="onward", EventPattern='{"source": ["onward"]}')
    arns = ["arn:aws:sqs:us-east-1:000000000000:of-a-rule", "arn:aws:sns:us-east-1:000000000000:of-a-rule"]
    events.put_targets(Rule="onward", Targets=[{"Id": str(at), "Arn": arn} for at, arn in enumerate(arns)])
    events.put_events(Entries=[{"Source": "onward", "DetailType": "t", "Detail": '{"a": 1}'}])
    sns_message = heard.next()[0]["Records"][0]["Sns"]["Message"]
    body = sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    assert json.loads(body) == json.loads(sns_message)
    assert list(json.loads(body)) == ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]


def test_patterns_are_checked_and_may_be_tried(lab: Lab) -> None:
    events = lab.boto3("events")
    with pytest.raises(ClientError, match=r"Event pattern is not valid. Reason: Unrecognized match type sounds-like"):
        events.put_rule(Name="bad", EventPattern='{"source": [{"sounds-like": "x"}]}')
    event = {"id": "1", "source": "s", "detail-type": "t", "account": "1", "time": "2026-01-01T00:00:00Z", "region": "r", "resources": [], "detail": {"n": 5}}
    for above, fits in ((4, True), (5, False)):
        pattern = {"detail": {"n": [{"numeric": [">", above]}]}}
        assert events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"] is fits


def test_an_alias_is_called_by_its_own_permission(lab: Lab) -> None:
    heard = Listener(lab, "aliased")
    heard.function.alias("live", heard.function.publish())
    heard.function.on_bucket("aliased", qualifier="live")
    lab.boto3("s3").put_object(Bucket="aliased", Key="a", Body=b"")
    assert heard.next()[0]["Records"][0]["s3"]["object"]["key"] == "a"
    (view,) = _pushed(lab, "aliased")
    assert (view.qualifier, view.calls, next(iter(lab.records("aliased"))).qualifier) == ("live", 1, "live")


def test_what_a_rule_cannot_deliver_goes_to_its_dead_letters(lab: Lab) -> None:
    events, sqs, heard = lab.boto3("events"), lab.boto3("sqs"), Listener(lab, "unreached")
    queue = sqs.create_queue(QueueName="dead-of-rules")["QueueUrl"]
    rule = events.put_rule(Name="dead", EventPattern='{"source": ["dead"]}')["RuleArn"]
    dead = {"DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:dead-of-rules"}}
    events.put_targets(Rule="dead", Targets=[{"Id": "1", "Arn": heard.arn, **dead}, {"Id": "2", "Arn": f"{heard.arn}-not", **dead}])
    events.put_events(Entries=[{"Source": "dead", "DetailType": "t", "Detail": '{"a": 1}'}])
    messages = [sqs.receive_message(QueueUrl=queue, VisibilityTimeout=600, MessageAttributeNames=["All"])["Messages"][0] for _ in range(2)]
    told = [{name: attribute["StringValue"] for name, attribute in message["MessageAttributes"].items()} for message in messages]
    assert {(one["ERROR_CODE"], one["TARGET_ARN"]) for one in told} == {("NO_PERMISSIONS", heard.arn), ("NO_RESOURCE", f"{heard.arn}-not")}
    assert {one["RULE_ARN"] for one in told} == {rule} and json.loads(messages[0]["Body"])["detail"] == {"a": 1}


def test_a_log_group_with_a_pattern(lab: Lab) -> None:
    logs, heard = lab.boto3("logs"), Listener(lab, "reader")
    trigger = heard.function.on_logs("/app/web", "ERROR -ignored")
    assert repr(trigger) == "<log group /app/web → reader, made the log group /app/web>"
    logs.create_log_stream(logGroupName="/app/web", logStreamName="s")
    lines = ["fine", "ERROR one", "ERROR ignored", "ERROR two"]
    logs.put_log_events(logGroupName="/app/web", logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": line} for line in lines])
    told = json.loads(gzip.decompress(base64.b64decode(heard.next()[0]["awslogs"]["data"])))
    assert [event["message"] for event in told["logEvents"]] == ["ERROR one", "ERROR two"]
    assert (told["owner"], told["logGroup"], told["logStream"], told["messageType"]) == ("000000000000", "/app/web", "s", "DATA_MESSAGE")
    trigger.delete()
    assert logs.describe_subscription_filters(logGroupName="/app/web")["subscriptionFilters"] == []


def test_logs_are_only_tied_to_a_function_that_they_may_call(lab: Lab) -> None:
    logs, heard = lab.boto3("logs"), Listener(lab, "quiet")
    logs.create_log_group(logGroupName="g")
    given = {"logGroupName": "g", "filterName": "x", "destinationArn": heard.arn}
    with pytest.raises(ClientError, match="Could not execute the lambda function"):
        logs.put_subscription_filter(**given, filterPattern="")
    permit(lab, "quiet", "logs.us-east-1.amazonaws.com", SourceArn="arn:aws:logs:us-east-1:000000000000:log-group:g:*")
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        logs.put_subscription_filter(**given, filterPattern="{ $.a = }")
    logs.put_subscription_filter(**given, filterPattern="")


def test_what_is_tied_is_shown_before_it_calls_and_until_it_is_untied(lab: Lab) -> None:
    function = Listener(lab, "tied").function
    ties = [function.on_bucket("tied"), function.on_topic("tied"), function.on_rule({"source": ["tied"]}, name="tied"), function.on_logs("/tied")]
    until(lambda: len(_pushed(lab, "tied")) == 4)
    assert {(view.kind, view.name, view.state, view.calls) for view in _pushed(lab, "tied")} == {
        (kind, name, "Enabled", 0) for kind, name in (("bucket", "tied"), ("topic", "tied"), ("rule", "tied"), ("log group", "/tied"))
    }
    lab.boto3("events").disable_rule(Name="tied")
    until(lambda: "Disabled" in {view.state for view in _pushed(lab, "tied")})
    for tie in ties:
        tie.delete()
    until(lambda: _pushed(lab, "tied") == [])


def test_nobody_else_can_say_for_whom_he_calls(lab: Lab) -> None:
    """The headers mean something from the companion's own key alone; an account's owner needs no permission, so a stranger's account is what shows it."""
    Listener(lab, "guarded")
    permit(lab, "guarded", "s3.amazonaws.com", SourceArn="arn:aws:s3:::b")
    stranger = lab.boto3("lambda", account="111122223333")
    told = {"service": "s3.amazonaws.com", "source-arn": "arn:aws:s3:::b", "source-account": "000000000000"}

    def pretend(params: dict[str, Any], **_: Any) -> None:
        params["headers"].update({f"x-serverless-lab-{name}": value for name, value in told.items()})

    stranger.meta.events.register("before-call.lambda.Invoke", pretend)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        stranger.invoke(FunctionName="arn:aws:lambda:us-east-1:000000000000:function:guarded", InvocationType="Event")
