"""Tags by ARN: of functions, event source mappings and code signing configurations."""

from __future__ import annotations

from typing import Any

import pytest

from .test_functions import refused

LAMBDA = "arn:aws:lambda:us-east-1:000000000000:"
ARN = f"{LAMBDA}function:"


def test_a_functions_tags(aws: Any, function: str) -> None:
    arn = ARN + function
    assert aws.list_tags(Resource=arn)["Tags"] == {}
    assert aws.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})["ResponseMetadata"]["HTTPStatusCode"] == 204
    aws.tag_resource(Resource=arn, Tags={"b": "3", "c": "4"})
    assert aws.get_function(FunctionName=function)["Tags"] == {"a": "1", "b": "3", "c": "4"}
    assert aws.untag_resource(Resource=arn, TagKeys=["a", "c", "nothing"])["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert aws.list_tags(Resource=arn)["Tags"] == {"b": "3"}
    aws.untag_resource(Resource=arn, TagKeys=["b"])
    assert "Tags" not in aws.get_function(FunctionName=function)


def test_tags_change_the_revision(aws: Any, function: str) -> None:
    before = aws.get_function_configuration(FunctionName=function)["RevisionId"]
    aws.tag_resource(Resource=ARN + function, Tags={"a": "1"})
    assert aws.get_function_configuration(FunctionName=function)["RevisionId"] != before


def test_a_tag_while_a_change_settles_does_not_hold_it_up(aws: Any, function: str) -> None:
    aws.update_function_configuration(FunctionName=function, MemorySize=256)
    aws.tag_resource(Resource=ARN + function, Tags={"a": "1"})
    aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    assert aws.list_tags(Resource=ARN + function)["Tags"] == {"a": "1"}


def test_fifty_and_no_more(aws: Any, function: str) -> None:
    fifty = {f"key-{number}": "value" for number in range(50)}
    many = ("InvalidParameterValueException", "Number of tags exceeds resource tag limit.", 400)
    assert refused(aws.tag_resource, Resource=ARN + function, Tags={**fifty, "one": "more"}) == many
    aws.tag_resource(Resource=ARN + function, Tags=fifty)
    assert refused(aws.tag_resource, Resource=ARN + function, Tags={"one": "more"}) == many
    aws.tag_resource(Resource=ARN + function, Tags={"key-0": "other"})
    assert aws.list_tags(Resource=ARN + function)["Tags"] == {**fifty, "key-0": "other"}


def test_what_is_refused(aws: Any, function: str) -> None:
    unsupported = "Tags on function aliases and versions are not supported. Please specify a function ARN."
    for qualifier in ("$LATEST", "1", "live"):
        assert refused(aws.tag_resource, Resource=f"{ARN}{function}:{qualifier}", Tags={"a": "1"}) == ("InvalidParameterValueException", unsupported, 400)
    assert refused(aws.tag_resource, Resource=ARN + function, Tags={})[1] == "An error occurred and the request cannot be processed."
    missing = ("ResourceNotFoundException", f"Function not found: {ARN}nothing", 404)
    assert refused(aws.tag_resource, Resource=f"{ARN}nothing", Tags={"a": "1"}) == missing
    assert refused(aws.untag_resource, Resource=f"{ARN}nothing", TagKeys=["a"]) == missing
    assert refused(aws.list_tags, Resource=f"{ARN}nothing") == missing


@pytest.mark.parametrize("kind", ["event-source-mapping", "code-signing-config"])
def test_tags_of_what_is_not_a_function(aws: Any, function: str, kind: str) -> None:
    if kind == "event-source-mapping":
        queue = f"arn:aws:mq:us-east-1:000000000000:broker:tagged-{function}:b-1"
        arn = aws.create_event_source_mapping(FunctionName=function, EventSourceArn=queue, Queues=["q"], Tags={"a": "1"})["EventSourceMappingArn"]
        missing, text = f"{LAMBDA}event-source-mapping:{'0' * 8}-0000-0000-0000-{'0' * 12}", "The resource you requested does not exist."
    else:
        publishers = {"SigningProfileVersionArns": ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/p"]}
        arn = aws.create_code_signing_config(AllowedPublishers=publishers, Tags={"a": "1"})["CodeSigningConfig"]["CodeSigningConfigArn"]
        missing = f"{LAMBDA}code-signing-config:csc-{'0' * 17}"
        text = f"The Lambda code signing configuration {missing} can not be found."
    aws.tag_resource(Resource=arn, Tags={"b": "2"})
    aws.untag_resource(Resource=arn, TagKeys=["a"])
    assert aws.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    assert refused(aws.list_tags, Resource=missing) == ("ResourceNotFoundException", text, 404)
