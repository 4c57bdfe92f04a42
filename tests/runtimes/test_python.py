"""A Python function from inside: its context, its place, what it returns, what stays between calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kernel_runtime.runtimes.catalog import default_runtime, find_interpreter
from kernel_runtime.runtimes.channel import ANSWER, READY

from .environment import ARN, REPOSITORY, REQUEST_ID, Environment, body_of


def answer_of(source: str, event: Any = None, *, files: dict[str, str] | None = None, **options: Any) -> Any:
    texts = options.pop("texts", {})
    with Environment({"index.py": source, **(files or {})}, **options) as environment:
        reply = environment.ready()
        assert reply.kind == READY, reply
        reply = environment.invoke(event, **texts)
        assert reply.kind == ANSWER, reply
        return json.loads(reply.payload)


def test_the_context_has_every_attribute() -> None:
    source = (
        "def handler(event, context):\n"
        "    names = [n for n in dir(context) if not n.startswith('_')]\n"
        "    return {n: getattr(context, n) for n in names if not callable(getattr(context, n)) and n not in ('identity', 'client_context')}\n"
    )
    assert answer_of(source) == {
        "aws_request_id": REQUEST_ID,
        "function_name": "f",
        "function_version": "$LATEST",
        "invoked_function_arn": ARN,
        "log_group_name": "/aws/lambda/f",
        "log_stream_name": "2025/01/31/[$LATEST]0123456789abcdef0123456789abcdef",
        "memory_limit_in_mb": "128",
        "tenant_id": None,
    }


def test_the_remaining_time_counts_down_and_ends_at_zero() -> None:
    source = "def handler(event, context): return [context.get_remaining_time_in_millis(), type(context.get_remaining_time_in_millis()).__name__]"
    left, kind = answer_of(source, texts={"timeout_s": 30.0})
    assert 0 < left <= 30_000
    assert kind == "int"
    assert answer_of(source, texts={"timeout_s": -5.0})[0] == 0


def test_client_context_and_identity() -> None:
    source = (
        "def handler(event, context):\n"
        "    c, i = context.client_context, context.identity\n"
        "    return [c.custom, c.env, c.client.app_title, c.client.installation_id, i.cognito_identity_id, i.cognito_identity_pool_id, repr(context)]\n"
    )
    texts = {
        "client_context": '{"custom": {"a": 1}, "env": {"locale": "en"}, "client": {"app_title": "t"}}',
        "cognito_identity": '{"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"}',
    }
    *values, shown = answer_of(source, texts=texts)
    assert values == [{"a": 1}, {"locale": "en"}, "t", None, "i", "p"]
    assert shown.startswith(f"LambdaContext([aws_request_id={REQUEST_ID},log_group_name=/aws/lambda/f,")
    assert "client_context=ClientContext([custom={'a': 1},env={'locale': 'en'},client=Client([installation_id=None,app_title=t," in shown
    assert shown.endswith("identity=CognitoIdentity([cognito_identity_id=i,cognito_identity_pool_id=p]),tenant_id=None])")
    source = "def handler(event, context): return [context.client_context, repr(context.identity)]"
    assert answer_of(source) == [None, "CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None])"]


def test_the_trace_id_is_of_this_invocation() -> None:
    with Environment("import os\ndef handler(event, context): return os.environ.get('_X_AMZN_TRACE_ID')") as environment:
        environment.ready()
        for trace_id, seen in (("Root=1-a;Sampled=1", "Root=1-a;Sampled=1"), ("Root=1-b", "Root=1-b"), ("", None)):
            assert body_of(environment.invoke(trace_id=trace_id)) == seen


def test_what_a_module_holds_stays_between_calls() -> None:
    with Environment("calls = []\ndef handler(event, context):\n    calls.append(event)\n    return calls") as environment:
        environment.ready()
        assert body_of(environment.invoke(1)) == [1]
        assert body_of(environment.invoke("zwei")) == [1, "zwei"]


def test_the_process_is_a_clean_place() -> None:
    source = (
        "import os, sys, __main__\n"
        "def handler(event, context):\n"
        "    lab = [n for n in sys.modules if 'kernel_runtime' in n]\n"
        "    return [dict(os.environ), sys.argv, [n for n in vars(__main__) if not n.startswith('__')], lab, os.getcwd(), sys.path, __name__, __file__]\n"
    )
    with Environment(source, variables={"MINE": "1", "PYTHONPATH": "/var/runtime"}, import_paths=["/opt/python"], extra_paths=["/extra"]) as environment:
        environment.ready()
        variables, arguments, main, lab, folder, path, name, file = body_of(environment.invoke())
        assert variables == environment.plan["variables"]
        assert (arguments, main, lab, name) == ([""], [], [], "index")
        root = environment.plan["task_root"]
        assert (folder, file) == (root, f"{root}/index.py")
        assert path[:3] == [root, "/opt/python", "/var/runtime"]
        assert path[-1] == "/extra"
        assert not any("site-packages" in entry or str(REPOSITORY) in entry for entry in path)


def test_handlers_in_folders_and_packages() -> None:
    source = "def handler(event, context): return __name__"
    for handler, file in (("dir/index.handler", "dir/index.py"), ("pkg.mod.handler", "pkg/mod.py"), ("a/b/c.handler", "a/b/c.py")):
        assert answer_of("", files={file: source}, handler=handler) == file[:-3].replace("/", ".")


def test_own_modules_come_before_those_that_only_the_template_has_imported() -> None:
    own = {"random.py": "mine = 'random'", "uuid.py": "mine = 'uuid'"}
    assert answer_of("import random, uuid\ndef handler(event, context): return [random.mine, uuid.mine]", files=own) == ["random", "uuid"]
    of_the_runtime = answer_of("import json\ndef handler(event, context): return json.loads('[1]')", files={"json.py": "mine = 1"})
    assert of_the_runtime == [1], "the runtime holds json, as on AWS"


def test_the_sdk_is_found_where_it_lies_and_nothing_beside_it(tmp_path: Path) -> None:
    for name in ("boto3", "botocore", "beside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("here = 'the machine'")
    (tmp_path / "botocore" / "session.py").write_text("here = 'inside'")
    source = (
        "import boto3, botocore.session\n"
        "try:\n    import beside\nexcept ImportError as why:\n    beside = str(why)\n"
        "def handler(event, context): return [boto3.here, botocore.session.here, beside]\n"
    )
    options: dict[str, Any] = {"sdk_paths": [str(tmp_path)]}
    assert answer_of(source, **options) == ["the machine", "inside", "No module named 'beside'"]
    assert answer_of(source, files={"boto3.py": "here = 'own'"}, **options)[0] == "own"


RESPONSES = [
    ("None", b"null"),
    ("{'a': (1, 2.5, True)}", b'{"a": [1, 2.5, true]}'),
    ("Decimal('1.10')", b"1.10"),
    ("[Decimal('12345678901234567890.123'), Decimal('NaN'), 'plain']", b'[12345678901234567890.123, NaN, "plain"]'),
    ("float('nan')", b"NaN"),
    ("{'a': b'text'}", b'{"a": "text"}'),
    ("b'\\xff raw'", b"\xff raw"),
    ("{1: 2, None: 3}", b'{"1": 2, "null": 3}'),
]


@pytest.mark.parametrize(("value", "payload"), RESPONSES)
def test_responses_as_aws_writes_them(value: str, payload: bytes) -> None:
    with Environment(f"from decimal import Decimal\ndef handler(event, context): return {value}") as environment:
        environment.ready()
        for _ in range(2):
            reply = environment.invoke()
            assert (reply.kind, reply.payload) == (ANSWER, payload)


@pytest.mark.parametrize(("runtime", "payload"), [("python3.11", b'"\\u00fc"'), ("python3.12", '"ü"'.encode()), ("python3.13", '"ü"'.encode())])
def test_characters_beyond_ascii_are_kept_from_python_3_12_on(runtime: str, payload: bytes) -> None:
    with Environment("def handler(event, context): return 'ü'", variables={"AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}"}) as environment:
        environment.ready()
        assert environment.invoke().payload == payload


def test_an_event_of_6_mb_arrives_whole() -> None:
    assert answer_of("def handler(event, context): return [len(event), event[:3]]", "abc" * 2_000_000) == [6_000_000, "abc"]


def test_a_handler_that_patches_the_clock_and_json_does_not_harm_the_loop() -> None:
    source = (
        "import json, time\n"
        "def handler(event, context):\n"
        "    time.monotonic_ns = time.process_time_ns = time.time = lambda: 1 / 0\n"
        "    json.loads = None\n"
        "    return 'ok'\n"
    )
    with Environment(source) as environment:
        environment.ready()
        for _ in range(2):
            assert body_of(environment.invoke()) == "ok"


def test_times_and_memory_are_measured() -> None:
    source = (
        "import time\n"
        "def handler(event, context):\n"
        "    end = time.process_time() + event['cpu_s']\n"
        "    while time.process_time() < end: pass\n"
        "    held = b'x' * event['bytes']\n"
    )
    with Environment(source) as environment:
        ready = environment.ready()
        assert ready.cpu_ns > 0
        assert ready.duration_ns > 0
        quiet = environment.invoke({"cpu_s": 0, "bytes": 0})
        more_kb = 300_000  # than whatever started this process held, which counts too
        busy = environment.invoke({"cpu_s": 0.05, "bytes": (quiet.max_rss_kb + more_kb) * 1_024})
        assert busy.duration_ns >= busy.cpu_ns * 0.5
        assert busy.cpu_ns >= 50_000_000
        assert busy.max_rss_kb >= quiet.max_rss_kb + more_kb


@pytest.mark.parametrize("runtime", ["python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"])
def test_the_loop_runs_in_every_python_that_this_machine_has(runtime: str) -> None:
    interpreter = find_interpreter(runtime) if runtime != default_runtime() else None
    if interpreter is not None and interpreter.note:
        pytest.skip(interpreter.note)
    options: dict[str, Any] = {"executable": interpreter.executable} if interpreter else {}
    source = "import sys\ndef handler(event, context):\n    if event: exit(3)\n    return 'python%d.%d' % sys.version_info[:2]\n"
    with Environment(source, **options) as environment:
        assert environment.ready().kind == READY
        assert body_of(environment.invoke()) == runtime
        environment.send(1)
        assert environment.status() == 3
    with Environment("1 / 0", **options) as environment:
        trace = body_of(environment.ready())["stackTrace"]
        assert trace[0].startswith(f'  File "/var/lang/lib/{runtime}/importlib/__init__.py"')
        assert trace[-1] == '  File "/var/task/index.py", line 1, in <module>\n    1 / 0\n'
