"""``%lab --connect``: the magics and the panel over a lab that runs elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from kernel_runtime import Lab
from labext import the_lab
from labext.kernel_lab import close_lab, disconnect
from labext.mistakes import Mistake

ECHO = "def handler(event, context):\n    print('got', event)\n    return event\n"


@pytest.fixture(scope="module")
def there() -> Iterator[Lab]:
    with Lab() as lab:
        lab.function("echo", source=ECHO)
        yield lab


@pytest.fixture
def shell(there: Lab) -> Iterator[Any]:
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "labext")
    owner = there.credentials.owner
    shell.run_line_magic("lab", f"--connect {there.endpoint_url} --key={owner.access_key} --secret={owner.secret}")
    yield shell
    close_lab()


def test_what_is_there_is_used(there: Lab, shell: Any) -> None:
    status = shell.run_line_magic("lab", "")
    assert there.endpoint_url in repr(status) and "--here" in status._repr_html_() and "echo" in repr(status)
    result = shell.run_line_magic("invoke", 'echo {"a": 1}')
    assert (result.payload, result.ok, result.report.memory_mb) == ({"a": 1}, True, 128)
    assert "got {'a': 1}" in shell.run_line_magic("logs", "echo --last 1") == there.logs("echo", 1)
    with pytest.raises(Mistake, match="Function not found"):
        shell.run_line_magic("invoke", "nothing")
    with pytest.raises(Mistake, match="published and listed by its API"):
        shell.run_line_magic("layers", "")


def test_a_cell_becomes_a_function_there(there: Lab, shell: Any) -> None:
    cell = "import os\ndef handler(event, context):\n    return os.environ['COLOUR']\n"
    defined = shell.run_cell_magic("function", "new --memory 256 --variable COLOUR=blue", cell)
    assert "256 MB" in repr(defined) and there.get("new").invoke().payload == "blue"
    shell.run_cell_magic("function", "new --memory 512 --concurrency 3", "def handler(event, context):\n    return 2\n")
    assert there.get("new").invoke().payload == 2
    configuration = there.configuration("new")
    assert (configuration.memory_mb, configuration.reserved_concurrency, dict(configuration.variables)) == (512, 3, {})
    with pytest.raises(Mistake, match="memorySize"):
        shell.run_cell_magic("function", "new --memory 1", ECHO)
    with pytest.raises(Mistake, match="put them into a layer"):
        shell.run_cell_magic("function", "new --packages kernel", ECHO)
    the_lab().delete("new")
    assert "new" not in there.functions


def test_traffic_there_is_charted_here(there: Lab, shell: Any) -> None:
    result = shell.run_line_magic("traffic", "echo --burst 8")
    assert (result.sent, result.succeeded) == (8, 8) and result.cost_usd > 0
    assert sum(len(update) for update in (result.rows.points,)) >= 1
    assert result.rows.spans


def test_a_panel_shows_what_happens_there(there: Lab, shell: Any) -> None:
    panel = shell.run_line_magic("panel", "echo")
    try:
        there.get("echo").configure(memory_mb=384)
        for _ in range(5):
            there.get("echo").invoke()
        give_up = time.monotonic() + 30
        while (panel.frames.totals.invocations, panel.sliders.memory.value) != (5, 384) and time.monotonic() < give_up:
            time.sleep(0.05)
        assert (panel.frames.totals.invocations, panel.sliders.memory.value) == (5, 384)
        panel.sliders.memory.value = 512
        while there.configuration("echo").memory_mb != 512 and time.monotonic() < give_up:
            time.sleep(0.05)
        assert there.configuration("echo").memory_mb == 512
    finally:
        panel.close()


def test_keys_may_come_from_the_environment(there: Lab, shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    disconnect()
    host = there.endpoint_url.removeprefix("http://")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Mistake, match="which keys"):
        shell.run_line_magic("lab", f"--connect {host}")
    for name, value in there.credentials.owner.variables().items():
        monkeypatch.setenv(name, value)
    assert "connected" in repr(shell.run_line_magic("lab", f"--connect {host}"))
    with pytest.raises(Mistake, match="no lab answers"):
        shell.run_line_magic("lab", "--connect http://127.0.0.1:9")
    assert the_lab().endpoint_url == there.endpoint_url, "a lab that does not answer takes nobody's place"


def test_and_back(shell: Any) -> None:
    status = shell.run_line_magic("lab", "--here")
    assert "connected" not in repr(status) and isinstance(the_lab(), Lab)
