"""Layers: versions, one /opt from several, and what may not be attached."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel_runtime.artifacts import layers as module
from kernel_runtime.artifacts.layers import Layers
from kernel_runtime.model.errors import InvalidParameterValueException

ARN = "arn:aws:lambda:us-east-1:000000000000:layer:"


def files(folder: Path | None) -> dict[str, bytes]:
    assert folder is not None
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_publish_is_a_new_version(tmp_path: Path) -> None:
    layers = Layers(tmp_path)
    assert layers.publish("tools", {"python/a.py": b"1"}) == ARN + "tools:1"
    assert layers.publish("tools", {"python/a.py": b"1"}) == ARN + "tools:2"
    assert layers.publish("other", {"x": b""}) == ARN + "other:1"


def test_a_layer_may_come_from_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "python").mkdir(parents=True)
    (folder / "python" / "a.py").write_bytes(b"1")
    layers = Layers(tmp_path / "home")
    for content in (folder, str(folder)):
        assert files(layers.merged([layers.publish("tools", content)])) == {"python/a.py": b"1"}


def test_later_layers_win(tmp_path: Path) -> None:
    layers = Layers(tmp_path)
    one = layers.publish("one", {"python/a.py": b"one", "python/b.py": b"one", "bin": b"file", "lib/x": b"one"})
    two = layers.publish("two", {"python/a.py": b"two", "bin/run": b"two", "lib": b"now a file"})
    assert files(layers.merged([one, two])) == {"python/a.py": b"two", "python/b.py": b"one", "bin/run": b"two", "lib": b"now a file"}
    assert files(layers.merged([two, one])) == {"python/a.py": b"one", "python/b.py": b"one", "bin": b"file", "lib/x": b"one"}
    assert files(layers.merged([one])) == {"python/a.py": b"one", "python/b.py": b"one", "bin": b"file", "lib/x": b"one"}
    assert layers.merged([]) is None


def test_the_same_layers_are_merged_once(tmp_path: Path) -> None:
    layers = Layers(tmp_path)
    one, two = layers.publish("one", {"a": b"1"}), layers.publish("two", {"b": b"2"})
    assert layers.merged([one, two]) == layers.merged([one, two]) == Layers(tmp_path).merged([one, two])
    assert layers.merged([one, two]) != layers.merged([two, one])
    assert not list((tmp_path / "opt").glob("half-*"))


def test_versions_outlive_the_lab_and_are_seen_by_another(tmp_path: Path) -> None:
    first, second = Layers(tmp_path), Layers(tmp_path)
    one = first.publish("tools", {"a": b"1"})
    assert files(second.merged([one])) == {"a": b"1"}
    assert second.publish("tools", {"a": b"2"}) == ARN + "tools:2"
    assert first.publish("tools", {"a": b"3"}) == ARN + "tools:3"


@pytest.mark.parametrize("arn", [ARN + "tools:2", ARN + "tools:0", ARN + "none:1", "tools", "", ARN + "tools", ARN.replace("0000", "1111") + "tools:1"])
def test_a_layer_that_is_not_there_is_refused(tmp_path: Path, arn: str) -> None:
    layers = Layers(tmp_path)
    layers.publish("tools", {"a": b""})
    with pytest.raises(InvalidParameterValueException) as refused:
        layers.merged([arn])
    assert str(refused.value) == f"Layer version {arn} does not exist."


def test_two_versions_of_one_layer_are_refused(tmp_path: Path) -> None:
    layers = Layers(tmp_path)
    one, two = layers.publish("tools", {"a": b"1"}), layers.publish("tools", {"a": b"2"})
    for second in (one, two):
        with pytest.raises(InvalidParameterValueException) as refused:
            layers.merged([one, second])
        assert str(refused.value) == (
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            f"{one} and {second} are versions of the same layer."
        )


def test_a_layer_of_another_region_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValueException, match="Layers are expected to be in region us-east-1"):
        Layers(tmp_path).merged(["arn:aws:lambda:eu-west-1:000000000000:layer:tools:1"])


def test_layers_that_are_too_large_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNZIPPED_MAX_BYTES", 100)
    layers = Layers(tmp_path)
    arns = [layers.publish(name, {name: b"x" * 60}) for name in ("one", "two")]
    assert layers.merged(arns[:1]) is not None
    with pytest.raises(InvalidParameterValueException, match="Unzipped size must be smaller than"):
        layers.merged(arns)
    assert not list((tmp_path / "opt").glob("half-*"))


@pytest.mark.parametrize("name", ["", "a b", "x" * 141, "a:b", "ü"])
def test_a_name_that_lambda_refuses(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidParameterValueException, match="1-140"):
        Layers(tmp_path).publish(name, {"a": b""})
