"""What may become a function's code, and what Lambda's zip rules refuse."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel_runtime.artifacts.bundles import bundle_from_folder, bundle_from_source, bundle_from_zip, module_file
from kernel_runtime.model import limits
from kernel_runtime.model.errors import InvalidParameterValueException, RequestTooLargeException

BAD = "Could not unzip uploaded file. Please check your file, then try to upload again."


def zip_of(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


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
    assert bundle_from_source("x = 'ü'", handler) == {file: "x = 'ü'".encode()}


def test_a_zip_gives_its_files() -> None:
    files = {"index.py": b"x = 1", "data/rows.csv": b"a,b\n" * 1_000, "empty": b""}
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        assert bundle_from_zip(zip_of(files, method)) == files
    assert bundle_from_zip(zip_of({"./a.py": b"1", "b//c.py": b"2", "folder/": b""})) == {"a.py": b"1", "b/c.py": b"2"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside.py", "a/../../b.py", "a\\b.py", "..", "x" * 300, "a/" + "y" * 300])
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(InvalidParameterValueException, match=BAD):
        bundle_from_zip(zip_of({"index.py": b"", name: b"x"}))
    with pytest.raises(InvalidParameterValueException, match=BAD):
        bundle_from_source({name: b"x"}, "index.handler")


def test_a_name_that_is_a_file_and_a_folder_is_refused() -> None:
    with pytest.raises(InvalidParameterValueException, match=BAD):
        bundle_from_zip(zip_of({"a": b"1", "a/b": b"2"}))


def test_a_link_in_a_zip_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("shadow")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/shadow")
    with pytest.raises(InvalidParameterValueException, match=BAD):
        bundle_from_zip(buffer.getvalue())


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(zip_of({"index.py": b"x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    with pytest.raises(InvalidParameterValueException, match=BAD):
        bundle_from_zip(bytes(data))


def test_what_unpacks_to_too_much_is_refused_by_the_bytes_that_really_come(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.UNZIPPED_MAX_BYTES == 262_144_000
    monkeypatch.setattr(limits, "UNZIPPED_MAX_BYTES", 1_000)
    assert len(bundle_from_zip(zip_of({"a": b"x" * 400, "b": b"x" * 600}))) == 2
    for files in ({"a": b"x" * 1_001}, {"a": b"x" * 400, "b": b"x" * 601}):
        with pytest.raises(InvalidParameterValueException, match="Unzipped size must be smaller than 262144000 bytes"):
            bundle_from_zip(zip_of(files))
        with pytest.raises(InvalidParameterValueException, match="Unzipped size"):
            bundle_from_source(files, "index.handler")


def test_a_bomb_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNZIPPED_MAX_BYTES", 1_000)
    data = bytearray(zip_of({"a": b"x" * 5_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark) + at
        data[start : start + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InvalidParameterValueException):
        bundle_from_zip(bytes(data))


def test_a_zip_over_50_mb_is_refused_unread() -> None:
    with pytest.raises(RequestTooLargeException, match="Zipped size must be smaller than 52428800 bytes"):
        bundle_from_zip(bytes(52_428_801))


@given(st.binary(max_size=300))
def test_bytes_that_are_no_zip_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidParameterValueException):
        bundle_from_zip(data)


@given(st.data())
def test_a_zip_with_a_wrong_byte_gives_a_bundle_or_a_refusal(data: st.DataObject) -> None:
    whole = bytearray(zip_of({"index.py": b"x = 1\n" * 20, "rows.csv": b"a,b,c\n" * 20}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        bundle = bundle_from_zip(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except InvalidParameterValueException:
        return
    assert all(isinstance(name, str) and ".." not in name.split("/") and not name.startswith("/") for name in bundle)


def test_a_folder_gives_its_files_without_caches(tmp_path: Path) -> None:
    for name in ("index.py", "pkg/__init__.py", "pkg/__pycache__/x.pyc", ".git/config", ".ipynb_checkpoints/a.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "empty").mkdir()
    os.symlink(tmp_path / "index.py", tmp_path / "linked.py")
    assert bundle_from_folder(tmp_path) == {"index.py": b"index.py", "linked.py": b"index.py", "pkg/__init__.py": b"pkg/__init__.py"}
    os.symlink(tmp_path / "pkg", tmp_path / "other")
    with pytest.raises(InvalidParameterValueException, match="link to a folder"):
        bundle_from_folder(tmp_path)


def test_a_folder_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValueException, match="is not a folder"):
        bundle_from_source(tmp_path / "nowhere", "index.handler")
    with open(tmp_path / "big", "wb") as file:
        file.truncate(262_144_001)  # sparse: it is refused by its size, unread
    with pytest.raises(InvalidParameterValueException, match="Unzipped size"):
        bundle_from_folder(tmp_path)
