"""What Lambda takes as a zip, and what is refused before a byte of it is on disk."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.artifacts import zips as module
from kernel_runtime.artifacts.zips import contents, unpack, verify
from kernel_runtime.model import limits
from kernel_runtime.model.errors import InvalidParameterValueException

from .archives import BAD, overlapping, patched, zip_of

FILES = {"index.py": b"x = 1\n" * 20, "data/rows.csv": b"a,b\n" * 1_000, "empty": b""}
SMALL = zip_of({"index.py": b"x = 1\n" * 20, "pkg/rows.csv": b"a,b,c\n" * 20})


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(data: bytes, words: str = BAD) -> None:
    with pytest.raises(InvalidParameterValueException) as raised:
        contents(io.BytesIO(data))
    assert str(raised.value) == words


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_says_what_it_holds_and_gives_it(tmp_path: Path, method: int) -> None:
    data = zip_of(FILES, method)
    told = contents(io.BytesIO(data))
    assert told.files == {name: len(content) for name, content in FILES.items()}
    assert told.unzipped_bytes == sum(map(len, FILES.values()))
    unpack(io.BytesIO(data), tmp_path)
    assert held(tmp_path) == FILES


def test_names_are_made_plain_and_folders_are_kept(tmp_path: Path) -> None:
    data = zip_of({"./a.py": b"1", "b//c.py": b"2", "./": b"", "folder/": b"", "x/y/": b""})
    assert contents(io.BytesIO(data)).files == {"a.py": 1, "b/c.py": 1}
    unpack(io.BytesIO(data), tmp_path)
    assert held(tmp_path) == {"a.py": b"1", "b/c.py": b"2"}
    assert (tmp_path / "folder").is_dir() and (tmp_path / "x/y").is_dir()


def test_who_may_run_a_file_is_kept_and_all_may_read(tmp_path: Path) -> None:
    modes = {"bootstrap": 0o100755, "bin/tool": 0o100700, "secret": 0o100600, "bare": 0, "index.py": 0o100644}
    data = zip_of({name: b"x" for name in modes}, modes=modes)
    old = os.umask(0o077)
    try:
        unpack(io.BytesIO(data), tmp_path)
    finally:
        os.umask(old)
    found = {path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert found == {"bootstrap": 0o755, "bin": 0o755, "bin/tool": 0o755, "secret": 0o644, "bare": 0o644, "index.py": 0o644}


def test_the_later_of_two_members_of_one_name_wins(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a", b"first and longer")
            archive.writestr("a", b"second")
    assert contents(buffer).unzipped_bytes == 22
    unpack(buffer, tmp_path)
    assert held(tmp_path) == {"a": b"second"}


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../outside.py",
        "a/../../b.py",
        "a\\b.py",
        "..",
        "C:/windows",
        "c:evil",
        "//server/share",
        "x" * 300,
        "a/" + "y" * 300,
        "d/" * 2_000 + "x",
    ],
)
def test_names_that_leave_the_folder_or_fit_none_are_refused(name: str) -> None:
    refused(zip_of({"index.py": b"", name: b"x"}))


def test_a_name_with_a_zero_in_it_is_refused() -> None:
    refused(zip_of({"index.py.txt": b"x"}).replace(b"index.py.txt", b"index.py\0txt"))


def test_a_name_that_is_a_file_and_a_folder_is_refused() -> None:
    refused(zip_of({"a": b"1", "a/b": b"2"}))
    refused(zip_of({"a": b"1", "a/": b""}))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_what_is_no_file_and_no_folder_is_refused(kind: int) -> None:
    refused(zip_of({"index.py": b"x", "odd": b"/etc/shadow"}, modes={"odd": kind | 0o777}))


@pytest.mark.parametrize("flag", [b"\x01\x00", b"\x41\x00", b"\x00\x20"])
def test_an_encrypted_zip_is_refused(flag: bytes) -> None:
    refused(patched(zip_of({"index.py": b"x"}), 6, 8, flag))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_what_lambdas_unzip_knows_is_taken(method: int) -> None:
    refused(zip_of(FILES, method))


def test_a_zip_of_nothing_is_told_apart() -> None:
    refused(zip_of({}), "Uploaded file must be a non-empty zip")
    refused(b"")


def test_what_unpacks_to_too_much_is_refused_by_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.UNZIPPED_MAX_BYTES == 262_144_000
    monkeypatch.setattr(limits, "UNZIPPED_MAX_BYTES", 1_000)
    assert contents(io.BytesIO(zip_of({"a": b"x" * 400, "b": b"x" * 600}))).unzipped_bytes == 1_000
    for files in ({"a": b"x" * 1_001}, {"a": b"x" * 400, "b": b"x" * 601}):
        refused(zip_of(files), "Unzipped size must be smaller than 1000 bytes")


def test_a_member_that_says_less_than_it_holds_is_seen_when_it_is_read(tmp_path: Path) -> None:
    data = patched(zip_of({"a": b"x" * 5_000}), 22, 24, (10).to_bytes(4, "little"))
    for read in (verify, lambda file: unpack(file, tmp_path)):
        with pytest.raises(InvalidParameterValueException, match=BAD):
            read(io.BytesIO(data))
    assert sum(map(len, held(tmp_path).values())) <= 10


def test_a_member_that_says_more_than_it_holds_is_seen_when_it_is_read() -> None:
    data = patched(zip_of({"a": b"x" * 5_000}), 22, 24, (6_000).to_bytes(4, "little"))
    with pytest.raises(InvalidParameterValueException, match=BAD):
        verify(io.BytesIO(data))


def test_more_than_deflate_can_is_refused_unread() -> None:
    refused(patched(zip_of({"a": b"x"}), 22, 24, (200_000_000).to_bytes(4, "little")))


def test_entries_that_share_their_bytes_are_refused() -> None:
    assert len(zipfile.ZipFile(io.BytesIO(overlapping(50))).infolist()) == 50
    refused(overlapping(2))
    refused(overlapping(50))


def test_a_zip_within_a_zip_stays_a_file(tmp_path: Path) -> None:
    inner = zip_of({"bomb": bytes(10_000_000)})
    data = zip_of({"inner.zip": inner})
    assert contents(io.BytesIO(data)).unzipped_bytes == len(inner)
    unpack(io.BytesIO(data), tmp_path)
    assert held(tmp_path) == {"inner.zip": inner}


@pytest.mark.parametrize("lie", [0, 2**31, 2**40, 2**63, 2**64 - 1])
@pytest.mark.parametrize("field", [0, 1, 2])
def test_a_zip64_entry_that_lies_is_refused(field: int, lie: int) -> None:
    """A member's two sizes and its place, told in 64 bits: one of them wrong."""
    data = zip_of({"a": b"x" * 100})
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = bytearray(data[start:end])
    packed = int.from_bytes(entry[20:24], "little")
    told = [100, packed, 0]
    if told[field] == lie:
        lie += 7
    told[field] = lie
    extra = struct.pack("<HHQQQ", 1, 24, *(number % 2**64 for number in told))
    entry[20:28] = entry[42:46] * 0 + b"\xff" * 8
    entry[42:46] = b"\xff" * 4
    entry[30:32] = len(extra).to_bytes(2, "little")
    whole = bytes(entry) + extra
    tail = bytearray(data[end:])
    tail[12:16] = len(whole).to_bytes(4, "little")
    with pytest.raises(InvalidParameterValueException):
        contents(io.BytesIO(data[:start] + whole + bytes(tail)))


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_MAX", 3)
    assert len(contents(io.BytesIO(zip_of({str(n): b"" for n in range(3)}))).files) == 3
    refused(zip_of({str(n): b"" for n in range(4)}))


def test_a_zip_cut_short_at_any_byte_is_refused() -> None:
    for length in range(len(SMALL)):
        refused(SMALL[:length])


def test_any_bit_turned_over_gives_the_same_files_or_a_refusal(tmp_path: Path) -> None:
    for place in range(len(SMALL) * 8):
        data = bytearray(SMALL)
        data[place // 8] ^= 1 << place % 8
        try:
            told = contents(io.BytesIO(bytes(data)))
            verify(io.BytesIO(bytes(data)))
        except InvalidParameterValueException:
            continue
        assert sorted(told.files.values()) == [120, 120], f"bit {place} of the zip is believed"


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_zip_are_refused(data: bytes) -> None:
    refused(data)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_zip_with_wrong_bytes_never_leaves_its_folder(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    top = tmp_path_factory.mktemp("top")
    (top / "folder").mkdir()
    try:
        unpack(io.BytesIO(bytes(whole)), top / "folder")
    except InvalidParameterValueException:
        pass
    assert [path.name for path in top.iterdir()] == ["folder"]
    assert not any(path.is_symlink() for path in top.rglob("*"))
