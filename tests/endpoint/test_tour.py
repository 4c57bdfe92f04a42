"""One tour through every operation that is real: each succeeds once, with the status that the model gives it and the members that its shape requires."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from kernel_runtime import Lab
from kernel_runtime.endpoint.operations import is_real
from kernel_runtime.endpoint.service import lambda_service

from .operations.conftest import create, zipped

SERVICE = lambda_service()
ACCOUNT = "000000000000"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue"
PUBLISHERS = {"SigningProfileVersionArns": [f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/any/0123456789"]}
STATUS_OF_ITS_OWN = {"DeleteFunction": 204}
"""The model puts the status into a member, and names another one as the usual (botocore: DeleteFunctionResponse.StatusCode)."""


class Tour:
    """A client whose calls are counted once they have succeeded. ``tour.create_alias(...)`` is ``aws.create_alias(...)`` for the function of the tour."""

    def __init__(self, aws: Any, function: str) -> None:
        self.aws, self.function, self.seen = aws, function, set[str]()

    def __getattr__(self, method: str) -> Any:
        name: str = self.aws.meta.method_to_api_mapping[method]
        operation = SERVICE.operation_model(name)

        def call(**request: Any) -> Any:
            own = {"FunctionName": self.function} if "FunctionName" in (operation.input_shape.members if operation.input_shape else ()) else {}
            answer = getattr(self.aws, method)(**{**own, **request})
            told = answer["ResponseMetadata"]["HTTPStatusCode"]
            assert told == STATUS_OF_ITS_OWN.get(name, operation.http["responseCode"]), f"{name} answers {told}"
            required = operation.output_shape.required_members if operation.output_shape else ()
            assert set(required) <= set(answer), f"{name} lacks {set(required) - set(answer)}"
            self.seen.add(name)
            return answer

        return call

    def settled(self) -> None:
        self.aws.get_waiter("function_updated_v2").wait(FunctionName=self.function, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})


def test_every_real_operation_succeeds() -> None:
    with Lab() as lab:
        _tour(lab)


def _tour(lab: Lab) -> None:
    aws = lab.boto3("lambda", config=Config(retries={"total_max_attempts": 1}))
    create(aws, "tour", Tags={"colour": "blue"})
    tour = Tour(aws, "tour")
    try:
        _functions_and_versions(tour)
        _invocations(tour)
        _concurrency(tour)
        _permissions_and_settings(tour)
        _mappings_and_code_signing(tour)
        _layers(tour)
        tour.delete_function()
    except ClientError as refusal:
        raise AssertionError(f"{refusal.operation_name}: {refusal}") from refusal
    assert tour.seen == {name for name in SERVICE.operation_names if is_real(name)}


def _functions_and_versions(tour: Tour) -> None:
    tour.create_function(
        FunctionName="tour-2",
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/serverless-lab",
        Handler="index.handler",
        Code={"ZipFile": zipped()},
    )
    assert {"tour", "tour-2"} <= {function["FunctionName"] for function in tour.list_functions()["Functions"]}
    assert tour.get_function()["Tags"] == {"colour": "blue"}
    tour.update_function_code(ZipFile=zipped("def handler(event, context):\n    return event, 2\n"))
    tour.settled()
    tour.update_function_configuration(MemorySize=256)
    tour.settled()
    assert tour.get_function_configuration()["MemorySize"] == 256
    assert tour.publish_version()["Version"] == "1"
    assert len(tour.list_versions_by_function()["Versions"]) == 2
    tour.create_alias(Name="live", FunctionVersion="1")
    tour.update_alias(Name="live", Description="what callers meet")
    assert tour.get_alias(Name="live")["Description"] == "what callers meet"
    assert len(tour.list_aliases()["Aliases"]) == 1


def _invocations(tour: Tour) -> None:
    assert tour.invoke(Payload=b"1")["Payload"].read() == b"[1, 2]"
    assert tour.invoke_async(InvokeArgs=b"1")["Status"] == 202
    events = list(tour.invoke_with_response_stream(Payload=b"1")["EventStream"])
    assert b"".join(event["PayloadChunk"]["Payload"] for event in events if "PayloadChunk" in event) == b"[1, 2]"


def _concurrency(tour: Tour) -> None:
    tour.put_function_concurrency(ReservedConcurrentExecutions=5)
    assert tour.get_function_concurrency()["ReservedConcurrentExecutions"] == 5
    tour.put_provisioned_concurrency_config(Qualifier="live", ProvisionedConcurrentExecutions=1)
    assert tour.get_provisioned_concurrency_config(Qualifier="live")["RequestedProvisionedConcurrentExecutions"] == 1
    assert len(tour.list_provisioned_concurrency_configs()["ProvisionedConcurrencyConfigs"]) == 1
    tour.delete_provisioned_concurrency_config(Qualifier="live")
    tour.delete_function_concurrency()
    tour.get_account_settings()
    tour.delete_alias(Name="live")


def _permissions_and_settings(tour: Tour) -> None:
    tour.add_permission(StatementId="one", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
    assert '"one"' in tour.get_policy()["Policy"]
    tour.remove_permission(StatementId="one")
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:tour"
    statement = f'{{"Sid": "two", "Effect": "Allow", "Principal": "*", "Action": "lambda:GetFunction", "Resource": "{arn}"}}'
    tour.put_resource_policy(ResourceArn=arn, Policy=f'{{"Version": "2012-10-17", "Statement": [{statement}]}}')
    assert '"two"' in tour.get_resource_policy(ResourceArn=arn)["Policy"]
    tour.delete_resource_policy(ResourceArn=arn)
    tour.tag_resource(Resource=arn, Tags={"shape": "round"})
    tour.untag_resource(Resource=arn, TagKeys=["colour"])
    assert tour.list_tags(Resource=arn)["Tags"] == {"shape": "round"}
    tour.create_function_url_config(AuthType="NONE")
    tour.update_function_url_config(AuthType="AWS_IAM")
    assert tour.get_function_url_config()["AuthType"] == "AWS_IAM"
    assert len(tour.list_function_url_configs()["FunctionUrlConfigs"]) == 1
    tour.delete_function_url_config()
    tour.put_function_event_invoke_config(MaximumRetryAttempts=1)
    tour.update_function_event_invoke_config(MaximumEventAgeInSeconds=60)
    assert tour.get_function_event_invoke_config()["MaximumRetryAttempts"] == 1
    assert len(tour.list_function_event_invoke_configs()["FunctionEventInvokeConfigs"]) == 1
    tour.delete_function_event_invoke_config()
    tour.put_function_recursion_config(RecursiveLoop="Allow")
    assert tour.get_function_recursion_config()["RecursiveLoop"] == "Allow"
    tour.put_runtime_management_config(UpdateRuntimeOn="FunctionUpdate")
    assert tour.get_runtime_management_config()["UpdateRuntimeOn"] == "FunctionUpdate"


def _settled(tour: Tour, mapping: str) -> None:
    while tour.get_event_source_mapping(UUID=mapping)["State"] not in ("Enabled", "Disabled"):
        pass


def _mappings_and_code_signing(tour: Tour) -> None:
    mapping = tour.create_event_source_mapping(EventSourceArn=QUEUE)["UUID"]
    assert tour.get_event_source_mapping(UUID=mapping)["EventSourceArn"] == QUEUE
    assert len(tour.list_event_source_mappings()["EventSourceMappings"]) == 1
    _settled(tour, mapping)
    tour.update_event_source_mapping(UUID=mapping, BatchSize=5)
    _settled(tour, mapping)
    tour.delete_event_source_mapping(UUID=mapping)
    arn = tour.create_code_signing_config(AllowedPublishers=PUBLISHERS)["CodeSigningConfig"]["CodeSigningConfigArn"]
    tour.update_code_signing_config(CodeSigningConfigArn=arn, Description="ours")
    assert tour.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]["Description"] == "ours"
    assert tour.list_code_signing_configs()["CodeSigningConfigs"]
    tour.put_function_code_signing_config(CodeSigningConfigArn=arn)
    assert tour.get_function_code_signing_config()["CodeSigningConfigArn"] == arn
    assert len(tour.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)["FunctionArns"]) == 1
    tour.delete_function_code_signing_config()
    tour.delete_code_signing_config(CodeSigningConfigArn=arn)


def _layers(tour: Tour) -> None:
    layer = tour.publish_layer_version(LayerName="tour", Content={"ZipFile": zipped()})
    named = {"LayerName": "tour", "VersionNumber": layer["Version"]}
    assert tour.get_layer_version(**named)["LayerVersionArn"] == layer["LayerVersionArn"]
    assert tour.get_layer_version_by_arn(Arn=layer["LayerVersionArn"])["Version"] == layer["Version"]
    assert [held["LayerName"] for held in tour.list_layers()["Layers"]] == ["tour"]
    assert len(tour.list_layer_versions(LayerName="tour")["LayerVersions"]) == 1
    tour.add_layer_version_permission(**named, StatementId="all", Action="lambda:GetLayerVersion", Principal="*")
    assert '"all"' in tour.get_layer_version_policy(**named)["Policy"]
    tour.remove_layer_version_permission(**named, StatementId="all")
    tour.delete_layer_version(**named)
