"""Whatever comes to the live door is answered as AWS would answer it, and whoever is refused has changed nothing and left nothing behind.

The runs are the same each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel_runtime import Lab
from kernel_runtime.endpoint.operations import is_real
from kernel_runtime.endpoint.service import body_members, lambda_service

from .meaningful import meaningful
from .minimal import minimal
from .mutations import ALPHABETS, mutated
from .operations.conftest import create, zipped
from .resources import Held, back_to
from .state import digest_of, settle
from .unchecked import unchecked
from .wire import Answered, Wire, check_documented

SERVICE = lambda_service()
NAMES = tuple(SERVICE.operation_names)
NO_JSON = [b"{", b"}", b"[]", b"null", b"\xff\xfe", b'{"a":1,}', b"{'a':1}", b'{"a":NaN}', b'"text"', b"1", b"\x00", b"[" * 100_000, b'{"a":' * 50_000]
HEADERS = ["X-Amz-Invocation-Type", "X-Amz-Log-Type", "X-Amz-Client-Context", "X-Amz-Function-Version", "Content-Type", "Accept", "X-Any", "Expect"]
BODIED = tuple(name for name in NAMES if SERVICE.operation_model(name).http["method"] in ("POST", "PUT"))


def runs(examples: int) -> Any:
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Watch:
    """A lab, its door, and what it kept after the last request that it granted."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.aws = lab.boto3("lambda", config=Config(parameter_validation=False))
        lab.boto3("sts").get_caller_identity()  # the companion is there before anything is counted
        digest_of(lab)
        with ThreadPoolExecutor(8) as callers:  # whatever is made at the first use is there, too, and so are the threads of pools
            list(callers.map(self._come_and_go, (f"first-{number}" for number in range(8))))
        self.before = Held.at_rest()
        self.wire = Wire(lab.endpoint_url, lab.credentials.owner)
        self.restore()

    def _come_and_go(self, name: str) -> None:
        create(self.aws, name)
        self.aws.invoke(FunctionName=name)
        self.aws.invoke(FunctionName=name, InvocationType="Event")
        self.aws.publish_version(FunctionName=name)
        self.aws.put_provisioned_concurrency_config(FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1)
        mapping = self.aws.create_event_source_mapping(FunctionName=name, EventSourceArn=f"arn:aws:sqs:us-east-1:000000000000:{name}")["UUID"]
        self.forget(mapping)
        self.aws.delete_function(FunctionName=name)

    def forget(self, mapping: str) -> None:
        while True:
            try:
                self.aws.delete_event_source_mapping(UUID=mapping)
            except self.aws.exceptions.ResourceInUseException:
                continue  # it is between two states
            except self.aws.exceptions.ResourceNotFoundException:
                return

    def restore(self) -> None:
        held = self.lab.functions.get("there")
        if held is not None and not held.configuration.runtime.startswith("python"):
            self.aws.delete_function(FunctionName="there")
        if "there" not in self.lab.functions:
            create(self.aws, "there", Tags={"colour": "blue"})
            self.aws.publish_version(FunctionName="there")
            self.aws.create_alias(FunctionName="there", Name="live", FunctionVersion="1")
        if not self.aws.list_layer_versions(LayerName="there")["LayerVersions"]:
            self.aws.publish_layer_version(LayerName="there", Content={"ZipFile": zipped()})
        settle(self.aws, self.lab)
        self.digest = digest_of(self.lab)

    def expect(self, name: str | None, answer: Answered) -> None:
        """``name``: None where it is not known whose path it was."""
        if answer.status == 501 and (name is None or not is_real(name)):
            assert answer.error == "NotImplementedException"
        elif name is None:
            assert answer.status < 500, answer
        else:
            check_documented(SERVICE.operation_model(name), answer)
        if answer.status < 300:
            self.restore()
        else:
            assert digest_of(self.lab) == self.digest, f"{name} was refused ({answer.error}: {answer.message}) and has changed something"

    def close(self) -> None:
        self.wire.close()


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with Lab(tmp_path_factory.mktemp("home")) as lab:
        watch = Watch(lab)
        yield watch
        watch.close()


@pytest.mark.parametrize("name", NAMES)
def test_members_of_every_wrong_kind(watch: Watch, name: str) -> None:
    operation = SERVICE.operation_model(name)

    @runs(50)
    @given(mutated(operation, minimal(operation, "there")))
    def refused_or_granted(request: dict[str, Any]) -> None:
        sent = unchecked(operation, request)
        answer = watch.wire.send(*sent)
        watch.expect(name if _leads_to(sent[1], operation) else None, answer)

    refused_or_granted()


