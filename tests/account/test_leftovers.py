"""Code that nothing needs goes when a home is opened alone, and never otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kernel_runtime import Lab
from kernel_runtime.account.leftovers import Hold


def source(value: str) -> str:
    return f"def handler(event, context):\n    return {value!r}\n"


def kept(home: Path) -> set[str]:
    return {path.stem for path in (home / "blobs").glob("*.zip")}


def code(lab: Lab, name: str) -> str:
    return lab.configuration(name).code_sha256


def test_what_was_replaced_or_deleted_goes_and_what_is_used_stays(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        layer = lab.layers.publish("tools", {"python/tools.py": b"number = 1\n"})
        gone = lab.layers.publish("gone", {"python/gone.py": b"number = 2\n"})
        fn = lab.function("f", source="import gone\ndef handler(event, context):\n    return gone.number\n", layers=[gone])
        assert fn.invoke().payload == 2
        fn.publish()
        published = code(lab, "f")
        for number in range(3):
            lab.function("f", source=source(str(number)))
        lab.function("deleted", source=source("deleted"))
        lab.delete("deleted")
        lab.boto3("lambda").delete_layer_version(LayerName="gone", VersionNumber=1)
        elsewhere = lab.boto3("lambda", account="111122223333", region="eu-west-1")
        elsewhere.list_functions()
        needed = {published, code(lab, "f"), lab.layers.get(layer).code_digest, lab.layers.book.attached([gone])[0].code_digest}
        assert kept(tmp_path) > needed
    with Lab(tmp_path) as lab:
        assert kept(tmp_path) == needed
        assert {path.name for path in (tmp_path / "unpacked").iterdir()} <= needed
        assert lab.get("f").invoke().payload == "2"
        assert lab.get("f").invoke(qualifier="1").payload == 2


def test_another_lab_at_the_same_home_is_not_swept_from_under(tmp_path: Path) -> None:
    with Lab(tmp_path) as first:
        first.function("f", source=source("old"))
        old = code(first, "f")
        first.function("f", source=source("new"))
        with Lab(tmp_path) as second:
            assert old in kept(tmp_path)
            second.function("g", source=source("second"))
    with Lab(tmp_path):
        assert old not in kept(tmp_path)


def test_a_hold_is_alone_until_it_is_shared_and_ends_with_its_process(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from kernel_runtime.account.leftovers import Hold
hold = Hold(Path({str(tmp_path)!r}))
print(hold.alone, flush=True)
input()
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "True\n"
        other = Hold(tmp_path)
        assert not other.alone
    finally:
        process.kill()
        process.wait()
    other.share()
    assert not Hold(tmp_path).alone
    other.close()
    other.close()
    assert Hold(tmp_path).alone


@pytest.mark.parametrize("kind", ["nothing", "half"])
def test_a_home_of_nothing(tmp_path: Path, kind: str) -> None:
    if kind == "half":
        (tmp_path / "blobs").mkdir()
        (tmp_path / "blobs" / f"{'0' * 64}.zip").write_bytes(b"what no table names")
    with Lab(tmp_path) as lab:
        assert lab.functions == {} and kept(tmp_path) == set()


def test_tables_that_contradict_each_other_cost_nothing(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        layer = lab.layers.publish("tools", {"python/tools.py": b""})
        lab.function("f", source=source("f"), layers=[layer])
        lab.function("f", source=source("changed"), layers=[layer])
        held = kept(tmp_path)
    (tmp_path / "layers.sqlite").unlink()
    with Lab(tmp_path):
        assert kept(tmp_path) == held
