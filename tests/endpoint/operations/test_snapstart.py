"""SnapStart by the API: what it excludes, versions that are Pending until their snapshot is there, and calls that are restored from it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from kernel_runtime import Lab

from .conftest import ROLE, create, zipped
from .test_functions import refused

INVALID = "InvalidParameterValueException"
ON = {"SnapStart": {"ApplyOn": "PublishedVersions"}}
MOUNTED = "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-01234567890123456"
REASON = "An error occurred during function initialization."


def snap_start(configuration: dict[str, Any]) -> tuple[str, str]:
    return configuration["SnapStart"]["ApplyOn"], configuration["SnapStart"]["OptimizationStatus"]


def published(aws: Any, name: str) -> dict[str, Any]:
    """What PublishVersion answered; the version has become Active when this returns."""
    answer: dict[str, Any] = aws.publish_version(FunctionName=name)
    aws.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=answer["Version"], WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    return answer


def test_a_version_is_pending_until_it_has_initialised(aws: Any, name: str) -> None:
    made = create(aws, name, **ON)
    assert snap_start(made) == ("PublishedVersions", "Off")
    answer = published(aws, name)
    assert (answer["State"], answer["StateReasonCode"], answer["StateReason"]) == ("Pending", "Creating", "The function is being created.")
    held = aws.get_function_configuration(FunctionName=name, Qualifier="1")
    assert (held["State"], held["LastUpdateStatus"], snap_start(held)) == ("Active", "Successful", ("PublishedVersions", "On"))
    assert snap_start(aws.get_function_configuration(FunctionName=name)) == ("PublishedVersions", "Off")
    assert aws.invoke(FunctionName=name, Qualifier="1", Payload=b"7")["Payload"].read() == b"7"


COUNTING = """
import os
from snapshot_restore_py import register_after_restore, register_before_snapshot
done = ['init']
register_before_snapshot(done.append, 'before')
@register_after_restore
def after():
    print('restoring')
    done.append('after')
    if os.environ.get('FAIL') == 'after': raise ValueError('no database')
if os.environ.get('FAIL') == 'before':
    register_before_snapshot(lambda: 1 / 0)
def handler(event, context):
    if event == 'exit': os._exit(3)
    return done