def _leads_to(path: str, operation: Any) -> bool:
    """Whether every label of the path has something in it: else it is another path, and may be another operation's."""
    return len(list(filter(None, path.split("/")))) == len(list(filter(None, operation.http["requestUri"].partition("?")[0].split("/"))))


@pytest.mark.parametrize("name", [name for name in NAMES if is_real(name)])
def test_requests_that_the_shape_allows(watch: Watch, name: str) -> None:
    operation = SERVICE.operation_model(name)

    @runs(30)
    @given(meaningful(operation))
    def answered(request: dict[str, Any]) -> None:
        watch.expect(name, watch.wire.send(*unchecked(operation, request)))

    answered()


@pytest.mark.parametrize("name", BODIED)
def test_bodies_that_are_no_json(watch: Watch, name: str) -> None:
    operation = SERVICE.operation_model(name)
    method, path, query, headers, whole = unchecked(operation, minimal(operation, "there"))

    @runs(8)
    @given(st.one_of(st.sampled_from(NO_JSON), st.binary(max_size=40), st.integers(1, max(len(whole) - 1, 1)).map(lambda end: whole[:end])))
    def answered(body: bytes) -> None:
        watch.expect(name, watch.wire.send(method, path, query, headers, body))

    answered()


@runs(40)
@given(st.sampled_from(["CreateFunction", "UpdateFunctionCode", "PublishLayerVersion"]), st.text(alphabet="AB+/=-_ \n é", min_size=1, max_size=12))
def test_blobs_that_are_no_base64(watch: Watch, name: str, text: str) -> None:
    operation = SERVICE.operation_model(name)
    holder = {"CreateFunction": "Code", "PublishLayerVersion": "Content"}.get(name)
    blob = {"ZipFile": text}
    watch.expect(name, watch.wire.send(*unchecked(operation, {**minimal(operation, "there"), **({holder: blob} if holder else blob)})))


@runs(60)
@given(
    st.sampled_from(HEADERS),
    st.sampled_from([*filter(str.isprintable, ALPHABETS), "a" * 8_000]) | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200),
)
def test_headers_of_every_wrong_kind(watch: Watch, header: str, value: str) -> None:
    if header == "Expect" and value.lower() == "100-continue":
        return
    operation = SERVICE.operation_model("Invoke")
    method, path, query, headers, _ = unchecked(operation, {"FunctionName": "there"})
    answer = watch.wire.send(method, path, query, {**headers, header: value}, b"{}")
    assert answer.status in (200, 202, 204, 400, 403), answer
    watch.expect("Invoke", answer)


def _texts(name: str) -> list[str]:
    return sorted(key for key, member in body_members(SERVICE.operation_model(name).input_shape).items() if member.type_name == "string")


@pytest.mark.parametrize("name", [name for name in BODIED if _texts(name)])
def test_texts_of_a_million_characters(watch: Watch, name: str) -> None:
    operation = SERVICE.operation_model(name)
    for text in _texts(name):
        watch.expect(name, watch.wire.send(*unchecked(operation, {**minimal(operation, "there"), text: "a" * 1_000_000})))


@pytest.mark.parametrize("text", ["a" * 10_000_000, "é" * 5_000_000, "\x00" * 2_000_000], ids=["ascii", "two bytes", "nul"])
@pytest.mark.parametrize("name", ["CreateFunction", "AddPermission", "PutResourcePolicy", "TagResource"])
def test_texts_of_ten_megabytes(watch: Watch, name: str, text: str) -> None:
    operation = SERVICE.operation_model(name)
    member = {"CreateFunction": "Description", "AddPermission": "Principal", "PutResourcePolicy": "Policy"}.get(name)
    long = {member: text} if member else {"Tags": {"a": text}}
    watch.expect(name, watch.wire.send(*unchecked(operation, {**minimal(operation, "there"), **long})))


@pytest.mark.parametrize("size", [6_291_456, 6_291_457, 10_000_000])
def test_events_around_their_bound(watch: Watch, size: int) -> None:
    operation = SERVICE.operation_model("Invoke")
    answer = watch.wire.send(*unchecked(operation, {"FunctionName": "there", "Payload": json.dumps("a" * (size - 2)).encode()}))
    assert (answer.status == 413) == (size > 6_291_456), answer.error
    if answer.status == 413:
        assert answer.error == "RequestEntityTooLargeException"
    watch.expect("Invoke", answer)


def test_nothing_is_left_behind(watch: Watch) -> None:
    watch.wire.close()
    for name in watch.lab.functions:
        watch.aws.delete_function(FunctionName=name)
    for mapping in watch.aws.list_event_source_mappings()["EventSourceMappings"]:
        watch.forget(mapping["UUID"])
    held = back_to(watch.before)
    assert held.no_more_than(watch.before), f"{watch.before} before, {held} after"
