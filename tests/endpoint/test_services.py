"""Other AWS services through the door, by boto3, with the companion process behind it."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as SigningCredentials
from botocore.exceptions import ClientError

from kernel_runtime.endpoint.client import client
from kernel_runtime.endpoint.credentials import Key
from kernel_runtime.endpoint.server import Door

from .stand_ins import Operations, open_door

pytest.importorskip("moto")
ONCE = Config(retries={"total_max_attempts": 1})
ACCOUNT = "123456789012"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[Door, Operations]]:
    with open_door() as both:
        yield both
        pid = both[0].services.companion.pid
    assert pid is not None and not Path(f"/proc/{pid}").exists(), "a door that is closed leaves no process"


@pytest.fixture
def door(opened: tuple[Door, Operations]) -> Door:
    return opened[0]


def service(door: Door, name: str, **more: Any) -> Any:
    return client(name, door.url, door.credentials, config=ONCE, **more)


def invoked(operations: Operations) -> tuple[str, str, Any]:
    """The next invocation that somebody behind the door causes."""
    with operations.arrived:
        assert operations.arrived.wait_for(lambda: operations.invoked, timeout=10)
        name, account, payload = operations.invoked.pop(0)
    return name.rsplit(":", 1)[-1], account, json.loads(payload)


def test_s3_keeps_what_it_is_given(door: Door) -> None:
    s3 = service(door, "s3")
    s3.create_bucket(Bucket="photos")
    large = os.urandom(3_000_000)
    for key, body in (("plain", b"hello"), ("a b/ü+%~:'.txt", b""), ("large", large)):
        s3.put_object(Bucket="photos", Key=key, Body=body, Metadata={"of": "mine"})
        told = s3.get_object(Bucket="photos", Key=key)
        assert (told["Body"].read(), told["Metadata"]) == (body, {"of": "mine"})
    assert {item["Key"] for item in s3.list_objects_v2(Bucket="photos")["Contents"]} == {"plain", "large", "a b/ü+%~:'.txt"}
    assert s3.head_object(Bucket="photos", Key="large")["ContentLength"] == 3_000_000
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="photos", Key="none")


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_presigned_urls_of_either_age_and_style_work(door: Door, version: str, style: str) -> None:
    own = service(door, "s3")
    own.create_bucket(Bucket="shown")
    own.put_object(Bucket="shown", Key="a b/ü", Body=b"v")
    config = Config(signature_version=version, s3={"addressing_style": style})
    at = door.url.replace("127.0.0.1", "localhost")
    for key in (door.credentials.owner, door.credentials.of_role("arn:aws:iam::000000000000:role/r", "f")):
        url = client("s3", at, key, config=config).generate_presigned_url("get_object", Params={"Bucket": "shown", "Key": "a b/ü"})
        host = url.split("/")[2]
        assert host.startswith("shown.") == (style == "virtual")
        assert ("X-Amz-Signature" in url) == (version == "s3v4")
        sent = url.replace(host, door.url.split("/")[2])  # not every resolver knows names below localhost
        with urlopen(Request(sent, headers={"Host": host})) as answer:
            assert answer.read() == b"v"
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(sent.replace("%20", "%21"), headers={"Host": host}))
        assert refused.value.code == 403 and b"<Code>SignatureDoesNotMatch</Code>" in refused.value.read()
        late = re.sub(r"(Expires=)\d{10}", r"\g<1>1000000000", sent)
        if version == "s3":
            with pytest.raises(HTTPError) as refused:
                urlopen(Request(late, headers={"Host": host}))
            assert b"<Message>Request has expired</Message>" in refused.value.read()


def put(door: Door, key: str, body: bytes, sent: bytes, context: dict[str, Any], headers: dict[str, str]) -> tuple[int, bytes]:
    """Signs a PUT of ``body`` and sends ``sent``."""
    owner = door.credentials.owner
    request = AWSRequest("PUT", f"{door.url}/streamed/{key}", headers, body)
    request.context.update(context)
    S3SigV4Auth(SigningCredentials(owner.access_key, owner.secret), "s3", "us-east-1").add_auth(request)
    try:
        with urlopen(Request(request.url, data=sent, method="PUT", headers={**dict(request.headers.items()), "Content-Type": ""})) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def test_bodies_signed_by_a_trailer_or_not_at_all_are_stored(door: Door) -> None:
    s3 = service(door, "s3")
    s3.create_bucket(Bucket="streamed")
    trailer = {"checksum": {"request_algorithm": {"in": "trailer"}}}
    chunked = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    headers = {"Content-Encoding": "aws-chunked", "X-Amz-Trailer": "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length": "5", "Content-Type": ""}
    assert put(door, "trailer", b"", chunked, trailer, headers)[0] == 200
    assert s3.get_object(Bucket="streamed", Key="trailer")["Body"].read() == b"hello"


def test_another_body_than_was_signed_is_not_stored(door: Door) -> None:
    s3 = service(door, "s3")
    s3.create_bucket(Bucket="streamed")
    assert put(door, "kept", b"mine", b"mine", {}, {"Content-Type": ""})[0] == 200
    status, told = put(door, "kept", b"mine", b"fake", {}, {"Content-Type": ""})
    assert status == 400 and b"<Code>XAmzContentSHA256Mismatch</Code>" in told
    large = os.urandom(2_000_000)
    assert put(door, "kept", large, large[:-1] + b"?" if large[-1:] != b"?" else large[:-1] + b"!", {}, {"Content-Type": ""})[0] == 400
    assert s3.get_object(Bucket="streamed", Key="kept")["Body"].read() == b"mine"


def test_sqs_queues_are_called_by_the_doors_name(door: Door) -> None:
    sqs = service(door, "sqs", region="eu-west-1")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    assert url.startswith(door.url)
    sqs.send_message(QueueUrl=url, MessageBody="do it")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "do it"


def test_dynamodb_keeps_items(door: Door) -> None:
    table = service(door, "dynamodb")
    keys: dict[str, Any] = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}
    table.create_table(TableName="things", BillingMode="PAY_PER_REQUEST", **keys)
    table.put_item(TableName="things", Item={"k": {"S": "a"}, "n": {"N": "1"}})
    assert table.get_item(TableName="things", Key={"k": {"S": "a"}})["Item"]["n"] == {"N": "1"}


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("sns", "list_topics"),
        ("events", "list_rules"),
        ("scheduler", "list_schedules"),
        ("iam", "list_roles"),
        ("logs", "describe_log_groups"),
        ("cloudwatch", "list_metrics"),
        ("kinesis", "list_streams"),
        ("stepfunctions", "list_state_machines"),
        pytest.param(
            "apigateway", "get_rest_apis", marks=pytest.mark.skipif(find_spec("openapi_spec_validator") is None, reason="a part of moto's is missing")
        ),
        ("dynamodbstreams", "list_streams"),
    ],
)
def test_the_services_that_lambda_meets_are_there(door: Door, name: str, call: str) -> None:
    assert getattr(service(door, name), call)()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_sts_tells_who_signed(door: Door) -> None:
    told = service(door, "sts").get_caller_identity()
    assert (told["Account"], told["Arn"]) == ("000000000000", "arn:aws:iam::000000000000:root")
    role = door.credentials.of_role(f"arn:aws:iam::{ACCOUNT}:role/r", "f")
    told = client("sts", door.url, role).get_caller_identity()
    assert (told["Account"], told["Arn"]) == (ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/f")
    assert told["UserId"].startswith("AROA") and told["UserId"].endswith(":f")


def test_accounts_are_apart(door: Door) -> None:
    own, other = service(door, "sqs"), service(door, "sqs", account=ACCOUNT)
    own.create_queue(QueueName="shared-name")
    assert "QueueUrls" not in other.list_queues(QueueNamePrefix="shared-name")
    assert other.create_queue(QueueName="shared-name")["QueueUrl"].endswith(f"/{ACCOUNT}/shared-name")


def test_keys_that_sts_and_iam_hand_out_open_the_door(door: Door) -> None:
    arn = service(door, "iam", account=ACCOUNT).create_role(RoleName="guest", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    given = service(door, "sts").assume_role(RoleArn=arn, RoleSessionName="visit")["Credentials"]
    guest = Key(given["AccessKeyId"], given["SecretAccessKey"], "", "", given["SessionToken"])
    assert client("sts", door.url, guest).get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/guest/visit"
    iam = service(door, "iam")
    iam.create_user(UserName="ann")
    made = iam.create_access_key(UserName="ann")["AccessKey"]
    user = Key(made["AccessKeyId"], made["SecretAccessKey"], "", "")
    assert client("sts", door.url, user).get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:user/ann"


def test_wrong_keys_are_refused_in_each_services_words(door: Door) -> None:
    stranger = Key("AKIASTRANGER", "x", "", "")
    calls = {"sqs": "list_queues", "s3": "list_buckets", "sts": "get_caller_identity", "cloudwatch": "list_metrics"}
    codes = {}
    for name, call in calls.items():
        with pytest.raises(ClientError) as refused:
            getattr(client(name, door.url, stranger, config=ONCE), call)()
        codes[name] = refused.value.response["Error"]["Code"]
    assert codes == {
        "sqs": "UnrecognizedClientException",
        "s3": "InvalidAccessKeyId",
        "sts": "InvalidClientTokenId",
        "cloudwatch": "UnrecognizedClientException",
    }


def test_a_bucket_calls_the_labs_function(opened: tuple[Door, Operations]) -> None:
    door, operations = opened
    s3 = service(door, "s3")
    s3.create_bucket(Bucket="inbox")
    rule = {"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(Bucket="inbox", NotificationConfiguration={"LambdaFunctionConfigurations": [rule]})
    s3.put_object(Bucket="inbox", Key="a", Body=b"x")
    name, account, event = invoked(operations)
    assert (name, account, event["Records"][0]["s3"]["object"]["key"]) == ("f", "000000000000", "a")


def test_a_topic_calls_the_labs_function(opened: tuple[Door, Operations]) -> None:
    door, operations = opened
    sns = service(door, "sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION, ReturnSubscriptionArn=True)["SubscriptionArn"]
    attributes = {"kind": {"DataType": "String", "StringValue": "good"}}
    message = sns.publish(TopicArn=topic, Message="hello", Subject="s", MessageAttributes=attributes)["MessageId"]
    record = invoked(operations)[2]["Records"][0]
    assert (record["EventSubscriptionArn"], record["Sns"]["TopicArn"], record["Sns"]["MessageId"]) == (subscription, topic, message)
    assert (record["Sns"]["Message"], record["Sns"]["MessageAttributes"]) == ("hello", {"kind": {"Type": "String", "Value": "good"}})


def test_a_rule_calls_the_labs_function(opened: tuple[Door, Operations]) -> None:
    door, operations = opened
    events = service(door, "events")
    events.put_rule(Name="all", EventPattern='{"source": ["mine"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": FUNCTION}])
    events.put_events(Entries=[{"Source": "mine", "DetailType": "t", "Detail": '{"a": 1}'}])
    event = invoked(operations)[2]
    assert (event["detail"], event["detail-type"], event["source"], event["account"]) == ({"a": 1}, "t", "mine", "000000000000")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": FUNCTION, "InputPath": "$.detail"}])
    events.put_events(Entries=[{"Source": "mine", "DetailType": "t", "Detail": '{"a": 2}'}])
    assert invoked(operations)[2] == {"a": 2}


def test_a_log_subscription_calls_the_labs_function(opened: tuple[Door, Operations]) -> None:
    door, operations = opened
    logs = service(door, "logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    logs.put_subscription_filter(logGroupName="g", filterName="x", filterPattern="", destinationArn=FUNCTION)
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": "m"}])
    assert set(invoked(operations)[2]) == {"awslogs"}


@pytest.mark.skipif(find_spec("antlr4") is None or find_spec("jsonpath_ng") is None, reason="a part of moto's is missing")
def test_a_state_machine_calls_the_labs_function(opened: tuple[Door, Operations]) -> None:
    door, operations = opened
    states = service(door, "stepfunctions", account=ACCOUNT)
    definition = {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", "End": True}}}
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    machine = states.create_state_machine(name="m", definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
    states.start_execution(stateMachineArn=machine, input='{"a": 1}')
    assert invoked(operations) == ("f", ACCOUNT, {"a": 1})


def test_a_companion_that_was_killed_is_started_again_by_the_next_call(door: Door) -> None:
    sqs = service(door, "sqs")
    sqs.create_queue(QueueName="lost")
    before = door.services.companion.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert "QueueUrls" not in client("sqs", door.url, door.credentials).list_queues(QueueNamePrefix="lost")
    assert door.services.companion.pid not in {before, None}


def test_where_moto_is_not_installed_the_mend_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "moto.py").write_text("raise ImportError('no moto here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with open_door() as (door, _):
        for _ in range(2):
            with pytest.raises(ClientError) as refused:
                service(door, "sqs").list_queues()
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
            assert "pip install 'serverless-lab[services]'" in refused.value.response["Error"]["Message"]
        assert service(door, "sts").get_caller_identity()["Account"] == "000000000000", "who signed is known without moto"


def test_the_companion_dies_with_the_program_that_opened_the_door() -> None:
    program = (
        "import os, signal\n"
        "from tests.endpoint.stand_ins import open_door\n"
        "from kernel_runtime.endpoint.client import client\n"
        "with open_door() as (door, _):\n"
        "    client('sqs', door.url, door.credentials).list_queues()\n"
        "    print(door.services.companion.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, timeout=60, cwd=Path(__file__).parents[2])
    pid = int(done.stdout)
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    assert select.select([descriptor], [], [], 10)[0], "it is still there"
    os.close(descriptor)


def test_an_endpoint_of_the_users_own_is_used_for_its_service(door: Door) -> None:
    service(door, "sqs").create_queue(QueueName="behind")
    owner = door.credentials.owner
    for url in (door.url.replace("http://", f"http://{owner.access_key}:{owner.secret}@"), door.url):
        signed_anew = "@" in url
        with open_door(services={"sqs": url}, credentials=None if signed_anew else door.credentials) as (front, _):
            told = client("sqs", front.url, front.credentials, config=ONCE)
            assert told.list_queues(QueueNamePrefix="behind")["QueueUrls"]
            assert front.services.companion.pid is None


def test_an_endpoint_that_is_not_there_is_named() -> None:
    with open_door(services={"dynamodb": "http://127.0.0.1:9"}) as (door, _), pytest.raises(ClientError, match=r"http://127\.0\.0\.1:9.* cannot be reached"):
        service(door, "dynamodb").list_tables()
