"""Layers by magics: from a cell, from packages, from a folder, and into a function."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labext import packages, the_lab
from labext.decorator import function
from labext.kernel_lab import close_lab
from labext.mistakes import Mistake

from .wheels import wheel

USE = "import tools\ndef handler(event, context):\n    return tools.number\n"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "labext")
    yield shell
    close_lab()


def test_a_cell_is_a_module_of_the_layer(shell: Any) -> None:
    made = shell.run_cell_magic("layer", "tools --description 'numbers to use'", "number = 1\n")
    assert (made.arn, made.version) == ("arn:aws:lambda:us-east-1:000000000000:layer:tools:1", 1)
    assert made.contents == {"python/tools.py": 11}
    assert (made.description, made.compatible_runtimes) == ("numbers to use", ())
    for shown in (repr(made), made._repr_html_()):
        assert made.arn in shown and "python/tools.py" in shown and "11 B unzipped" in shown
    shell.run_cell_magic("function", "user --layer tools", USE)
    assert shell.run_line_magic("invoke", "user").payload == 1


def test_an_update_is_seen_by_who_asks_for_it(shell: Any) -> None:
    shell.run_cell_magic("layer", "tools", "number = 1\n")
    shell.run_cell_magic("function", "old --layer tools", USE)
    assert shell.run_cell_magic("layer", "tools", "number = 2\n").version == 2
    assert shell.run_line_magic("invoke", "old").payload == 1
    shell.run_cell_magic("function", "new --layer tools", USE)
    shell.run_cell_magic("function", "pinned --layer tools:1", USE)
    shell.run_cell_magic("function", "named --layer arn:aws:lambda:us-east-1:000000000000:layer:tools:2", USE)
    assert [shell.run_line_magic("invoke", name).payload for name in ("old", "new", "pinned", "named")] == [1, 2, 1, 2]
    shell.run_cell_magic("function", "old --layer tools", USE)
    assert shell.run_line_magic("invoke", "old").payload == 2


def test_a_cell_may_have_another_name_and_files_beside_it(shell: Any, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"a,b\n")
    shell.user_ns["data"] = tmp_path / "rows.csv"
    made = shell.run_cell_magic("layer", "my-tools --module pkg.mod --file data --runtime python3.12", "x = 1\n")
    assert set(made.contents) == {"python/pkg/mod.py", "python/rows.csv"}
    assert made.compatible_runtimes == ("python3.12",)
    assert set(shell.run_cell_magic("layer", "my-tools", "x = 1\n").contents) == {"python/my_tools.py"}


def test_a_name_of_the_notebook_gets_a_warning(shell: Any) -> None:
    shell.user_ns["frame"] = object()
    made = shell.run_cell_magic("layer", "careless", "def f():\n    return frame\n")
    assert made.warnings[0].startswith("frame: exists only in the notebook")
    assert "frame" in made._repr_html_() and "frame" in repr(made)


def test_a_folder_becomes_opt(shell: Any, tmp_path: Path) -> None:
    (tmp_path / "mine" / "python").mkdir(parents=True)
    (tmp_path / "mine" / "python" / "tools.py").write_text("number = 3\n")
    made = shell.run_line_magic("layer", f"tools {tmp_path}/mine/")
    assert made.contents == {"python/tools.py": 11} and made.warnings == []
    shell.user_ns["folder"] = tmp_path / "mine" / "python"
    astray = shell.run_line_magic("layer", "tools folder")
    assert "python/" in astray.warnings[0]


def test_packages_become_a_layer(shell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = wheel(tmp_path, "tools", source="import other\nnumber = other.number + 1\n"), wheel(tmp_path, "other", source="number = 41\n")
    made = shell.run_line_magic("layer", f'tools --pip "{one}" {two}')
    assert "tools.py" in repr(made) and "installed in" in repr(made)
    assert "tools" in capsys.readouterr().out, "what pip says is shown while it says it"
    assert made.compatible_runtimes == (f"python{sys.version_info.major}.{sys.version_info.minor}",)
    shell.run_cell_magic("function", "user --layer tools", USE)
    assert shell.run_line_magic("invoke", "user").payload == 42
    again = shell.run_line_magic("layer", f"tools --pip {two} {one}")
    assert again.version == 2 and "from the cache" in again._repr_html_()
    lab = the_lab()
    assert lab.layers.get("tools:1").code_sha256 == lab.layers.get("tools:2").code_sha256
    shell.user_ns["WHEEL"] = two
    assert shell.run_line_magic("layer", "other --pip WHEEL").description == two.name


def test_pip_that_is_stopped_publishes_nothing(shell: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "_command", lambda *_: [sys.executable, "-c", "print('begun', flush=True); import time; time.sleep(1000)"])

    def stopped(self: Any, line: str, seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("labext.progress.Progress.show", stopped)
    with pytest.raises(Mistake, match="no version of tools was published") as raised:
        shell.run_line_magic("layer", "tools --pip something")
    assert type(raised.value).__name__ == "Stopped"
    assert the_lab().layers.newest() == []
    assert list((tmp_path / "cache" / "serverless-lab" / "layers").iterdir()) == []


def test_the_list_says_who_uses_what(shell: Any) -> None:
    assert "no layers yet" in repr(shell.run_line_magic("layers", "")) and "no layers yet" in shell.run_line_magic("layers", "")._repr_html_()
    for number in (1, 2):
        shell.run_cell_magic("layer", "tools", f"number = {number}\n")
    shell.run_cell_magic("function", "user --layer tools:1", USE)
    listed = shell.run_line_magic("layers", "")
    assert [(row[0], row[1], row[-1]) for row in listed.rows] == [("tools", 2, ()), ("tools", 1, ("user",))]
    assert "tools · 1 · " in repr(listed) and "nobody" in repr(listed) and ">user<" in listed._repr_html_()


def test_the_decorator_takes_names_too(shell: Any) -> None:
    shell.run_cell_magic("layer", "tools", "number = 9\n")

    @function(layers=("tools",))
    def counted(event: Any, context: Any) -> Any:
        import tools

        return tools.number

    assert counted.invoke().payload == 9


@pytest.mark.parametrize(
    ("line", "cell", "kind", "words"),
    [
        ("tools", None, "UsageError", "a layer is made of one thing"),
        ("tools --pip x", "y = 1", "UsageError", "a layer is made of one thing"),
        ("tools folder --pip x", None, "UsageError", "a layer is made of one thing"),
        ("tools nowhere/", None, "FileNotFound", "nowhere/"),
        ("tools --file nothing.csv", "x = 1", "FileNotFound", "nothing.csv"),
        ("tools!", "x = 1", "ValidationException", "layerName"),
        ("tools --runtime cobol", "x = 1", "ValidationException", "compatibleRuntimes"),
        ("tools --pip surely-not-there==9", None, "PipFailed", "surely-not-there"),
    ],
)
def test_mistakes_are_short(shell: Any, line: str, cell: str | None, kind: str, words: str) -> None:
    with pytest.raises(Mistake) as raised:
        if cell is None:
            shell.run_line_magic("layer", line)
        else:
            shell.run_cell_magic("layer", line, cell)
    assert type(raised.value).__name__ == kind
    assert words in str(raised.value)


def test_a_function_with_a_layer_that_is_not_there(shell: Any) -> None:
    shell.run_cell_magic("layer", "tools", "number = 1\n")
    with pytest.raises(Mistake, match="layers here: tools"):
        shell.run_cell_magic("function", "user --layer none", USE)
