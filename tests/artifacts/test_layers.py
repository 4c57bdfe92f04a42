"""``lab.layers``: what a notebook does with layers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kernel_runtime.artifacts.layer_book import LayerBook
from kernel_runtime.artifacts.layers import Layers, Package
from kernel_runtime.artifacts.opt import OptFolders
from kernel_runtime.artifacts.store import Store
from kernel_runtime.model import limits
from kernel_runtime.model.errors import InvalidParameterValueException, RequestEntityTooLargeException, ResourceNotFoundException, ValidationException

from .archives import zip_of

ARN = "arn:aws:lambda:us-east-1:000000000000:layer:"


class Home:
    """A store with layers, and the functions that use them."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.functions: dict[str, Package] = {}
        book = LayerBook(self.store, folder / "layers.sqlite")
        self.layers = Layers(book, OptFolders(folder, self.store), lambda: self.functions)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def files(folder: Path | None) -> dict[str, bytes]:
    assert folder is not None
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_layer_may_come_from_a_folder_a_zip_and_names(tmp_path: Path, home: Home) -> None:
    folder = tmp_path / "mine"
    (folder / "python").mkdir(parents=True)
    (folder / "python" / "a.py").write_bytes(b"1")
    held = {"python/a.py": b"1"}
    for number, content in enumerate((folder, str(folder), held, zip_of(held)), 1):
        arn = home.layers.publish("tools", content)
        assert arn == f"{ARN}tools:{number}"
        assert files(home.layers.merged([arn])) == held
    assert home.layers.merged([]) is None


def test_a_reference_means_what_it_names_now(home: Home) -> None:
    one = home.layers.publish("tools", {"a": b"1"})
    assert home.layers.arn("tools") == home.layers.arn("tools:1") == home.layers.arn(one) == one
    two = home.layers.publish("tools", {"a": b"2"})
    assert (home.layers.arn("tools"), home.layers.arn("tools:1")) == (two, one)
    home.layers.delete("tools")
    assert home.layers.arn("tools") == one
    foreign = "arn:aws:lambda:us-east-1:222222222222:layer:tools:1"
    assert home.layers.arn(foreign) == foreign
    for reference in ("none", "tools:x", "tools:", ":1", "tools:2"):
        with pytest.raises(ResourceNotFoundException, match="layers here: tools"):
            home.layers.get(reference)
    with pytest.raises(ValidationException):
        home.layers.get("arn:none")


def test_what_a_layer_holds(home: Home) -> None:
    home.layers.publish("tools", {"python/a.py": b"123", "lib/x": b"1"})
    assert home.layers.contents("tools").files == {"python/a.py": 3, "lib/x": 1}
    assert home.layers.files("tools") == {"python/a.py": b"123", "lib/x": b"1"}


def test_versions_outlive_the_lab_and_are_seen_by_another(tmp_path: Path) -> None:
    first, second = Home(tmp_path), Home(tmp_path)
    one = first.layers.publish("tools", {"a": b"1"})
    assert files(second.layers.merged([one])) == {"a": b"1"}
    assert second.layers.publish("tools", {"a": b"2"}) == ARN + "tools:2"
    assert first.layers.publish("tools", {"a": b"3"}) == ARN + "tools:3"


def test_sizes_are_checked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestEntityTooLargeException):
        home.layers.publish("tools", bytes(limits.ZIPPED_MAX_BYTES + 1))
    monkeypatch.setattr(limits, "UNZIPPED_MAX_BYTES", 100)
    with pytest.raises(InvalidParameterValueException, match="Unzipped size must be smaller than 100 bytes"):
        home.layers.publish("tools", {"a": b"x" * 101})
    code = home.store.put(zip_of({"index.py": b"x" * 30}))
    arns = [home.layers.publish(name, {name: b"x" * 35}) for name in ("one", "two")]
    home.layers.check_unzipped(code, arns)
    arns.append(home.layers.publish("three", {"three": b"x"}))
    with pytest.raises(InvalidParameterValueException, match=r"maximum allowed size of 100 bytes\. The actual size is 101 bytes\."):
        home.layers.check_unzipped(code, arns)


