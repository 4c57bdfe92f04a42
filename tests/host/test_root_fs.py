"""What a function sees of the machine."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel_runtime import Lab

SOURCE = "import os, of_layer, of_machine\ndef handler(event, context):\n    return of_layer.WHAT, of_machine.WHAT, sorted(os.listdir('/opt'))\n"


@pytest.fixture
def below_opt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages below the machine's own /opt, as many installations of Python are; on the kernel's import path."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="serverless-lab-test-", dir="/opt"))
    except OSError:
        pytest.skip("this user may not write to /opt")
    folder.chmod(0o755)
    (folder / "of_machine.py").write_text("WHAT = 'machine'\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    yield folder
    shutil.rmtree(folder)


def test_layers_do_not_cover_what_the_machine_has_below_opt(below_opt: Path) -> None:
    with Lab() as lab:
        layer = lab.layers.publish("words", {"python/of_layer.py": b"WHAT = 'layer'\n", "note.txt": b"a file of its own"})
        fn = lab.function("both", source=SOURCE, layers=[layer], packages="kernel")
        first, second, seen = fn.invoke({}).payload
    assert (first, second) == ("layer", "machine")
    assert {"python", "note.txt", below_opt.name} <= set(seen)
