"""The whole way, with the real worker host: what a user of ``Lab`` sees."""

from __future__ import annotations

import asyncio
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from kernel_runtime import Lab
from kernel_runtime.artifacts import store
from kernel_runtime.fleet.fake import FakeFleet
from kernel_runtime.model.errors import (
    AwsError,
    InvalidParameterValueException,
    InvalidRequestContentException,
    InvalidZipFileException,
    LabClosed,
    LabError,
    ResourceNotFoundException,
    TooManyRequestsException,
    ValidationException,
)

ECHO = "def handler(event, context):\n    return event\n"
COUNT = "count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return count\n"


@pytest.fixture(scope="module", params=["best", "portable"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    mechanisms: Literal["best", "portable"] = request.param
    with Lab(mechanisms=mechanisms) as lab:
        yield lab


def test_the_first_call_is_cold_and_the_second_warm(lab: Lab) -> None:
    fn = lab.function("cold-warm", source=COUNT)
    first, second = fn.invoke({}), fn.invoke({})
    assert (first.start, first.payload, second.start, second.payload) == ("cold", 1, "warm", 2)
    assert first.report.init_ms is not None and second.report.init_ms is None
    assert first.log.startswith("INIT_START Runtime Version: ")
    assert str(first.report) in first.log
    assert first.report.billed_ms >= first.report.init_ms


def test_what_is_printed_is_in_the_log(lab: Lab) -> None:
    fn = lab.function("printer", source="print('imported')\ndef handler(event, context):\n    print('handled', event['n'])\n")
    log = fn.invoke({"n": 7}).log.splitlines()
    assert log.index("imported") < log.index("handled 7")
    assert "handled 7" in lab.logs("printer")


def test_an_exception_is_data(lab: Lab) -> None:
    fn = lab.function("raises", source="def handler(event, context):\n    raise ValueError('no such country')\n")
    outcome = fn.invoke({})
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("ValueError", "no such country")
    assert outcome.error.stack_trace == ["  File \"/var/task/index.py\", line 2, in handler\n    raise ValueError('no such country')\n"]
    assert fn.invoke({}).start == "warm"


def test_a_timeout_kills_the_process_and_keeps_tmp(lab: Lab) -> None:
    source = (
        "import os, tempfile, time\nmark = os.path.join(tempfile.gettempdir(), 'mark')\n"
        "def handler(event, context):\n    if event.get('slow'):\n        open(mark, 'w').close()\n        time.sleep(30)\n    return os.path.exists(mark)\n"
    )
    fn = lab.function("slow", source=source, timeout_s=1)
    late = fn.invoke({"slow": True})
    assert late.error is not None
    assert late.error.message.endswith("Task timed out after 1.00 seconds")
    assert late.report.status == "timeout" and late.report.duration_ms == 1_000.0
    after = fn.invoke({})
    assert (after.start, after.payload, after.report.init_ms) == ("suppressed", True, None)


def test_an_environment_that_takes_too_much_memory_is_killed(lab: Lab) -> None:
    fn = lab.function("greedy", source="def handler(event, context):\n    return len(bytearray(500_000_000))\n", timeout_s=20)
    outcome = fn.invoke({})
    assert outcome.error is not None
    assert outcome.error.message.endswith("Error: Runtime exited with error: signal: killed")
    assert outcome.report.error_type == "Runtime.OutOfMemory"
    assert outcome.report.max_memory_mb == 128
    fn.configure(memory_mb=1_024)
    assert fn.invoke({}).payload == 500_000_000


def test_an_exit_is_told(lab: Lab) -> None:
    fn = lab.function("leaves", source="import os\ndef handler(event, context):\n    os._exit(3)\n")
    outcome = fn.invoke({})
    assert outcome.error is not None and outcome.error.type == "Runtime.ExitError"
    assert outcome.error.message.endswith("Runtime exited with error: exit status 3")
    assert fn.invoke({}).start == "suppressed"


def test_a_module_that_fails_is_initialised_twice(lab: Lab) -> None:
    fn = lab.function("broken", source="print('trying')\nimport no_such_module\ndef handler(event, context): ...\n")
    outcome = fn.invoke({})
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("Runtime.ImportModuleError", "Unable to import module 'index': No module named 'no_such_module'")
    assert outcome.log.count("trying") == 2
    assert "Phase: init\tStatus: error\tError Type: Runtime.ImportModuleError" in outcome.log
    assert "Phase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError" in outcome.log


def test_above_the_reserved_concurrency_calls_are_throttled(lab: Lab) -> None:
    fn = lab.function("reserved", source="import time\ndef handler(event, context):\n    time.sleep(event)\n", reserved_concurrency=1)
    fn.invoke(0)
    begun = threading.Thread(target=fn.invoke, args=(1,))
    begun.start()
    while lab.view("reserved").in_use == 0:
        pass
    with pytest.raises(TooManyRequestsException) as throttled:
        fn.invoke(0)
    begun.join()
    assert throttled.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    fn.configure(reserved_concurrency=0)
    with pytest.raises(TooManyRequestsException):
        fn.invoke(0)
    fn.configure(reserved_concurrency=None)
    assert fn.invoke(0).ok


def test_from_an_event_loop_many_at_once(lab: Lab) -> None:
    fn = lab.function("many", source="import time\ndef handler(event, context):\n    time.sleep(0.05)\n    return event\n")

    async def all_at_once() -> list[object]:
        return [o.payload for o in await asyncio.gather(*(fn.ainvoke(n) for n in range(20)))]

    assert asyncio.run(all_at_once()) == list(range(20))


def test_a_cancelled_call_leaves_the_place_free(lab: Lab) -> None:
    fn = lab.function("cancelled", source="import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'done'\n", timeout_s=20)
    fn.invoke(0)

    async def break_off() -> None:
        task = asyncio.create_task(fn.ainvoke(15))
        while lab.view("cancelled").in_use == 0:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(break_off())
    assert lab.view("cancelled").in_use == 0
    outcome = fn.invoke(0)
    assert (outcome.payload, outcome.start) == ("done", "suppressed")


def test_a_change_of_configuration_replaces_environments(lab: Lab) -> None:
    fn = lab.function("changed", source="def handler(event, context):\n    return context.memory_limit_in_mb\n")
    assert fn.invoke({}).payload == "128"
    fn.configure(memory_mb=256)
    outcome = fn.invoke({})
    assert (outcome.start, outcome.payload) == ("cold", "256")
    fn.configure(description="no environment is built from this")
    assert fn.invoke({}).start == "warm"


def test_new_code_in_the_old_place(lab: Lab) -> None:
    lab.function("edited", source="def handler(event, context):\n    return 1\n").invoke({})
    outcome = lab.function("edited", source="def handler(event, context):\n    return 2\n").invoke({})
    assert (outcome.payload, outcome.start) == (2, "cold")


def test_six_megabytes_there_and_back(lab: Lab) -> None:
    fn = lab.function("large", source=ECHO, memory_mb=512, timeout_s=30)
    event = "x" * (6 * 1024 * 1024 - 2)
    assert fn.invoke(event).payload == event
    fn = lab.function("larger", source="def handler(event, context):\n    return 'x' * 7_000_000\n", memory_mb=512, timeout_s=30)
    error = fn.invoke({}).error
    assert error is not None
    assert error.body == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }


@pytest.mark.parametrize(
    ("bad", "error", "text"),
    [
        ({"memory_mb": 64}, ValidationException, "greater than or equal to 128"),
        ({"memory_mb": 10_241}, ValidationException, "less than or equal to 10240"),
        ({"memory_mb": 128.5}, ValidationException, "whole number from 128 to 10,240"),
        ({"timeout_s": 0}, ValidationException, "greater than or equal to 1"),
        ({"timeout_s": 901}, ValidationException, "less than or equal to 900"),
        ({"reserved_concurrency": 950}, InvalidParameterValueException, r"below its minimum value of \[100\]"),
        ({"reserved_concurrency": -1}, ValidationException, "greater than or equal to 0"),
        ({"layers": ["arn:aws:lambda:us-east-1:000000000000:layer:nothing:1"]}, InvalidParameterValueException, "does not exist"),
        ({"variables": {"AWS_REGION": "x"}}, InvalidParameterValueException, "reserved keys"),
        ({"variables": {"KEY": "x" * 5_000}}, InvalidParameterValueException, "4KB limit"),
        ({"handler": "two words"}, ValidationException, "handler"),
        ({"runtime": "cobol85"}, InvalidParameterValueException, "cobol85"),
        ({"colour": "red"}, InvalidParameterValueException, "has no colour"),
    ],
)
def test_what_lambda_refuses_changes_nothing(lab: Lab, bad: dict[str, object], error: type[AwsError], text: str) -> None:
    fn = lab.function("steady", source=ECHO)
    before = fn.configuration
    with pytest.raises(error, match=text):
        fn.configure(**bad)
    assert fn.configuration == before
    assert fn.invoke("still here").payload == "still here"


def test_names_lambda_refuses(lab: Lab) -> None:
    for name in ("no spaces", "", "a/b"):
        with pytest.raises(ValidationException, match="functionName"):
            lab.function(name, source=ECHO)
    with pytest.raises(InvalidParameterValueException, match="less than or equal to 64"):
        lab.function("x" * 65, source=ECHO)
    with pytest.raises(ResourceNotFoundException, match="Function not found"):
        lab.get("nobody")


def test_an_event_that_is_not_json(lab: Lab) -> None:
    fn = lab.function("picky", source=ECHO)
    with pytest.raises(InvalidRequestContentException, match="Could not parse request body into json"):
        fn.invoke({"a", "set"})


def test_a_deleted_function_is_gone(lab: Lab) -> None:
    fn = lab.function("short-lived", source=ECHO)
    fn.invoke({})
    fn.delete()
    with pytest.raises(ResourceNotFoundException):
        fn.invoke({})


def test_the_doctor_names_a_mechanism_for_each_limit(lab: Lab) -> None:
    rows = {row.limit: row for row in lab.doctor()}
    assert any("memory" in limit for limit in rows) and any("timeout" in limit for limit in rows)
    assert all(row.mechanism or not row.enforced for row in rows.values())
    assert all(row.enforced or row.note for row in rows.values()), "what is not enforced says why"


def test_a_home_keeps_functions(tmp_path: Path) -> None:
    with Lab(home=tmp_path / "home") as lab:
        lab.function("kept", source=COUNT, memory_mb=256, variables={"COLOUR": "blue"})
    with Lab(home=tmp_path / "home") as lab:
        fn = lab.get("kept")
        assert (fn.configuration.memory_mb, dict(fn.configuration.variables)) == (256, {"COLOUR": "blue"})
        assert fn.invoke({}).payload == 1


def test_a_home_keeps_the_keys_of_its_door(tmp_path: Path) -> None:
    with Lab(home=tmp_path) as lab:
        first = lab.credentials.owner
    assert (tmp_path / "credentials.json").stat().st_mode & 0o077 == 0
    with Lab(home=tmp_path) as lab:
        assert lab.credentials.owner == first
    with Lab() as lab:
        assert lab.credentials.owner != first


def test_a_closed_lab_says_so() -> None:
    lab = Lab(mechanisms="portable")
    fn = lab.function("f", source=ECHO)
    lab.close()
    lab.close()
    with pytest.raises(LabClosed, match=r"Lab\(\)"):
        fn.invoke({})


def test_a_layers_programs_modules_and_libraries_are_found_where_lambda_has_them(lab: Lab) -> None:
    arn = lab.layers.publish("tools", {"bin/greet": b"#!/bin/sh\necho hello\n", "python/helper.py": b"number = 5\n", "lib/x.txt": b""})
    source = (
        "import os, subprocess, helper\n"
        "def handler(event, context):\n"
        "    libraries = [f for f in os.environ['LD_LIBRARY_PATH'].split(':') if os.path.exists(f + '/x.txt')]\n"
        "    return [subprocess.run(['greet'], capture_output=True, text=True).stdout, helper.number, len(libraries)]\n"
    )
    assert lab.function("layered", source=source, layers=[arn], timeout_s=10, memory_mb=512).invoke().payload == ["hello\n", 5, 1]


def test_a_deleted_layer_goes_on_serving_who_has_it_and_nobody_else(lab: Lab) -> None:
    arn = lab.layers.publish("doomed", {"python/doomed.py": b"number = 7\n"})
    source = "import doomed\ndef handler(event, context):\n    return doomed.number\n"
    fn = lab.function("faithful", source=source, layers=[arn])
    lab.layers.delete("doomed")
    fn.configure(memory_mb=256)
    assert fn.invoke().payload == 7
    with pytest.raises(InvalidParameterValueException, match="does not exist"):
        lab.function("late", source=source, layers=[arn])
    fn.configure(layers=[])
    with pytest.raises(InvalidParameterValueException, match="does not exist"):
        fn.configure(layers=[arn])


def test_what_a_function_uses_is_not_pruned(lab: Lab) -> None:
    old, new = lab.layers.publish("pruned", {"python/pruned.py": b"number = 1\n"}), lab.layers.publish("pruned", {"python/pruned.py": b"number = 2\n"})
    newest = lab.layers.publish("pruned", {"python/pruned.py": b"number = 3\n"})
    fn = lab.function("user", source="import pruned\ndef handler(event, context):\n    return pruned.number\n", layers=[old])
    plan = lab.layers.prune()
    assert new in {layer.arn for layer in plan.goes}
    assert "used by user" in {stay.why for stay in plan.stays if stay.layer.arn == old}
    plan.remove()
    assert [layer.arn for layer in lab.layers.versions("pruned")] == [newest, old]
    assert fn.invoke().payload == 1


def test_code_that_cannot_be_unpacked_after_all_is_told_by_the_invocation(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", b"def handler(event, context):\n    return 1\n" + b"#" * 9_000)
    data = bytearray(buffer.getvalue())
    data[2_000] ^= 1
    with pytest.raises(InvalidParameterValueException, match="Could not unzip uploaded file"):
        lab.function("broken", source=bytes(data))
    monkeypatch.setattr(store, "verify", lambda file: None)  # what breaks once it is kept
    fn = lab.function("broken", source=bytes(data))
    with pytest.raises(InvalidZipFileException):
        fn.invoke()
    assert lab.function("broken", source=ECHO).invoke(1).payload == 1
    assert lab.account().in_use == 0


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match=r"no home can be made at .*file/home"):
        Lab(home=tmp_path / "file" / "home")


def test_a_source_of_no_kind_is_refused() -> None:
    with Lab(fleet=FakeFleet()) as lab, pytest.raises(InvalidParameterValueException, match="a source is a module's text"):
        lab.function("f", source=5)  # type: ignore[arg-type]
