"""Code at rest: the very bytes, kept once, and a kill at any step leaves the old or the new."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.artifacts import places, zips
from kernel_runtime.artifacts import store as module
from kernel_runtime.artifacts.bundles import canonical_zip
from kernel_runtime.artifacts.store import LARGE_BYTES, Store, code_sha256
from kernel_runtime.model.errors import InvalidParameterValueException, InvalidZipFileException

from .archives import BAD, patched, zip_of

PART = st.text("abcdefgh_.-ü", min_size=1, max_size=8).filter(lambda part: part not in (".", ".."))
BUNDLES = st.dictionaries(PART.map(lambda name: "file-" + name), st.binary(max_size=200), min_size=1, max_size=6)
FILES = {"index.py": b"x = 1\n", "data/rows.csv": b"a,b\n" * 500}
ZIP = zip_of(FILES)


def held(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def blobs(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "blobs").iterdir())


@settings(deadline=None, max_examples=50)
@given(BUNDLES)
def test_what_is_put_comes_back(bundle: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home))
        assert held(store.unpacked(store.put(zip_of(bundle)))) == bundle


def test_the_bytes_that_were_sent_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for data in (ZIP, zip_of(FILES, zipfile.ZIP_STORED), canonical_zip(FILES)):
        digest = store.put(data)
        assert digest == hashlib.sha256(data).hexdigest()
        assert store.read(digest) == store.path(digest).read_bytes() == data
        assert store.size_bytes(digest) == len(data)
        assert store.unzipped_bytes(digest) == 2_006
        assert base64.b64decode(code_sha256(digest)) == hashlib.sha256(data).digest()


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.put(ZIP) == store.put(ZIP) == Store(tmp_path).put(ZIP)
    assert len(blobs(tmp_path)) == 1
    assert store.total_bytes == len(ZIP)
    store.put(canonical_zip(FILES))
    assert store.total_bytes == len(ZIP) + len(canonical_zip(FILES))


def test_it_is_unpacked_once_for_every_user_to_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(zip_of({"bootstrap": b"#!", "index.py": b"", "a/b": b""}, modes={"bootstrap": 0o100700}))
    folder = store.unpacked(digest)
    assert Store(tmp_path).unpacked(digest).stat().st_ino == folder.stat().st_ino
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert modes == {digest: 0o755, "bootstrap": 0o755, "index.py": 0o644, "a": 0o755, "b": 0o644}


def test_an_unknown_digest_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for ask in (store.unpacked, store.read, store.path, store.size_bytes, store.unzipped_bytes):
        with pytest.raises(FileNotFoundError):
            ask("0" * 64)
    assert list((tmp_path / "unpacked").iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"no zip", zip_of({"../out": b""}), zip_of({"l": b"/etc"}, modes={"l": 0o120777})])
def test_what_is_refused_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InvalidParameterValueException):
        Store(tmp_path).put(data)
    assert blobs(tmp_path) == []


@pytest.mark.parametrize("size", [5_000, LARGE_BYTES])
def test_a_zip_with_a_broken_member_is_refused_at_once(tmp_path: Path, size: int) -> None:
    data = bytearray(zip_of({"a": b"x" * size}, zipfile.ZIP_STORED))
    data[2_000] ^= 1
    with pytest.raises(InvalidParameterValueException, match=BAD):
        Store(tmp_path).put(bytes(data))
    assert blobs(tmp_path) == []


def test_a_zip_that_is_damaged_once_it_is_kept_is_refused_when_it_is_unpacked(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(zip_of({"a": b"x" * 5_000}, zipfile.ZIP_STORED))
    with store.path(digest).open("r+b") as file:
        file.seek(2_000)
        file.write(b"y")
    with pytest.raises(InvalidZipFileException) as raised:
        store.unpacked(digest)
    assert raised.value.status == 502
    assert list((tmp_path / "unpacked").iterdir()) == []


def test_a_bomb_that_says_it_is_small_never_reaches_the_disk(tmp_path: Path) -> None:
    """It says 9 MB and is 60."""
    with pytest.raises(InvalidParameterValueException, match=BAD):
        Store(tmp_path).put(patched(zip_of({"a": bytes(60_000_000)}), 22, 24, (9_000_000).to_bytes(4, "little")))
    assert blobs(tmp_path) == []


def test_a_blob_that_a_machines_end_cut_short_is_written_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(ZIP)
    os.truncate(store.path(digest), 10)
    assert Store(tmp_path).put(ZIP) == digest
    assert store.read(digest) == ZIP


def test_threads_that_unpack_at_once_all_get_the_whole(tmp_path: Path) -> None:
    stores = [Store(tmp_path), Store(tmp_path)]
    digest = stores[0].put(zip_of({f"f{i}": bytes(1_000) for i in range(50)}))
    together, seen = threading.Barrier(8), []

    def unpack(store: Store) -> None:
        together.wait()
        seen.append(len(list(store.unpacked(digest).iterdir())))

    threads = [threading.Thread(target=unpack, args=(stores[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [50] * 8
    assert [p.name for p in (tmp_path / "unpacked").iterdir()] == [digest]


def test_processes_that_put_and_unpack_at_once_all_get_the_whole(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_bytes(zip_of({f"f{i}": bytes(1_000) for i in range(50)}))
    script = (
        "import sys; from pathlib import Path; from kernel_runtime.artifacts.store import Store\n"
        "home = Path(sys.argv[1]); sys.stdin.read(1)\n"
        "for _ in range(20):\n"
        "    store = Store(home); digest = store.put((home / 'code.zip').read_bytes()); assert len(list(store.unpacked(digest).iterdir())) == 50\n"
    )
    ours = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, str(tmp_path)]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=ours) for _ in range(2)]
    errors = [process.communicate(b"x", timeout=60)[1] for process in started]
    assert errors == [b"", b""]
    assert [name for name in blobs(tmp_path) if name.startswith("half-")] == []


def test_a_sweep_keeps_what_is_used_and_what_is_new(tmp_path: Path) -> None:
    store = Store(tmp_path)
    used, old, new = (store.put(zip_of({"index.py": text})) for text in (b"used", b"old", b"new"))
    for digest in (used, old, new):
        store.unpacked(digest)
    for digest in (used, old):
        os.utime(store.path(digest), (0, 0))
    size = store.size_bytes(old)
    assert store.sweep({used}) == size
    assert blobs(tmp_path) == sorted(f"{digest}.zip" for digest in (used, new))
    assert {path.name for path in (tmp_path / "unpacked").iterdir()} == {used, new}
    assert store.sweep({used}, idle_s=-10) > 0
    assert blobs(tmp_path) == [f"{used}.zip"]


def test_what_is_put_again_is_not_discarded(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(ZIP)
    os.utime(store.path(digest), (0, 0))
    planned = time.time() - 1
    store.put(ZIP)
    assert store.discard([digest], before=planned) == 0
    assert store.discard([digest, "0" * 64], before=time.time() + 10) == len(ZIP)
    assert blobs(tmp_path) == []


KILLED_AT = [
    (os, "fsync"), (os, "chmod"), (os, "rename"), (tempfile, "mkstemp"), (tempfile, "mkdtemp"),
    (zips, "_write"), (zips, "_pieces"), (os, "fchmod"), (Path, "mkdir"), (Path, "rename"), (places.shutil, "rmtree"),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name"), KILLED_AT, ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize("calls", [0, 1])
def test_a_kill_at_any_step_leaves_a_store_that_works(tmp_path: Path, owner: object, name: str, calls: int) -> None:
    Store(tmp_path)
    child = os.fork()
    if child == 0:
        _die_at(owner, name, calls)
        store = Store(tmp_path)
        store.unpacked(store.put(ZIP))
        os._exit(9 if calls else 0)  # few steps come twice
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, f"{name} was never reached"
    _is_sound(tmp_path)


@pytest.mark.parametrize("length", [0, 1, 21, len(ZIP) // 2, len(ZIP) - 1, len(ZIP)])
def test_a_kill_after_any_byte_of_a_blob_leaves_no_blob(tmp_path: Path, length: int) -> None:
    Store(tmp_path)
    (tmp_path / "blobs" / "half-x").write_bytes(ZIP[:length])
    _is_sound(tmp_path)
    os.utime(tmp_path / "blobs" / "half-x", (0, 0))
    Store(tmp_path)
    assert blobs(tmp_path) == [f"{hashlib.sha256(ZIP).hexdigest()}.zip"]


def test_what_killed_processes_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    Store(tmp_path)
    old, young = tmp_path / "unpacked" / "half-old", tmp_path / "unpacked" / "half-young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "file").write_bytes(b"x")
    os.utime(old, (0, 0))
    Store(tmp_path)
    assert not old.exists()
    assert young.exists()


def _is_sound(home: Path) -> None:
    whole = [p for p in (home / "blobs").iterdir() if not p.name.startswith("half-")]
    assert all(hashlib.sha256(p.read_bytes()).hexdigest() == p.stem for p in whole)
    store = Store(home)
    assert store.total_bytes in (0, len(ZIP))
    folder = store.unpacked(store.put(ZIP))
    assert held(folder) == FILES
    assert store.total_bytes == len(ZIP)


def _die_at(owner: object, name: str, calls: int) -> None:
    """In this process, end at the step after so many calls of it as by SIGKILL: nothing is flushed, nothing is cleaned."""
    real: Callable[..., object] = getattr(owner, name)
    left = [calls]

    def last(*given: object, **more: object) -> object:
        if left[0]:
            left[0] -= 1
            return real(*given, **more)
        os._exit(9)

    setattr(owner, name, last)


def test_nothing_is_written_before_a_zip_has_been_read_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    seen: list[list[str]] = []
    real = module.verify

    def watched(file: io.BytesIO) -> None:
        real(file)
        seen.append(blobs(tmp_path))

    monkeypatch.setattr(module, "verify", watched)
    store.put(ZIP)
    assert seen == [[]]
