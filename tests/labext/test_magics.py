"""The magics in a real IPython, over a real lab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labext import function, the_lab
from labext.kernel_lab import close_lab
from labext.mistakes import Mistake

ECHO = "def handler(event, context):\n    return event\n"


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "labext")
    yield shell
    close_lab()


def test_a_cell_becomes_a_function_that_can_be_invoked(shell: Any) -> None:
    defined = shell.run_cell_magic("function", "echo --memory 256 --timeout 5", ECHO)
    assert "256 MB" in repr(defined) and "256 MB" in defined._repr_html_()
    result = shell.run_line_magic("invoke", 'echo {"country": "Chile"}')
    assert (result.payload, result.start, result.ok) == ({"country": "Chile"}, "cold", True)
    assert "cold" in repr(result) and "Chile" in result._repr_html_()


def test_an_event_may_be_an_expression_of_the_notebook(shell: Any) -> None:
    shell.run_cell_magic("function", "echo", ECHO)
    shell.user_ns["country"] = "Peru"
    assert shell.run_line_magic("invoke", "echo {'name': country}").payload == {"name": "Peru"}
    assert shell.run_line_magic("invoke", "echo").payload == {}


def test_a_name_may_have_a_version_or_an_alias(shell: Any) -> None:
    shell.run_cell_magic("function", "versions", "def handler(event, context):\n    return context.function_version\n")
    handle = the_lab().get("versions")
    handle.alias("live", handle.publish())
    results = [shell.run_line_magic("invoke", f"versions{by} {{}}") for by in ("", ":1", ":live")]
    assert [result.payload for result in results] == ["$LATEST", "1", "1"]
    assert [repr(result).partition(": ")[0] for result in results] == ["versions", "versions:1", "versions:live → version 1"]
    assert "versions:live → version 1" in results[2]._repr_html_()
    with pytest.raises(Mistake, match=r"Function not found: .*:versions:other"):
        shell.run_line_magic("invoke", "versions:other")


def test_a_name_of_the_notebook_gets_a_warning_that_names_it(shell: Any) -> None:
    shell.user_ns["frame"] = object()
    defined = shell.run_cell_magic("function", "careless", "def handler(event, context):\n    return frame\n")
    assert defined.warnings[0].startswith("frame: exists only in the notebook")
    assert "frame" in defined._repr_html_()
    failed = shell.run_line_magic("invoke", "careless")
    assert failed.error.type == "NameError"
    assert "index.py" in repr(failed) and "labext" not in repr(failed)


def test_the_kernels_packages_are_shown_on_request_and_it_is_said(shell: Any) -> None:
    source = "def handler(event, context):\n    import nbformat\n    return nbformat.__version__\n"
    shell.run_cell_magic("function", "bare", source)
    assert shell.run_line_magic("invoke", "bare").error.type == "ModuleNotFoundError"
    defined = shell.run_cell_magic("function", "dressed --packages kernel --memory 512 --timeout 20", source)
    assert any("layer" in warning for warning in defined.warnings)
    result = shell.run_line_magic("invoke", "dressed")
    assert result.ok, result
    assert "layer" in repr(result)


def test_a_throttle_is_a_result(shell: Any) -> None:
    shell.run_cell_magic("function", "blocked --concurrency 0", ECHO)
    result = shell.run_line_magic("invoke", "blocked")
    assert (result.throttled, result.status, result.reason) == (True, 429, "ReservedFunctionConcurrentInvocationLimitExceeded")
    assert "429" in repr(result) and "429" in result._repr_html_()


@pytest.mark.parametrize(
    ("magic", "line", "cell", "kind", "words"),
    [
        ("function", "bad --memory 64", ECHO, "ValidationException", "greater than or equal to 128"),
        ("function", "bad! --memory 128", ECHO, "ValidationException", "functionName"),
        ("function", "bad --timeout 901", ECHO, "ValidationException", "less than or equal to 900"),
        ("function", "bad --layer arn:none", ECHO, "ValidationException", "at 'layers'"),
        ("function", "bad --variable NOTHING", ECHO, "UsageError", "KEY=VALUE"),
        ("function", "bad --file nothing.csv", ECHO, "FileNotFound", "nothing.csv"),
        ("invoke", "nobody {}", None, "ResourceNotFoundException", "Function not found"),
        ("invoke", "echo {broken", None, "InvalidRequestContentException", "no event"),
        ("invoke", "", None, "UsageError", "which function"),
        ("traffic", "echo --rps 0", None, "BadTraffic", "more than 0"),
        ("panel", "nobody", None, "ResourceNotFoundException", "Function not found"),
        ("logs", "nobody", None, "ResourceNotFoundException", "Function not found"),
    ],
)
def test_mistakes_are_short(shell: Any, magic: str, line: str, cell: str | None, kind: str, words: str) -> None:
    shell.run_cell_magic("function", "echo", ECHO)
    with pytest.raises(Mistake) as raised:
        if cell is None:
            shell.run_line_magic(magic, line)
        else:
            shell.run_cell_magic(magic, line, cell)
    assert type(raised.value).__name__ == kind
    assert words in str(raised.value)
    assert len(raised.value._render_traceback_()) == 1


def test_a_mistake_fails_its_cell(shell: Any) -> None:
    assert not shell.run_cell("%invoke nobody {}").success


def test_traffic_gives_figures_and_a_picture(shell: Any) -> None:
    shell.run_cell_magic("function", "busy --concurrency 2", "import time\ndef handler(event, context):\n    time.sleep(0.2)\n")
    result = shell.run_line_magic("traffic", 'busy --rps 30 --for 1 --event {"a": 1}')
    assert result.sent == 30 and result.throttles > 0
    assert result.sent == result.succeeded + result.failed + result.throttles + result.refused
    assert {"text/plain", "image/svg+xml", "application/vnd.plotly.v1+json"} <= set(result._repr_mimebundle_())


def test_logs_and_status(shell: Any) -> None:
    shell.run_cell_magic("function", "talks", "def handler(event, context):\n    print('hello from', context.function_name)\n")
    shell.run_line_magic("invoke", "talks")
    assert "hello from talks" in shell.run_line_magic("logs", "talks --last 1")
    status = shell.run_line_magic("lab", "")
    assert "memory" in repr(status) and "talks" in status._repr_html_()


def test_the_decorator_does_the_same_for_a_plain_function(shell: Any) -> None:
    @function(memory=256, timeout=4)
    def doubled(event: Any, context: Any) -> Any:
        return {"twice": 2 * event["n"]}

    assert doubled.invoke({"n": 4}).payload == {"twice": 8}
    assert the_lab().get("doubled").configuration.memory_mb == 256


def test_a_panel_follows_its_function(shell: Any) -> None:
    shell.run_cell_magic("function", "shown --concurrency 3", "import time\ndef handler(event, context):\n    time.sleep(0.05)\n")
    panel = shell.run_line_magic("panel", "shown")
    try:
        traffic_began = panel.frames.totals.invocations
        panel.start_traffic(rps=80)
        while panel.frames.totals.invocations < traffic_began + 10:
            panel.update()
        panel.sliders.memory.value = 1_024
        while the_lab().get("shown").configuration.memory_mb != 1_024:
            pass
        panel.sliders.reserved.value = 900
        panel.sliders.reserved.value = 0
        while the_lab().get("shown").configuration.reserved_concurrency != 0:
            pass
        panel.stop_traffic()
        saved = panel._repr_mimebundle_()
    finally:
        panel.close()
    assert "application/vnd.jupyter.widget-view+json" in saved and saved["image/svg+xml"].startswith("<svg")
