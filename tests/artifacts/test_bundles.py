"""What may become a function's code: each form as the zip that is kept."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from kernel_runtime.artifacts.bundles import canonical_zip, module_file, zip_from_source
from kernel_runtime.model import limits
from kernel_runtime.model.errors import InvalidParameterValueException, RequestEntityTooLargeException

from .archives import BAD, zip_of


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def executables(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {member.filename for member in archive.infolist() if member.external_attr >> 16 & 0o111}


@pytest.mark.parametrize(
    ("handler", "file"),
    [
        ("index.handler", "index.py"),
        ("app/main.run", "app/main.py"),
        ("pkg.mod.f", "pkg/mod.py"),
        ("nodot", "nodot.py"),
        ("../../x.f", "x.py"),
        ("..", "index.py"),
    ],
)
def test_a_bare_module_lies_where_its_handler_looks_for_it(handler: str, file: str) -> None:
    assert module_file(handler) == file
    assert files(zip_from_source("x = 'ü'", handler)) == {file: "x = 'ü'".encode()}


def test_a_zip_stays_the_bytes_that_it_is() -> None:
    data = zip_of({"index.py": b"x = 1"}, zipfile.ZIP_STORED)
    assert zip_from_source(data) == data
    assert zip_from_source(b"no zip at all") == b"no zip at all"


def test_a_zip_over_50_mb_is_refused_unread() -> None:
    assert len(zip_from_source(bytes(52_428_800))) == 52_428_800
    with pytest.raises(RequestEntityTooLargeException, match="Zipped size must be smaller than 52428800 bytes") as raised:
        zip_from_source(bytes(52_428_801))
    assert (raised.value.status, raised.value.type) == (413, "RequestEntityTooLargeException")


def test_the_same_files_give_the_same_zip_whatever_their_order() -> None:
    assert canonical_zip({"b": b"2", "a": b"1"}) == canonical_zip({"a": b"1", "b": b"2"})
    assert files(canonical_zip({"./a": b"1", "b//c": b"2"})) == {"a": b"1", "b/c": b"2"}


def test_a_program_may_be_run() -> None:
    assert executables(canonical_zip({"bootstrap": b"#!/bin/sh\n", "tool": b"\x7fELF\x02", "index.py": b"x = 1"})) == {"bootstrap", "tool"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside.py", "a/../../b.py", "a\\b.py", "..", "C:/x", "x" * 300, "\ud800"])
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(InvalidParameterValueException, match=BAD):
        zip_from_source({name: b"x"})


def test_names_that_are_a_file_and_a_folder_and_no_names_are_refused() -> None:
    with pytest.raises(InvalidParameterValueException, match=BAD):
        zip_from_source({"a": b"1", "a/b": b"2"})
    with pytest.raises(InvalidParameterValueException, match="Uploaded file must be a non-empty zip"):
        zip_from_source({})


def test_more_than_250_mb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNZIPPED_MAX_BYTES", 1_000)
    assert zip_from_source({"a": b"x" * 400, "b": b"x" * 600})
    with pytest.raises(InvalidParameterValueException, match="Unzipped size must be smaller than 1000 bytes"):
        zip_from_source({"a": b"x" * 400, "b": b"x" * 601})


def test_a_folder_gives_its_files_without_caches_and_who_may_run_them(tmp_path: Path) -> None:
    for name in ("index.py", "pkg/__init__.py", "pkg/__pycache__/x.pyc", ".git/config", ".ipynb_checkpoints/a.ipynb", "bin/tool"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "bin/tool").chmod(0o700)
    (tmp_path / "empty").mkdir()
    os.symlink(tmp_path / "index.py", tmp_path / "linked.py")
    data = zip_from_source(tmp_path)
    assert files(data) == {"index.py": b"index.py", "linked.py": b"index.py", "pkg/__init__.py": b"pkg/__init__.py", "bin/tool": b"bin/tool"}
    assert executables(data) == {"bin/tool"}
    os.symlink(tmp_path / "pkg", tmp_path / "other")
    with pytest.raises(InvalidParameterValueException, match="link to a folder"):
        zip_from_source(tmp_path)


def test_a_folder_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValueException, match="is not a folder"):
        zip_from_source(tmp_path / "nowhere")
    with open(tmp_path / "big", "wb") as file:
        file.truncate(262_144_001)  # sparse: it is refused by its size, unread
    with pytest.raises(InvalidParameterValueException, match="Unzipped size"):
        zip_from_source(tmp_path)
