"""Layers by the API: what is published, shown, attached and refused, and what a function that has one sees."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest

from kernel_runtime import Lab
from kernel_runtime.model import limits

from .conftest import create, zipped
from .test_functions import refused

ACCOUNT, REGION = "000000000000", "us-east-1"
PREFIX = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:"
ASKS = "import word\n\ndef handler(event, context):\n    return word.WORD\n"
Publish = Callable[..., dict[str, Any]]


@pytest.fixture
def publish(aws: Any, name: str) -> Publish:
    """Publish a version of a layer that no other test has: its module ``word`` says a word."""

    def publish(word: str = "one", **more: Any) -> dict[str, Any]:
        content = zipped("", **{"python/word.py": f"WORD = {word!r}\n"})
        answer: dict[str, Any] = aws.publish_layer_version(**{"LayerName": name, "Content": {"ZipFile": content}, **more})
        return answer

    return publish


def changed(aws: Any, function: str, **more: Any) -> None:
    """Change a function's configuration; in force when this returns."""
    aws.update_function_configuration(FunctionName=function, **more)
    aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})


def answer_of(aws: Any, function: str) -> Any:
    return json.loads(aws.invoke(FunctionName=function)["Payload"].read())


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member != "ResponseMetadata"}


def test_a_version_as_it_is_published(aws: Any, name: str) -> None:
    content = zipped("", **{"python/word.py": "WORD = 'one'\n"})
    given = {"CompatibleRuntimes": ["python3.13", "nodejs22.x"], "CompatibleArchitectures": ["arm64", "x86_64"], "LicenseInfo": "MIT", "Description": "words"}
    answer = aws.publish_layer_version(LayerName=name, Content={"ZipFile": content}, **given)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert answer["Content"]["CodeSha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert answer["Content"]["CodeSize"] == len(content) and "Location" in answer["Content"]
    assert (answer["LayerArn"], answer["LayerVersionArn"], answer["Version"]) == (PREFIX + name, f"{PREFIX}{name}:1", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", answer["CreatedDate"])
    assert {member: answer[member] for member in given} == given
    for held in (
        aws.get_layer_version(LayerName=name, VersionNumber=1),
        aws.get_layer_version(LayerName=PREFIX + name, VersionNumber=1),
        aws.get_layer_version_by_arn(Arn=f"{PREFIX}{name}:1"),
    ):
        assert shown(held) == shown(answer) and held["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_what_was_not_given_is_not_shown(publish: Publish) -> None:
    answer = publish()
    assert set(shown(answer)) == {"Content", "LayerArn", "LayerVersionArn", "Description", "CreatedDate", "Version"}
    assert answer["Description"] == ""


def test_members_come_in_the_models_order(lab: Lab, publish: Publish, name: str) -> None:
    publish(LicenseInfo="MIT", CompatibleRuntimes=["python3.13"], CompatibleArchitectures=["x86_64"])
    texts: list[bytes] = []
    client = lab.boto3("lambda")
    client.meta.events.register("after-call.lambda.GetLayerVersion", lambda http_response, **_: texts.append(http_response.content))
    client.get_layer_version(LayerName=name, VersionNumber=1)
    model = botocore.session.get_session().get_service_model("lambda").operation_model("GetLayerVersion").output_shape
    assert list(json.loads(texts[0])) == list(model.members)
    assert list(json.loads(texts[0])["Content"]) == ["Location", "CodeSha256", "CodeSize"]


def test_every_publication_is_a_new_version_and_no_number_comes_again(aws: Any, publish: Publish, name: str) -> None:
    assert [publish()["Version"] for _ in range(3)] == [1, 2, 3]
    assert aws.delete_layer_version(LayerName=name, VersionNumber=3)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert publish()["Version"] == 4


def test_every_runtime_of_the_model_may_be_named(publish: Publish) -> None:
    runtimes = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime").enum
    for begin in range(0, len(runtimes), 15):
        named = list(runtimes[begin : begin + 15])
        assert publish(CompatibleRuntimes=named)["CompatibleRuntimes"] == named


def test_content_from_a_bucket(lab: Lab, aws: Any, name: str) -> None:
    content, asked = zipped(), []

    def fetch(bucket: str, key: str, version: str | None) -> bytes:
        asked.append((bucket, key, version))
        return content

    surroundings = lab.account_of_notebook.surroundings
    usual, surroundings.fetch_object = surroundings.fetch_object, fetch
    try:
        answer = aws.publish_layer_version(LayerName=name, Content={"S3Bucket": "packages", "S3Key": "layers/a.zip", "S3ObjectVersion": "7"})
    finally:
        surroundings.fetch_object = usual
    assert asked == [("packages", "layers/a.zip", "7")] and answer["Content"]["CodeSize"] == len(content)


def test_lists_show_what_suits(aws: Any, name: str) -> None:
    aws.publish_layer_version(LayerName=name, Content={"ZipFile": zipped()}, CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["x86_64"])
    aws.publish_layer_version(LayerName=name, Content={"ZipFile": zipped()}, CompatibleRuntimes=["python3.13"], CompatibleArchitectures=["arm64"])
    aws.publish_layer_version(LayerName=name, Content={"ZipFile": zipped()}, Description="newest")

    def versions(**asked: str) -> list[int]:
        return [layer["Version"] for layer in aws.list_layer_versions(LayerName=name, **asked)["LayerVersions"]]

    def newest(**asked: str) -> list[int]:
        return [layer["LatestMatchingVersion"]["Version"] for layer in aws.list_layers(**asked)["Layers"] if layer["LayerName"] == name]

    assert (versions(), newest()) == ([3, 2, 1], [3])
    assert (versions(CompatibleRuntime="python3.12"), newest(CompatibleRuntime="python3.12")) == ([1], [1])
    assert (versions(CompatibleArchitecture="arm64"), newest(CompatibleArchitecture="arm64")) == ([2], [2])
    assert versions(CompatibleRuntime="python3.12", CompatibleArchitecture="arm64") == []
    item = next(layer for layer in aws.list_layers()["Layers"] if layer["LayerName"] == name)
    assert item["LayerArn"] == PREFIX + name and item["LatestMatchingVersion"]["LayerVersionArn"] == f"{PREFIX}{name}:3"
    assert set(item["LatestMatchingVersion"]) == {"LayerVersionArn", "Version", "Description", "CreatedDate"}
    assert aws.list_layer_versions(LayerName=f"{name}-none")["LayerVersions"] == []


def test_lists_come_in_pages(aws: Any, publish: Publish, name: str) -> None:
    for number in range(7):
        publish(str(number))
    for number in range(5):
        publish(LayerName=f"{name}-{number}")
    pages = list(aws.get_paginator("list_layer_versions").paginate(LayerName=name, PaginationConfig={"PageSize": 3}))
    assert [[layer["Version"] for layer in page["LayerVersions"]] for page in pages] == [[7, 6, 5], [4, 3, 2], [1]]
    pages = list(aws.get_paginator("list_layers").paginate(PaginationConfig={"PageSize": 2}))
    names = [layer["LayerName"] for page in pages for layer in page["Layers"]]
    assert names == sorted(set(names)) and {name, *(f"{name}-{number}" for number in range(5))} <= set(names)
    first = aws.list_layer_versions(LayerName=name, MaxItems=3)
    aws.delete_layer_version(LayerName=name, VersionNumber=5)
    after = aws.list_layer_versions(LayerName=name, MaxItems=3, Marker=first["NextMarker"])
    assert [layer["Version"] for layer in after["LayerVersions"]] == [4, 3, 2]


def test_what_is_not_there(aws: Any, publish: Publish, name: str) -> None:
    nothing = ("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    assert refused(aws.get_layer_version, LayerName=name, VersionNumber=1) == nothing
    publish()
    assert refused(aws.get_layer_version, LayerName=name, VersionNumber=2) == nothing
    assert refused(aws.get_layer_version_by_arn, Arn=f"{PREFIX}{name}:2") == nothing
    for number in (0, -1):
        below = ("InvalidParameterValueException", "Layer Version Cannot be less than 1", 400)
        assert refused(aws.get_layer_version, LayerName=name, VersionNumber=number) == below
        assert refused(aws.delete_layer_version, LayerName=name, VersionNumber=number) == below
    for absent in ({"LayerName": name, "VersionNumber": 9}, {"LayerName": f"{name}-none", "VersionNumber": 1}):
        assert aws.delete_layer_version(**absent)["ResponseMetadata"]["HTTPStatusCode"] == 204
    aws.delete_layer_version(LayerName=name, VersionNumber=1)
    assert refused(aws.get_layer_version, LayerName=name, VersionNumber=1) == nothing
    assert aws.list_layer_versions(LayerName=name)["LayerVersions"] == []


def test_another_region_answers_for_its_own_layers(lab: Lab, publish: Publish, name: str) -> None:
    arn = publish()["LayerVersionArn"]
    there = lab.boto3("lambda", region="eu-west-1")
    text = "Layers from 'us-east-1' are not reachable in this region ('eu-west-1')"
    assert refused(there.get_layer_version_by_arn, Arn=arn) == ("ResourceNotFoundException", text, 404)
    assert refused(there.get_layer_version, LayerName=PREFIX + name, VersionNumber=1)[1] == text
    assert refused(there.get_layer_version, LayerName=name, VersionNumber=1)[1] == "The resource you requested does not exist."


def test_contents_that_lambda_refuses(aws: Any, name: str) -> None:
    def told(content: dict[str, Any]) -> tuple[str, str, int]:
        return refused(aws.publish_layer_version, LayerName=name, Content=content)

    broken = "Could not unzip uploaded file. Please check your file, then try to upload again."
    assert told({"ZipFile": b"no zip"}) == ("InvalidParameterValueException", broken, 400)
    large = bytes(limits.ZIPPED_MAX_BYTES + 1)
    assert told({"ZipFile": large}) == ("RequestEntityTooLargeException", "Zipped size must be smaller than 52428800 bytes", 413)
    assert told({"ZipFile": zeros(limits.UNZIPPED_MAX_BYTES + 1)})[1] == "Unzipped size must be smaller than 262144000 bytes"
    assert told({})[:1] == told({"S3Bucket": "bucket"})[:1] == ("InvalidParameterValueException",)
    assert told({"ZipFile": zipped(), "S3Bucket": "bucket", "S3Key": "key"})[0] == "InvalidParameterValueException"
    assert aws.list_layer_versions(LayerName=name)["LayerVersions"] == []


def zeros(size_bytes: int) -> bytes:
    """A zip with one file that is nothing but zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("zeros.bin", "w", force_zip64=True) as file:
        block = bytes(1 << 20)
        for begin in range(0, size_bytes, len(block)):
            file.write(block[: size_bytes - begin])
    return buffer.getvalue()


def test_a_function_sees_its_layers_the_later_over_the_earlier(aws: Any, publish: Publish, name: str) -> None:
    first, second = publish("first", LayerName=f"{name}-a"), publish("second", LayerName=f"{name}-b")
    create(aws, name, ASKS, Layers=[first["LayerVersionArn"], second["LayerVersionArn"]])
    assert answer_of(aws, name) == "second"
    held = aws.get_function_configuration(FunctionName=name)["Layers"]
    assert held == [{"Arn": layer["LayerVersionArn"], "CodeSize": layer["Content"]["CodeSize"]} for layer in (first, second)]
    changed(aws, name, Layers=[second["LayerVersionArn"], first["LayerVersionArn"]])
    assert answer_of(aws, name) == "first"
    changed(aws, name, Layers=[])
    assert "Layers" not in aws.get_function_configuration(FunctionName=name)
    assert answer_of(aws, name)["errorMessage"] == "Unable to import module 'index': No module named 'word'"


def test_a_new_version_is_seen_only_by_who_asks_for_it(aws: Any, publish: Publish, name: str) -> None:
    create(aws, name, ASKS, Layers=[publish("old")["LayerVersionArn"]])
    new = publish("new")["LayerVersionArn"]
    assert answer_of(aws, name) == "old"
    changed(aws, name, Layers=[new])
    assert answer_of(aws, name) == "new"


def test_a_deleted_version_goes_on_serving_who_has_it(aws: Any, publish: Publish, name: str) -> None:
    arn = publish("kept")["LayerVersionArn"]
    create(aws, name, ASKS, Layers=[arn])
    aws.delete_layer_version(LayerName=name, VersionNumber=1)
    changed(aws, name, Environment={"Variables": {"COLOUR": "blue"}})
    assert answer_of(aws, name) == "kept"
    aws.update_function_code(FunctionName=name, ZipFile=zipped(ASKS.replace("word.WORD", "word.WORD.upper()")))
    aws.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    assert answer_of(aws, name) == "KEPT"
    assert aws.publish_version(FunctionName=name)["Layers"][0]["Arn"] == arn
    gone = ("InvalidParameterValueException", f"Layer version {arn} does not exist.", 400)
    assert refused(aws.update_function_configuration, FunctionName=name, Layers=[arn]) == gone
    code = {"Runtime": "python3.13", "Role": f"arn:aws:iam::{ACCOUNT}:role/serverless-lab", "Handler": "index.handler", "Code": {"ZipFile": zipped()}}
    assert refused(aws.create_function, FunctionName=f"{name}-new", Layers=[arn], **code) == gone


def test_what_may_not_be_attached(lab: Lab, aws: Any, function: str, publish: Publish, name: str) -> None:
    def told(*arns: str) -> tuple[str, str, int]:
        return refused(aws.update_function_configuration, FunctionName=function, Layers=list(arns))

    def invalid(message: str) -> tuple[str, str, int]:
        return "InvalidParameterValueException", message, 400

    one, two = publish()["LayerVersionArn"], publish()["LayerVersionArn"]
    many = [publish(LayerName=f"{name}-{number}")["LayerVersionArn"] for number in range(6)]
    assert told(*many) == invalid("Cannot reference more than 5 layers.")
    same = "Two different versions of the same layer are not allowed to be referenced in the same function. "
    assert told(one, two) == invalid(f"{same}{one} and {two} are versions of the same layer.")
    assert told(one, one) == invalid(f"{same}{one} and {one} are versions of the same layer.")
    for absent in (f"{PREFIX}{name}:9", f"{PREFIX}{name}:0", f"{PREFIX}{name}-none:1"):
        assert told(absent) == invalid(f"Layer version {absent} does not exist.")
    there = lab.boto3("lambda", region="eu-west-1").publish_layer_version(LayerName=name, Content={"ZipFile": zipped()})["LayerVersionArn"]
    assert told(there) == invalid("Layers are not in the same region as the function. Layers are expected to be in region us-east-1.")
    kind, message, status = told(PREFIX + name)
    assert (kind, status) == ("ValidationException", 400) and f"Value '[{PREFIX}{name}]' at 'layers' failed to satisfy constraint" in message
    assert "Layers" not in aws.get_function_configuration(FunctionName=function)


def test_code_and_layers_together_have_250_mb(aws: Any, function: str, publish: Publish, name: str) -> None:
    half = limits.UNZIPPED_MAX_BYTES // 2
    arns = [publish(LayerName=f"{name}-{number}", Content={"ZipFile": zeros(half)})["LayerVersionArn"] for number in range(2)]
    total = 2 * half + len(b"def handler(event, context):\n    return event\n")
    text = f"Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is {total} bytes."
    assert refused(aws.update_function_configuration, FunctionName=function, Layers=arns) == ("InvalidParameterValueException", text, 400)


@pytest.fixture
def restarted(tmp_path: Any) -> Iterator[Callable[[], Lab]]:
    """Open a lab on the same home again; the one before is closed."""
    opened: list[Lab] = []

    def restart() -> Lab:
        if opened:
            opened.pop().close()
        opened.append(Lab(home=tmp_path))
        return opened[-1]

    yield restart
    opened.pop().close()


def test_prune_spares_what_another_accounts_functions_have_after_a_restart_too(restarted: Callable[[], Lab]) -> None:
    lab = restarted()
    mine, theirs = lab.boto3("lambda"), lab.boto3("lambda", account="222222222222")
    arns = [mine.publish_layer_version(LayerName="tools", Content={"ZipFile": zipped(str(n))})["LayerVersionArn"] for n in range(3)]
    mine.add_layer_version_permission(LayerName="tools", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*")
    create(theirs, "user", Role="arn:aws:iam::222222222222:role/serverless-lab", Layers=[arns[0]])
    lab = restarted()
    plan = lab.layers.prune(keep=1)
    assert [layer.version for layer in plan.goes] == [2]
    assert {stays.layer.version: stays.why for stays in plan.stays} == {3: "the newest", 1: "used by 222222222222/us-east-1/user"}
