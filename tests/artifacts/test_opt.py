"""One /opt from several layers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kernel_runtime.artifacts.opt import OptFolders
from kernel_runtime.artifacts.store import Store

from .archives import zip_of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def opt(tmp_path: Path, store: Store) -> OptFolders:
    return OptFolders(tmp_path, store)


def files(folder: Path | None) -> dict[str, bytes]:
    assert folder is not None
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_later_layers_win(store: Store, opt: OptFolders) -> None:
    one = store.put(zip_of({"python/a.py": b"one", "python/b.py": b"one", "bin": b"file", "lib/x": b"one"}))
    two = store.put(zip_of({"python/a.py": b"two", "bin/run": b"two", "lib": b"now a file"}))
    assert files(opt.merged([one, two])) == {"python/a.py": b"two", "python/b.py": b"one", "bin/run": b"two", "lib": b"now a file"}
    assert files(opt.merged([two, one])) == {"python/a.py": b"one", "python/b.py": b"one", "bin": b"file", "lib/x": b"one"}
    assert files(opt.merged([one])) == {"python/a.py": b"one", "python/b.py": b"one", "bin": b"file", "lib/x": b"one"}
    assert opt.merged([]) is None


def test_a_merge_costs_no_bytes_and_keeps_who_may_run_what(store: Store, opt: OptFolders) -> None:
    digest = store.put(zip_of({"bin/tool": b"#!", "lib/x": b"x"}, modes={"bin/tool": 0o100755}))
    merged = opt.merged([digest])
    assert merged is not None
    for name, mode in (("bin/tool", 0o755), ("lib/x", 0o644)):
        assert os.path.samefile(merged / name, store.unpacked(digest) / name)
        assert stat.S_IMODE((merged / name).stat().st_mode) == mode
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (merged, merged / "bin", merged / "lib")} == {0o755}


def test_the_same_layers_are_merged_once(tmp_path: Path, store: Store, opt: OptFolders) -> None:
    one, two = store.put(zip_of({"a": b"1"})), store.put(zip_of({"b": b"2"}))
    assert opt.merged([one, two]) == opt.merged([one, two]) == OptFolders(tmp_path, Store(tmp_path)).merged([one, two])
    assert opt.merged([one, two]) != opt.merged([two, one])
    assert not list((tmp_path / "opt").glob("half-*"))


def test_a_merge_that_fails_leaves_nothing(tmp_path: Path, store: Store, opt: OptFolders) -> None:
    with pytest.raises(FileNotFoundError):
        opt.merged([store.put(zip_of({"a": b"1"})), "0" * 64])
    assert list((tmp_path / "opt").iterdir()) == []


def test_a_merge_outlives_the_layers_it_is_made_of(store: Store, opt: OptFolders) -> None:
    digest = store.put(zip_of({"a": b"1"}))
    merged = opt.merged([digest])
    store.discard([digest], before=2e10)
    assert files(opt.merged([digest])) == files(merged) == {"a": b"1"}


def test_a_sweep_leaves_what_is_used_and_what_an_invocation_may_still_use(tmp_path: Path, store: Store, opt: OptFolders) -> None:
    one, two, three = (store.put(zip_of({"a": text})) for text in (b"1", b"2", b"3"))
    used, old, late = opt.merged([one, two]), opt.merged([two]), opt.merged([three])
    assert used and old and late
    for folder in (used, old):
        os.utime(folder, (0, 0))
    opt.sweep([[one, two]])
    assert set((tmp_path / "opt").iterdir()) == {used, late}
