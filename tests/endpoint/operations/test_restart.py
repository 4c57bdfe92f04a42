"""What is attached to functions and accounts is there again in the next lab over the same home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.config import Config

from kernel_runtime import Lab
from kernel_runtime.account import function_urls

from .conftest import create
from .test_event_source_mappings import settled
from .test_functions import refused

ARN = "arn:aws:lambda:us-east-1:000000000000:function:kept"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue"


def client(lab: Lab) -> Any:
    return lab.boto3("lambda", config=Config(retries={"total_max_attempts": 1}))


def attached(aws: Any, uuid: str, signing: str) -> list[dict[str, Any]]:
    """Everything that hangs on the function or beside it, as it is shown."""
    answers = [
        aws.get_policy(FunctionName="kept"),
        aws.list_tags(Resource=ARN),
        aws.get_function_url_config(FunctionName="kept"),
        aws.get_function_event_invoke_config(FunctionName="kept"),
        aws.get_function_event_invoke_config(FunctionName="kept", Qualifier="1"),
        aws.get_function_recursion_config(FunctionName="kept"),
        aws.get_runtime_management_config(FunctionName="kept"),
        aws.get_function_code_signing_config(FunctionName="kept"),
        aws.get_code_signing_config(CodeSigningConfigArn=signing),
        aws.get_event_source_mapping(UUID=uuid),
    ]
    return [{member: value for member, value in answer.items() if member != "ResponseMetadata"} for answer in answers]


def test_a_lab_over_the_same_home_has_it_all(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        aws = client(lab)
        create(aws, "kept")
        aws.publish_version(FunctionName="kept")
        aws.add_permission(FunctionName="kept", StatementId="one", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
        aws.tag_resource(Resource=ARN, Tags={"colour": "blue"})
        url = aws.create_function_url_config(FunctionName="kept", AuthType="NONE")["FunctionUrl"]
        for qualifier in ("$LATEST", "1"):
            aws.put_function_event_invoke_config(FunctionName="kept", Qualifier=qualifier, MaximumRetryAttempts=0)
        aws.put_function_recursion_config(FunctionName="kept", RecursiveLoop="Allow")
        aws.put_runtime_management_config(FunctionName="kept", UpdateRuntimeOn="FunctionUpdate")
        publishers = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/p"]}
        signing = aws.create_code_signing_config(AllowedPublishers=publishers)["CodeSigningConfig"]["CodeSigningConfigArn"]
        aws.put_function_code_signing_config(FunctionName="kept", CodeSigningConfigArn=signing)
        uuid = aws.create_event_source_mapping(FunctionName="kept", EventSourceArn=QUEUE)["UUID"]
        settled(aws, uuid, "Enabled")
        before = attached(aws, uuid, signing)
    with Lab(tmp_path) as lab:
        aws = client(lab)
        assert attached(aws, uuid, signing) == before
        found = function_urls.find(lab.account_of_notebook, url[8:40])
        assert found is not None and found[0].name == "kept"


def test_what_was_about_to_settle_settles_in_the_next_lab(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        aws = client(lab)
        create(aws, "kept")
        uuid = aws.create_event_source_mapping(FunctionName="kept", EventSourceArn=QUEUE, Enabled=False)["UUID"]
        settled(aws, uuid, "Disabled")
        mappings = lab.account_of_notebook.table("event_source_mapping")
        mappings[uuid] = {**mappings[uuid], "State": "Enabling", "Next": "Enabled"}  # as a lab that is killed leaves it
    with Lab(tmp_path) as lab:
        assert client(lab).get_event_source_mapping(UUID=uuid)["State"] == "Enabled"


def test_a_deleted_version_and_a_deleted_function_take_along_what_is_theirs(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        aws = client(lab)
        create(aws, "kept")
        aws.publish_version(FunctionName="kept")
        for qualifier in ("$LATEST", "1"):
            aws.put_function_event_invoke_config(FunctionName="kept", Qualifier=qualifier, MaximumRetryAttempts=0)
        aws.delete_function(FunctionName="kept", Qualifier="1")
        assert refused(aws.get_function_event_invoke_config, FunctionName="kept", Qualifier="1")[0] == "ResourceNotFoundException"
        aws.tag_resource(Resource=ARN, Tags={"colour": "blue"})
        aws.delete_function(FunctionName="kept")
    with Lab(tmp_path) as lab:
        aws = client(lab)
        create(aws, "kept")
        assert aws.list_tags(Resource=ARN)["Tags"] == {}
        assert aws.list_function_event_invoke_configs(FunctionName="kept")["FunctionEventInvokeConfigs"] == []