"""


def test_its_calls_are_restored(lab: Lab, aws: Any, name: str) -> None:
    create(aws, name, COUNTING, **ON)
    published(aws, name)
    aws.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    answer = aws.invoke(FunctionName=name, Qualifier="live", LogType="Tail")
    assert json.loads(answer["Payload"].read()) == ["init", "before", "after"]
    assert re.search(r"\tRestore Duration: [\d.]+ ms\tBilled Restore Duration: \d+ ms\t\n$", base64.b64decode(answer["LogResult"]).decode())
    assert aws.invoke(FunctionName=name, Payload=b"{}")["Payload"].read() == b'["init"]', "$LATEST starts cold"
    assert aws.invoke(FunctionName=name, Qualifier="1", Payload=b'"exit"')["FunctionError"] == "Unhandled"
    assert json.loads(aws.invoke(FunctionName=name, Qualifier="1")["Payload"].read()) == ["init", "before", "after"]
    assert [(record.version, record.start) for record in lab.records(name)] == [("1", "restored"), ("$LATEST", "cold"), ("1", "warm"), ("1", "restored")]
    lines = lab.logs(name).splitlines()
    assert lines[0].startswith("INIT_START ") and re.match(r"INIT_REPORT Init Duration: [\d.]+ ms$", lines[1])
    del lines[:2]
    assert re.match(r"RESTORE_START Runtime Version: python:3\.13\.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:\w{64}$", lines[0])
    assert lines[1] == "restoring" and re.match(r"RESTORE_REPORT Restore Duration: [\d.]+ ms$", lines[2]) and lines[3].startswith("START RequestId: ")


def test_a_before_snapshot_hook_that_fails_makes_no_version(lab: Lab, aws: Any, name: str) -> None:
    create(aws, name, COUNTING, Environment={"Variables": {"FAIL": "before"}}, **ON)
    with pytest.raises(WaiterError):
        published(aws, name)
    held = aws.get_function_configuration(FunctionName=name, Qualifier="1")
    assert (held["State"], held["StateReasonCode"], snap_start(held)) == ("Failed", "FunctionError", ("PublishedVersions", "Off"))
    log = lab.logs(name)
    assert "[ERROR] ZeroDivisionError" in log and log.endswith("\tPhase: init\tStatus: error\tError Type: Runtime.BeforeSnapshotError\n")


def test_an_after_restore_hook_that_fails(lab: Lab, aws: Any, name: str) -> None:
    create(aws, name, COUNTING, Environment={"Variables": {"FAIL": "after"}}, **ON)
    published(aws, name)
    text = "The afterRestore() runtime hook encountered an error. For more information, check the Amazon CloudWatch logs."
    assert refused(aws.invoke, FunctionName=name, Qualifier="1") == ("SnapStartException", text, 400)
    log = lab.logs(name)
    assert "[ERROR] ValueError: no database" in log and log.endswith(" ms\tStatus: error\tError Type: Runtime.AfterRestoreError\n")
    assert "START RequestId" not in log


def test_a_lab_that_is_opened_again_makes_its_snapshots_again(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with Lab(home=tmp_path) as lab:
        aws = lab.boto3("lambda")
        create(aws, "f", COUNTING, **ON)
        published(aws, "f")
    with Lab(home=tmp_path) as lab:
        aws = lab.boto3("lambda")
        while snap_start(aws.get_function_configuration(FunctionName="f", Qualifier="1"))[1] != "On":
            pass
        assert lab.get("f").invoke(qualifier="1").start == "restored"


def test_an_init_that_fails_makes_no_version(aws: Any, name: str) -> None:
    create(aws, name, "raise ValueError('no database')\n", **ON)
    with pytest.raises(WaiterError):
        published(aws, name)
    held = aws.get_function_configuration(FunctionName=name, Qualifier="1")
    assert (held["State"], held["StateReason"], held["StateReasonCode"]) == ("Failed", REASON, "FunctionError")
    assert (held["LastUpdateStatus"], held["LastUpdateStatusReason"], held["LastUpdateStatusReasonCode"]) == ("Failed", REASON, "FunctionError")
    assert snap_start(held) == ("PublishedVersions", "Off")
    failed = "The operation cannot be performed at this time. The function is currently in the following state: "
    assert refused(aws.invoke, FunctionName=name, Qualifier="1") == ("ResourceConflictException", failed + "Failed", 409)
    text = failed + "'Failed', StateReasonCode: 'FunctionError'"
    assert refused(aws.create_alias, FunctionName=name, Name="live", FunctionVersion="1") == ("ResourceConflictException", text, 409)


def test_that_init_counts_for_no_concurrency_and_leaves_no_environment(lab: Lab, aws: Any, name: str) -> None:
    create(aws, name, **ON)
    aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    published(aws, name)
    assert lab.view(name).idle == 0 and not list(lab.records(name))


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"Runtime": "python3.11"}, "python3.11"),
        ({"Runtime": "nodejs24.x"}, "nodejs24.x"),
        ({"Runtime": "java8.al2"}, "java8.al2"),
        ({"EphemeralStorage": {"Size": 513}}, "EphemeralStorage greater than 512 MB"),
        (
            {
                "FileSystemConfigs": [
                    {"Arn": "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-01234567890123456", "LocalMountPath": "/mnt/data"}
                ]
            },
            "FileSystemConfigs",
        ),
    ],
)
def test_what_it_excludes(aws: Any, name: str, settings: dict[str, Any], what: str) -> None:
    text = f"{what} is not supported for SnapStart enabled functions."
    new = {"FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": zipped()}}
    assert refused(aws.create_function, **{**new, **settings}, **ON) == (INVALID, text, 400)
    create(aws, name)
    assert refused(aws.update_function_configuration, FunctionName=name, **settings, **ON) == (INVALID, text, 400)
    assert snap_start(aws.get_function_configuration(FunctionName=name)) == ("None", "Off")


def test_nothing_is_provisioned_of_it(aws: Any, name: str) -> None:
    create(aws, name, **ON)
    published(aws, name)
    aws.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    text = "Provisioned Concurrency is not supported for SnapStart enabled functions."
    for qualifier in ("1", "live"):
        put = {"FunctionName": name, "Qualifier": qualifier, "ProvisionedConcurrentExecutions": 1}
        assert refused(aws.put_provisioned_concurrency_config, **put) == (INVALID, text, 400)


def test_a_wrong_value(aws: Any, function: str) -> None:
    text = (
        "1 validation error detected: Value 'Always' at 'snapStart.applyOn' failed to satisfy constraint: "
        "Member must satisfy enum value set: [PublishedVersions, None]"
    )
    wrong = refused(aws.update_function_configuration, FunctionName=function, SnapStart={"ApplyOn": "Always"})
    assert wrong == ("ValidationException", text, 400)
