"""Code at rest: the same files are kept once, and a kill at any step leaves the old or the new."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel_runtime.artifacts import store as module
from kernel_runtime.artifacts.store import Store, canonical_zip, code_sha256

PART = st.text("abcdefgh_.-ü", min_size=1, max_size=8).filter(lambda part: part not in (".", ".."))
BUNDLES = st.dictionaries(PART.map(lambda name: "file-" + name), st.binary(max_size=200), max_size=6)
FILES = {"index.py": b"x = 1\n", "data/rows.csv": b"a,b\n" * 500}


@settings(deadline=None, max_examples=50)
@given(BUNDLES, st.randoms())
def test_what_is_put_comes_back_whatever_the_order(bundle: dict[str, bytes], order: object) -> None:
    names = list(bundle)
    order.shuffle(names)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home))
        digest = store.put(bundle)
        assert store.put({name: bundle[name] for name in names}) == digest
        folder = store.unpacked(digest)
        assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == bundle


def test_the_digest_is_the_zips_own(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest, data = store.put(FILES), canonical_zip(FILES)
    assert digest == hashlib.sha256(data).hexdigest()
    assert store.size_bytes(digest) == len(data)
    assert base64.b64decode(code_sha256(digest)) == hashlib.sha256(data).digest()


def test_every_user_may_read_and_run_what_is_unpacked(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folder = store.unpacked(store.put(FILES))
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_it_is_unpacked_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(FILES)
    number = store.unpacked(digest).stat().st_ino
    assert Store(tmp_path).unpacked(digest).stat().st_ino == number


def test_an_unknown_digest_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Store(tmp_path).unpacked("0" * 64)
    assert list((tmp_path / "unpacked").iterdir()) == []


def test_threads_that_unpack_at_once_all_get_the_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put({f"f{i}": bytes(1_000) for i in range(50)})
    together, seen = threading.Barrier(8), []

    def unpack() -> None:
        together.wait()
        seen.append(len(list(store.unpacked(digest).iterdir())))

    threads = [threading.Thread(target=unpack) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [50] * 8
    assert [p.name for p in (tmp_path / "unpacked").iterdir()] == [digest]


KILLED_AT = ["os.fsync", "os.rename", "tempfile.mkdtemp", "zipfile.ZipFile.extractall", "publish_readable", "Path.rename"]


@pytest.mark.parametrize("step", KILLED_AT)
def test_a_kill_at_any_step_leaves_a_store_that_works(tmp_path: Path, step: str) -> None:
    child = os.fork()
    if child == 0:
        _die_at(step)
        store = Store(tmp_path)
        store.unpacked(store.put(FILES))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, f"{step} was never reached"
    whole = [p for p in (tmp_path / "blobs").iterdir() if not p.name.startswith("half-")]
    assert all(hashlib.sha256(p.read_bytes()).hexdigest() == p.stem for p in whole)
    store = Store(tmp_path)
    folder = store.unpacked(store.put(FILES))
    assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == FILES


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


def _die_at(step: str) -> None:
    """In this process, end at ``step`` as by SIGKILL: nothing is flushed, nothing is cleaned."""
    owner: object = {"os": os, "tempfile": tempfile, "zipfile": zipfile.ZipFile, "Path": Path}.get(step.partition(".")[0], module)
    name = step.rpartition(".")[2]
    real: Callable[..., object] = getattr(owner, name)

    def last(*given: object, **more: object) -> object:
        if name == "extractall":
            real(*given, members=["index.py"])  # half of it
        os._exit(9)

    setattr(owner, name, last)
