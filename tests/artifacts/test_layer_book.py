"""A lab's layers: versions, lists, policies, and what may be attached, in AWS's words."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel_runtime.artifacts.layer_book import LayerBook
from kernel_runtime.artifacts.store import Store, code_sha256
from kernel_runtime.model import limits
from kernel_runtime.model.errors import (
    AccessDeniedException,
    AwsError,
    CodeStorageExceededException,
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
    ValidationException,
)

from .archives import zip_of

ME, OTHER, REGION = "111111111111", "222222222222", "eu-central-1"
HERE = (ME, REGION)
ARN = f"arn:aws:lambda:{REGION}:{ME}:layer:"
ZIP = zip_of({"python/a.py": b"1"})


@pytest.fixture
def book(tmp_path: Path) -> LayerBook:
    ids = itertools.count(1)
    return LayerBook(Store(tmp_path), now=lambda: 1_543_331_445.1239, new_id=lambda: f"r{next(ids)}")


def told(kind: type[AwsError], ask: Callable[..., Any], *given: Any, **more: Any) -> str:
    with pytest.raises(kind) as raised:
        ask(*given, **more)
    assert raised.type is kind
    return str(raised.value)


def test_a_version_as_it_is_published(book: LayerBook) -> None:
    layer = book.publish(*HERE, "tools", ZIP, description="d", license_info="MIT", compatible_runtimes=["python3.13"], compatible_architectures=["x86_64"])
    assert (layer.layer_arn, layer.arn, layer.version) == (ARN + "tools", ARN + "tools:1", 1)
    assert (layer.code_size, layer.code_sha256) == (len(ZIP), code_sha256(layer.code_digest))
    assert (layer.created_date, layer.description, layer.license_info) == ("2018-11-27T15:10:45.123+0000", "d", "MIT")
    assert (layer.compatible_runtimes, layer.compatible_architectures) == (("python3.13",), ("x86_64",))
    assert book.get(*HERE, "tools", 1) == book.get_by_arn(layer.arn) == layer
    bare, empty = book.publish(*HERE, "bare", ZIP), book.publish(*HERE, "empty", ZIP, compatible_runtimes=[], compatible_architectures=[])
    assert (bare.description, bare.license_info, bare.compatible_runtimes, bare.compatible_architectures) == ("", None, None, None)
    assert (empty.compatible_runtimes, empty.compatible_architectures) == ((), ())


def test_every_publish_is_a_new_version_and_no_number_comes_twice(tmp_path: Path) -> None:
    book = LayerBook(Store(tmp_path), tmp_path / "layers.sqlite")
    assert [book.publish(*HERE, "tools", ZIP).version for _ in range(3)] == [1, 2, 3]
    for number in (3, 2, 1):
        book.delete(*HERE, "tools", number)
    assert book.versions(*HERE, "tools") == []
    assert book.publish(*HERE, "tools", ZIP).version == 4
    book.delete(*HERE, "tools", 4)
    book.close()
    again = LayerBook(Store(tmp_path), tmp_path / "layers.sqlite")
    assert again.publish(*HERE, "tools", ZIP).version == 5
    assert (
        again.publish(*HERE, "other", ZIP).version
        == again.publish(OTHER, REGION, "tools", ZIP).version
        == again.publish(ME, "us-east-1", "tools", ZIP).version
        == 1
    )


def test_a_refused_zip_takes_no_number(book: LayerBook) -> None:
    assert "Could not unzip" in told(InvalidParameterValueException, book.publish, *HERE, "tools", b"no zip")
    assert book.publish(*HERE, "tools", ZIP).version == 1


def test_lists(book: LayerBook) -> None:
    book.publish(*HERE, "b", ZIP, compatible_runtimes=["python3.12"])
    book.publish(*HERE, "b", ZIP, compatible_runtimes=["python3.13"], compatible_architectures=["arm64"])
    book.publish(*HERE, "a", ZIP)
    book.publish(OTHER, REGION, "c", ZIP)
    assert [(layer.name, layer.version) for layer in book.layers(*HERE)] == [("a", 1), ("b", 2)]
    assert [(layer.name, layer.version) for layer in book.layers(*HERE, runtime="python3.12")] == [("b", 1)]
    assert [(layer.name, layer.version) for layer in book.layers(*HERE, architecture="arm64")] == [("b", 2)]
    assert book.layers(*HERE, "python3.12", "arm64") == []
    assert [layer.version for layer in book.versions(*HERE, "b")] == [2, 1]
    assert [layer.version for layer in book.versions(*HERE, "b", runtime="python3.13")] == [2]
    assert book.versions(*HERE, "doesnotexist") == []
    book.delete(*HERE, "b", 2)
    assert [(layer.name, layer.version) for layer in book.layers(*HERE)] == [("a", 1), ("b", 1)]


def test_what_is_not_there(book: LayerBook) -> None:
    book.publish(*HERE, "tools", ZIP)
    for name, number in (("tools", 2), ("none", 1)):
        assert told(ResourceNotFoundException, book.get, *HERE, name, number) == "The resource you requested does not exist."
    assert told(ResourceNotFoundException, book.get_by_arn, ARN + "tools:2") == "The resource you requested does not exist."
    for number in (0, -1):
        assert told(InvalidParameterValueException, book.get, *HERE, "tools", number) == "Layer Version Cannot be less than 1"
        assert told(InvalidParameterValueException, book.delete, *HERE, "tools", number) == "Layer Version Cannot be less than 1"
    told(ResourceNotFoundException, book.get, *HERE, "tools", 2**63 - 1)
    assert told(ValidationException, book.get_by_arn, ARN + "tools").startswith(
        f"1 validation error detected: Value '{ARN}tools' at 'arn' failed to satisfy constraint: Member must satisfy regular expression pattern: "
    )
    book.delete(*HERE, "none", 1)
    book.delete(*HERE, "tools", 7)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "a b"}, "Value 'a b' at 'layerName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:"),
        ({"name": ""}, "Member must satisfy regular expression pattern"),
        ({"name": "ü"}, "Member must satisfy regular expression pattern"),
        ({"name": "x" * 141}, "at 'layerName' failed to satisfy constraint: Member must have length less than or equal to 140"),
        ({"description": "x" * 257}, "at 'description' failed to satisfy constraint: Member must have length less than or equal to 256"),
        ({"license_info": "x" * 513}, "at 'licenseInfo' failed to satisfy constraint: Member must have length less than or equal to 512"),
        (
            {"compatible_runtimes": ["invalidruntime", "nodejs22.x"], "compatible_architectures": ["invalidarch", "x86_64"]},
            "2 validation errors detected: Value '[invalidruntime, nodejs22.x]' at 'compatibleRuntimes' failed to satisfy constraint: "
            "Member must satisfy enum value set: [python3.14, ",
        ),
        (
            {"compatible_architectures": ["invalidarch"]},
            "1 validation error detected: Value '[invalidarch]' at 'compatibleArchitectures' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64]]",
        ),
    ],
)
def test_what_lambda_refuses_to_publish(book: LayerBook, given: dict[str, Any], words: str) -> None:
    assert words in told(ValidationException, book.publish, *HERE, **{"name": "tools", "data": ZIP, **given})
    assert book.layers(*HERE) == []


def test_a_policy_from_its_first_statement_to_its_last(book: LayerBook) -> None:
    book.publish(*HERE, "tools", ZIP)
    one = (*HERE, "tools", 1)
    assert told(ResourceNotFoundException, book.policy, *one) == "No policy is associated with the given resource."
    statement, revision = book.add_permission(*one, statement_id="s1", action="lambda:GetLayerVersion", principal="*")
    assert statement == f'{{"Sid":"s1","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"{ARN}tools:1"}}'
    assert book.policy(*one) == (f'{{"Version":"2012-10-17","Id":"default","Statement":[{statement}]}}', revision)
    second = {"statement_id": "s2", "action": "lambda:GetLayerVersion", "principal": OTHER}
    told(PreconditionFailedException, book.add_permission, *one, **second, revision_id="wrong")
    assert book.add_permission(*one, **second, revision_id=revision)[1] != revision
    told(ResourceConflictException, book.add_permission, *one, **second)
    told(PreconditionFailedException, book.remove_permission, *one, "s1", "wrong")
    assert told(ResourceNotFoundException, book.remove_permission, *one, "s9") == "Statement s9 is not found in resource policy."
    for sid in ("s1", "s2"):
        book.remove_permission(*one, sid)
    told(ResourceNotFoundException, book.policy, *one)


def test_the_policy_of_what_is_not_there(book: LayerBook) -> None:
    book.publish(*HERE, "tools", ZIP)
    share = {"statement_id": "s1", "action": "lambda:GetLayerVersion", "principal": "*"}
    for name, number in (("tools", 2), ("none", 1)):
        words = f"Layer version {ARN}{name}:{number} does not exist."
        assert told(ResourceNotFoundException, book.add_permission, *HERE, name, number, **share) == words
        assert told(ResourceNotFoundException, book.policy, *HERE, name, number) == words
        assert told(ResourceNotFoundException, book.remove_permission, *HERE, name, number, "s1") == words
    assert "at 'action'" in told(ValidationException, book.add_permission, *HERE, "tools", 1, **{**share, "action": "*"})


def test_a_layer_that_is_shared_is_found_by_the_other_account(book: LayerBook) -> None:
    arn = book.publish(*HERE, "tools", ZIP).arn
    refused = (
        f"User: arn:aws:iam::{OTHER}:user/jane is not authorized to perform: lambda:GetLayerVersion on resource: {arn} "
        "because no resource-based policy allows the lambda:GetLayerVersion action"
    )
    ask = {"caller_arn": f"arn:aws:iam::{OTHER}:user/jane"}
    assert told(AccessDeniedException, book.resolve, OTHER, REGION, [arn], **ask) == refused
    assert book.resolve(ME, REGION, [arn])[0].arn == arn
    book.add_permission(*HERE, "tools", 1, statement_id="s1", action="lambda:GetLayerVersion", principal=OTHER)
    assert book.may_use(OTHER, arn) and not book.may_use("333333333333", arn)
    assert book.resolve(OTHER, REGION, [arn], **ask)[0].arn == arn
    book.remove_permission(*HERE, "tools", 1, "s1")
    told(AccessDeniedException, book.resolve, OTHER, REGION, [arn], **ask)
    assert book.attached([arn])[0].arn == arn, "a function that has it keeps it"


def test_a_layer_that_is_shared_with_an_organisation(book: LayerBook) -> None:
    arn = book.publish(*HERE, "tools", ZIP).arn
    book.add_permission(*HERE, "tools", 1, statement_id="s", action="lambda:GetLayerVersion", principal="*", organization_id="o-t194hfs8cz")
    assert book.resolve(OTHER, REGION, [arn], organization_id="o-t194hfs8cz")
    assert f"User: arn:aws:iam::{OTHER}:root is not" in told(AccessDeniedException, book.resolve, OTHER, REGION, [arn])


def test_another_accounts_layers_are_refused_alike_whether_they_exist_or_not(book: LayerBook) -> None:
    book.publish(OTHER, "us-east-1", "far", ZIP)
    book.add_permission(OTHER, "us-east-1", "far", 1, statement_id="s", action="lambda:GetLayerVersion", principal="*")
    for arn in (f"arn:aws:lambda:{REGION}:{OTHER}:layer:none:1", f"arn:aws:lambda:us-east-1:{OTHER}:layer:far:1"):
        assert f"on resource: {arn} because" in told(AccessDeniedException, book.resolve, ME, REGION, [arn])


def test_what_a_function_may_not_ask_for(book: LayerBook) -> None:
    one, two = (book.publish(*HERE, "tools", ZIP).arn for _ in range(2))
    assert told(InvalidParameterValueException, book.resolve, *HERE, [f"{ARN}l{n}:1" for n in range(6)]) == "Cannot reference more than 5 layers."
    for second in (one, two):
        assert told(InvalidParameterValueException, book.resolve, *HERE, [one, second]) == (
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            f"{one} and {second} are versions of the same layer."
        )
    for name in ("doesnotexist:1", "tools:9", "tools:0"):
        assert told(InvalidParameterValueException, book.resolve, *HERE, [ARN + name]) == f"Layer version {ARN}{name} does not exist."
    assert told(InvalidParameterValueException, book.resolve, *HERE, ["arn:aws:lambda:::awslayer:Insights"]).endswith("does not exist.")
    far = book.publish(ME, "us-east-1", "tools", ZIP).arn
    assert told(InvalidParameterValueException, book.resolve, *HERE, [far]) == (
        f"Layers are not in the same region as the function. Layers are expected to be in region {REGION}."
    )
    for arn in (ARN + "tools", "tools", "arn:none", ARN + "tools:x", ARN + "tools:1:2"):
        words = told(ValidationException, book.resolve, *HERE, [one, arn])
        assert words.startswith(
            f"1 validation error detected: Value '[{one}, {arn}]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: ["
        )


def test_a_deleted_version_is_not_attached_any_more_and_kept_by_who_has_it(book: LayerBook) -> None:
    layer = book.publish(*HERE, "tools", ZIP)
    book.add_permission(*HERE, "tools", 1, statement_id="s", action="lambda:GetLayerVersion", principal="*")
    book.delete(*HERE, "tools", 1)
    told(ResourceNotFoundException, book.get_by_arn, layer.arn)
    told(InvalidParameterValueException, book.resolve, *HERE, [layer.arn])
    told(AccessDeniedException, book.resolve, OTHER, REGION, [layer.arn])
    assert [kept.code_digest for kept in book.attached([layer.arn])] == [layer.code_digest]
    told(InvalidParameterValueException, book.attached, [ARN + "tools:2"])
    assert book.digests() == set()
    assert book.digests({layer.arn}) == {layer.code_digest}


def test_75_gb_are_counted_for_each_published_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [10]
    book = LayerBook(Store(tmp_path), used_bytes=lambda account, region: others[0] if (account, region) == HERE else 0)
    monkeypatch.setattr(limits, "CODE_STORAGE_MAX_BYTES", 10 + 2 * len(ZIP))
    for _ in range(2):
        book.publish(*HERE, "tools", ZIP)
    assert book.total_bytes(*HERE) == 2 * len(ZIP)
    assert told(CodeStorageExceededException, book.publish, *HERE, "tools", ZIP) == "Code storage limit exceeded."
    assert book.publish(ME, "us-east-1", "tools", ZIP).version == book.publish(OTHER, REGION, "tools", ZIP).version == 1
    book.delete(*HERE, "tools", 1)
    assert book.publish(*HERE, "tools", ZIP).version == 3


def test_threads_that_publish_at_once_each_get_a_number(book: LayerBook) -> None:
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: numbers.append(book.publish(*HERE, "tools", ZIP).version)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


def test_processes_that_publish_at_once_each_get_a_number(tmp_path: Path) -> None:
    (tmp_path / "layer.zip").write_bytes(ZIP)
    script = (
        "import sys; from pathlib import Path; from kernel_runtime.artifacts.layer_book import LayerBook; from kernel_runtime.artifacts.store import Store\n"
        "home = Path(sys.argv[1]); data = (home / 'layer.zip').read_bytes(); sys.stdin.read(1)\n"
        "book = LayerBook(Store(home), home / 'layers.sqlite')\n"
        "print(*[book.publish('111111111111', 'eu-central-1', 'tools', data).version for _ in range(20)])\n"
    )
    ours = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, str(tmp_path)]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ours) for _ in range(2)]
    numbers = [int(word) for process in started for word in process.communicate(b"x", timeout=60)[0].split()]
    assert sorted(numbers) == list(range(1, 41))
    assert len(LayerBook(Store(tmp_path), tmp_path / "layers.sqlite").versions(*HERE, "tools")) == 40


@pytest.mark.parametrize("statement", ["BEGIN", "SELECT MAX", "INSERT", "COMMIT"])
def test_a_kill_within_a_publish_leaves_the_old_or_the_new(tmp_path: Path, statement: str) -> None:
    LayerBook(Store(tmp_path), tmp_path / "layers.sqlite").publish(*HERE, "tools", ZIP)
    child = os.fork()
    if child == 0:
        book = LayerBook(Store(tmp_path), tmp_path / "layers.sqlite")
        book._table._database = _Dying(book._table._database, statement)  # type: ignore[assignment]
        book.publish(*HERE, "tools", ZIP)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    book = LayerBook(Store(tmp_path), tmp_path / "layers.sqlite")
    assert [layer.version for layer in book.versions(*HERE, "tools")] == [1]
    assert book.publish(*HERE, "tools", ZIP).version == 2


class _Dying:
    """A database whose process ends, as by SIGKILL, where a statement would be carried out."""

    def __init__(self, database: Any, statement: str) -> None:
        self._database = database
        self._statement = statement

    def execute(self, text: str, *given: Any) -> Any:
        if text.startswith(self._statement):
            os._exit(9)
        return self._database.execute(text, *given)
