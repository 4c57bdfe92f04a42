"""The magics in a real IPython, over a real lab."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labext import function, the_lab
from labext.kernel_lab import close_lab
from labext.mistakes import Mistake
from labext.panels.sliders import UNRESERVED
from labext.traffic_result import TrafficResult
from tests.sources.asynchronous.recording import until

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


def test_the_kernel_has_loaded_it_and_a_notebook_may_load_it_again(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_line_magic("unload_ext", "labext")
    shell.run_line_magic("load_ext", "labext.in_kernel")
    shell.run_line_magic("load_ext", "labext")
    assert capsys.readouterr().out == ""


def test_an_event_is_sent_and_runs_later(shell: Any) -> None:
    shell.run_cell_magic("function", "later", ECHO)
    sent = shell.run_line_magic("send", 'later {"country": "Chile"}')
    assert sent.request_id in repr(sent) and sent.request_id in sent._repr_html_()
    until(lambda: [record.request_id for record in the_lab().records("later")] == [sent.request_id])
    assert repr(sent).endswith("(queue: 1 run, 0 of them failed, 0 waiting)")


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


def test_a_version_of_a_function_with_snap_start_is_restored(shell: Any) -> None:
    defined = shell.run_cell_magic("function", "fast --snap-start --runtime python3.13", ECHO)
    invoked = shell.run_line_magic("invoke", f"fast:{defined.handle.publish()} {{}}")
    assert invoked.outcome.start == "restored" and "restored" in invoked._repr_html_()


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
        ("send", "nobody {}", None, "ResourceNotFoundException", "Function not found"),
        ("send", "echo {broken", None, "InvalidRequestContentException", "no event"),
        ("function", "bad --memory 64", ECHO, "ValidationException", "128 to 10,240 MB"),
        ("function", "bad --memory 128.5", ECHO, "ValidationException", "whole number from 128 to 10,240"),
        ("function", "bad --memory lots", ECHO, "ValidationException", "whole number from 128 to 10,240"),
        ("function", "bad --timeout 2.5", ECHO, "ValidationException", "whole number from 1 to 900"),
        ("function", "bad --timeout 0", ECHO, "ValidationException", "1 to 900 s"),
        ("function", "bad --tmp 100", ECHO, "ValidationException", "512 to 10,240 MB"),
        ("function", "bad --concurrency -1", ECHO, "ValidationException", "0 and up"),
        ("function", "bad --concurrency 901", ECHO, "InvalidParameterValueException", "what the account has but 100"),
        ("function", "bad! --memory 128", ECHO, "ValidationException", "letters, digits"),
        ("function", "bad --handler 'a b.c'", ECHO, "ValidationException", "no spaces"),
        ("function", "bad --variable 1=x", ECHO, "ValidationException", "begins with a letter"),
        ("function", "bad --layer arn:aws:lambda:us-east-1:000000000000:layer:no:1", ECHO, "InvalidParameterValueException", "%layers"),
        ("function", "bad --packages all", ECHO, "UsageError", "kernel"),
        ("function", "bad 'unclosed", ECHO, "UsageError", "quotation"),
        ("function", "", ECHO, "UsageError", "name"),
        ("traffic", "", None, "UsageError", "--rps"),
        ("traffic", "echo --rsp 5", None, "UsageError", "--rsp 5: did you mean --rps? (usage: %traffic [--rps RPS]"),
        ("sources", "nobody", None, "ResourceNotFoundException", "functions here"),
        ("traffic", "echo --rps many", None, "UsageError", "a number more than 0"),
        ("traffic", "echo --burst 0", None, "UsageError", "from 1 up"),
        ("traffic", "echo --event object()", None, "InvalidRequestContentException", "not JSON serializable"),
        ("logs", "echo --last -3", None, "UsageError", "from 1 up"),
        ("layer", "name --nothing", None, "UsageError", "--pip"),
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


@pytest.mark.parametrize("cell", ["%invoke nobody {}", "%traffic", "%logs echo --last x", "%%function bad --memory\npass"])
def test_a_mistake_fails_its_cell_and_changes_nothing(shell: Any, cell: str) -> None:
    before = set(the_lab().functions)
    done = shell.run_cell(cell)
    assert isinstance(done.error_in_exec, Mistake)
    assert set(the_lab().functions) == before


def test_an_option_in_quotes_may_have_spaces(shell: Any) -> None:
    shell.run_cell_magic("function", "greets --variable 'GREETING=good day'", "import os\ndef handler(event, context):\n    return os.environ['GREETING']\n")
    assert shell.run_line_magic("invoke", "greets").payload == "good day"


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ('echo --burst 1 --event {"a": [1, -1]}', {"a": [1, -1]}),
        ('echo --event {"who": "it\'s --burst"} --burst 1', {"who": "it's --burst"}),
        ("echo --burst 1 --event -1", -1),
        ("echo --burst 1 --event {'n': 6 * 7}", {"n": 42}),
        ("echo --burst 1", {}),
    ],
)
def test_an_event_of_traffic_may_hold_anything_and_stand_anywhere(shell: Any, line: str, sent: Any) -> None:
    shell.run_cell_magic("function", "echo", "def handler(event, context):\n    print('got', repr(event))\n")
    assert shell.run_line_magic("traffic", line).succeeded == 1
    assert f"got {sent!r}" in shell.run_line_magic("logs", "echo --last 1")


@pytest.mark.parametrize(
    ("line", "cell", "words"),
    [
        ("f --handler nodot", ECHO, "MalformedHandlerName"),
        ("f --handler index.nothere", ECHO, "defines handler"),
        ("f", "def handler(event, context) pass", "line 1"),
        ("f", "x = 1", "defines no function"),
    ],
)
def test_what_will_fail_at_init_is_said_when_it_is_defined(shell: Any, line: str, cell: str, words: str) -> None:
    warnings = shell.run_cell_magic("function", line, cell).warnings
    assert len(warnings) == 1 and words in warnings[0]
    assert shell.run_line_magic("invoke", "f").error.type in warnings[0]


def test_ctrl_c_at_an_invocation_is_told_in_a_line(shell: Any) -> None:
    shell.run_cell_magic("function", "waits --timeout 60", "import time\ndef handler(event, context):\n    time.sleep(60)\n")
    with pytest.raises(KeyboardInterrupt) as raised, ctrl_c_while("waits"):
        shell.run_line_magic("invoke", "waits")
    assert len(raised.value._render_traceback_()) == 1  # type: ignore[attr-defined]
    assert the_lab().view("waits").in_use == 0


def test_a_second_ctrl_c_breaks_off_what_traffic_has_in_flight(shell: Any) -> None:
    shell.run_cell_magic("function", "waits --timeout 60", "import time\ndef handler(event, context):\n    time.sleep(60)\n")
    with ctrl_c_while("waits", times=2):
        result = shell.run_line_magic("traffic", "waits --rps 1 --for 50")
    assert result.broken == result.sent > 0 and result.unsent == 50 - result.sent
    assert "broken off" in repr(result)


@contextmanager
def ctrl_c_while(name: str, times: int = 1) -> Iterator[None]:
    """Ctrl-C at this process once the function runs, and again while it does."""
    over = threading.Event()

    def press() -> None:
        pressed = 0
        while pressed < times and not over.wait(0.3):
            if the_lab().view(name).in_use:
                os.kill(os.getpid(), signal.SIGINT)
                pressed += 1

    finger = threading.Thread(target=press)
    finger.start()
    try:
        yield
    finally:
        over.set()
        finger.join()


def test_traffic_gives_figures_and_a_picture(shell: Any) -> None:
    shell.run_cell_magic("function", "busy --concurrency 2", "import time\ndef handler(event, context):\n    time.sleep(0.2)\n")
    result = shell.run_line_magic("traffic", 'busy --rps 30 --for 1 --event {"a": 1}')
    assert result.sent == 30 and result.throttles > 0
    assert result.sent == result.succeeded + result.failed + result.throttles + result.refused + result.broken
    assert {"text/plain", "image/svg+xml", "application/vnd.plotly.v1+json"} <= set(result._repr_mimebundle_())


def test_a_function_may_be_deleted_while_traffic_runs(shell: Any) -> None:
    shell.run_cell_magic("function", "leaves", ECHO)
    traffic = shell.run_line_magic("traffic", "leaves --rps 20 --for 60 --background")
    while not traffic.summary().succeeded:
        assert traffic.running
    the_lab().delete("leaves")
    summary = traffic.stop()
    assert TrafficResult(the_lab(), "leaves", summary, 0, limit=7).succeeded > 0
    assert repr(traffic).startswith("<traffic ended")


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


def test_the_decorator_needs_no_parentheses(shell: Any) -> None:
    @function
    def plain(event: Any, context: Any) -> Any:
        return context.memory_limit_in_mb

    assert plain.invoke().payload == "128"


def test_a_panel_follows_its_function(shell: Any) -> None:
    shell.run_cell_magic("function", "shown --concurrency 3", "import time\ndef handler(event, context):\n    time.sleep(0.05)\n")
    panel = shell.run_line_magic("panel", "shown")
    try:
        traffic_began = panel.frames.totals.invocations
        panel.start_traffic(rps=80)
        assert panel.rate.value == 80
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
    finally:
        panel.close()
    assert panel.over
    assert panel.picture()["image/svg+xml"].startswith("<svg")


def test_sliders_stand_at_what_is_configured(shell: Any) -> None:
    shell.run_cell_magic("function", "slid --memory 256", ECHO)
    panel = shell.run_line_magic("panel", "slid")
    try:
        shell.run_cell_magic("function", "slid --memory 700 --timeout 7 --concurrency 6", ECHO)
        panel.sliders.follow()
        assert (panel.sliders.memory.value, panel.sliders.timeout.value, panel.sliders.reserved.value) == (700, 7, 6)
        the_lab().get("slid").configure(reserved_concurrency=None)
        panel.sliders.follow()
        assert panel.sliders.reserved.value == UNRESERVED
        the_lab().function("holds", source=ECHO, reserved_concurrency=500)
        panel.sliders.reserved.value = 900  # with 500 of 1,000 taken, Lambda refuses
        while "account has but 100" not in panel.message.value or panel.sliders.reserved.value == 900:
            pass
        assert the_lab().get("slid").configuration.reserved_concurrency is None and panel.sliders.reserved.value == UNRESERVED
    finally:
        the_lab().delete("holds")
        panel.close()


def test_a_function_has_one_panel(shell: Any) -> None:
    shell.run_cell_magic("function", "seen", ECHO)
    panel = shell.run_line_magic("panel", "seen")
    assert shell.run_line_magic("panel", "seen") is panel
    panel.close()
    another = shell.run_line_magic("panel", "seen")
    assert another is not panel
    another.close()


def test_traffic_to_an_alias(shell: Any) -> None:
    shell.run_cell_magic("function", "canaried", ECHO)
    handle = the_lab().get("canaried")
    handle.alias("live", handle.publish())
    result = shell.run_line_magic("traffic", "canaried:live --burst 3")
    assert result.succeeded == 3
    assert {record.qualifier for record in the_lab().records("canaried")} == {"live"}
