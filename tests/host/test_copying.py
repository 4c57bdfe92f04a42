"""A folder's contents into another."""

from __future__ import annotations

import os
from pathlib import Path

from kernel_runtime.host.copying import copy_folder


def copied(source: Path, target: Path) -> None:
    fd = os.open(source, os.O_RDONLY | os.O_DIRECTORY)
    try:
        copy_folder(fd, str(target))
    finally:
        os.close(fd)


def test_files_folders_and_links_with_their_modes_and_times(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "a" / "b").mkdir(parents=True)
    target.mkdir()
    big = os.urandom(3 << 20)
    (source / "a" / "b" / "big").write_bytes(big)
    (source / "a" / "b" / "big").chmod(0o640)
    os.utime(source / "a" / "b" / "big", (1_000, 2_000))
    (source / "a").chmod(0o750)
    (source / "link").symlink_to("a/b")
    (source / "dangling").symlink_to("/nowhere")
    copied(source, target)
    assert (target / "link" / "big").read_bytes() == big
    assert os.readlink(target / "link") == "a/b" and os.readlink(target / "dangling") == "/nowhere"
    status = (target / "a" / "b" / "big").stat()
    assert (status.st_mode & 0o777, status.st_mtime) == (0o640, 2_000)
    assert (target / "a").stat().st_mode & 0o777 == 0o750


def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "target").mkdir()
    os.mkfifo(tmp_path / "source" / "pipe")
    copied(tmp_path / "source", tmp_path / "target")
    assert not list((tmp_path / "target").iterdir())
