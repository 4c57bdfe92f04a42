"""How layers' figures are written."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from labext.layer_results import largest
from labext.progress import Progress
from labext.sizes import size


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KB"), (1_572_864, "1.5 MB"), (262_144_000, "250.0 MB")])
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


def test_the_largest_come_first_and_the_rest_as_one() -> None:
    contents = {"python/big/a.py": 50, "python/big/sub/b.py": 60, "python/one.py": 70, "bootstrap": 1}
    assert largest(contents) == [("python/big/", 110), ("python/one.py", 70), ("bootstrap", 1)]
    many = largest({f"python/m{number}.py": number for number in range(20)})
    assert len(many) == 13 and many[0] == ("python/m19.py", 19) and many[-1] == ("8 more", sum(range(8)))


class Notebook:
    """A shell with a kernel."""

    kernel = object()


def test_a_notebooks_line_moves_and_is_gone_at_the_end() -> None:
    InteractiveShell.instance()
    with capture_output() as captured, Progress("pip install <x>", Notebook()) as progress:
        progress.show("Collecting <x>", 1.2)
        progress.show("Collecting y", 2.2)
    shown = [output.data["text/html"] for output in captured.outputs]
    assert len(shown) == 3
    assert "pip install &lt;x&gt;" in shown[0] and "Collecting &lt;x&gt;" in shown[0]
    assert "Collecting y" in shown[1]
    assert shown[2] == ""


def test_elsewhere_each_line_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("title", object()) as progress:
        for seconds in (1.0, 2.0):
            progress.show("Collecting x", seconds)
    assert capsys.readouterr().out == "   1.0 s  Collecting x\n"