def test_a_plan_to_prune_says_what_goes_and_why_the_others_stay(home: Home) -> None:
    arns = [home.layers.publish("tools", {"a": b"%d" % number}) for number in range(1, 5)]
    home.layers.publish("other", {"b": b""})
    home.functions = {"hello": Package("0" * 64, (arns[0],)), "hello:7": Package("0" * 64, (arns[0],))}
    plan = home.layers.prune()
    assert [layer.arn for layer in plan.goes] == [arns[2], arns[1]]
    assert [(stay.layer.arn, stay.why) for stay in plan.stays] == [
        (ARN + "other:1", "the newest"),
        (arns[3], "the newest"),
        (arns[0], "used by hello, hello:7"),
    ]
    size = home.layers.get("tools:3").code_size
    assert repr(plan).splitlines()[0] == f"goes   tools:3  {size:,} bytes"
    assert "stays  tools:1" in repr(plan) and ".remove() does it" in repr(plan)
    assert len(home.layers.versions("tools")) == 4, "a plan removes nothing"
    assert [layer.version for layer in home.layers.prune(keep=2).goes] == [2]
    assert home.layers.prune(keep=9).goes == ()
    with pytest.raises(ValueError, match="0 and up"):
        home.layers.prune(keep=-1)


def test_what_is_pruned_is_gone_with_its_bytes(tmp_path: Path, home: Home) -> None:
    arns = [home.layers.publish("tools", {"a": b"%d" % number}) for number in range(1, 5)]
    home.functions = {"hello": Package("0" * 64, (arns[0],))}
    sizes = [layer.code_size for layer in home.layers.versions("tools")]
    for blob in (tmp_path / "home" / "blobs").iterdir():
        os.utime(blob, (0, 0))
    plan = home.layers.prune()
    removed = plan.remove()
    assert [layer.version for layer in removed.layers] == [3, 2]
    assert removed.freed_bytes == sizes[1] + sizes[2]
    assert repr(removed) == f"removed 2 layer versions, {removed.freed_bytes:,} bytes freed"
    assert [layer.version for layer in home.layers.versions("tools")] == [4, 1]
    assert files(home.layers.merged([arns[0]])) == {"a": b"1"}
    assert home.store.total_bytes == sizes[0] + sizes[3]
    assert plan.remove().layers == ()


def test_bytes_that_something_else_needs_stay(tmp_path: Path, home: Home) -> None:
    data, code = zip_of({"a": b"1"}), zip_of({"index.py": b""})
    home.layers.publish("old", data)
    home.layers.publish("old", code)
    home.layers.publish("old", zip_of({"b": b""}))
    home.layers.publish("other", data)
    home.functions = {"hello": Package(home.store.put(code))}
    for blob in (tmp_path / "home" / "blobs").iterdir():
        os.utime(blob, (0, 0))
    removed = home.layers.prune().remove()
    assert len(removed.layers) == 2 and removed.freed_bytes == 0
    assert files(home.layers.merged([ARN + "other:1"])) == {"a": b"1"}
    assert home.store.read(home.functions["hello"].code) == code


def test_a_version_that_has_come_into_use_since_the_plan_stays(home: Home) -> None:
    one, _ = home.layers.publish("tools", {"a": b"1"}), home.layers.publish("tools", {"a": b"2"})
    plan = home.layers.prune()
    home.functions = {"late": Package("0" * 64, (one,))}
    assert plan.remove().layers == ()
    assert home.layers.get("tools:1").arn == one


def test_a_deleted_version_that_a_function_has_keeps_its_bytes(tmp_path: Path, home: Home) -> None:
    one = home.layers.publish("tools", {"a": b"1"})
    home.layers.publish("tools", {"a": b"2"})
    home.layers.publish("tools", {"a": b"3"})
    home.layers.delete("tools:1")
    home.functions = {"hello": Package("0" * 64, (one,))}
    for blob in (tmp_path / "home" / "blobs").iterdir():
        os.utime(blob, (0, 0))
    assert [layer.version for layer in home.layers.prune().remove().layers] == [2]
    assert files(home.layers.merged([one])) == {"a": b"1"}
