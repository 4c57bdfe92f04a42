"""Every way in which a Python function fails: what the caller is answered and what stands in the log, by AWS's own words."""

from __future__ import annotations

import json
import re

import pytest

from kernel_runtime.runtimes.channel import ANSWER, FAILED, INIT_FAILED, READY

from .environment import REQUEST_ID, Environment, body_of

NBSP = "\u00a0"


def test_a_handler_that_raises() -> None:
    source = "def inner():\n    raise ValueError('bad ü')\n\ndef handler(event, context):\n    inner()\n"
    with Environment(source) as environment:
        assert environment.ready().kind == READY
        reply = environment.invoke()
        assert (reply.kind, reply.error_type) == (FAILED, "ValueError")
        body = body_of(reply)
        assert list(body) == ["errorMessage", "errorType", "requestId", "stackTrace"]
        assert body == {
            "errorMessage": "bad ü",
            "errorType": "ValueError",
            "requestId": REQUEST_ID,
            "stackTrace": [
                '  File "/var/task/index.py", line 5, in handler\n    inner()\n',
                "  File \"/var/task/index.py\", line 2, in inner\n    raise ValueError('bad ü')\n",
            ],
        }
        assert environment.log() == (
            "[ERROR] ValueError: bad ü\nTraceback (most recent call last):\n"
            f'{NBSP * 2}File "/var/task/index.py", line 5, in handler\n{NBSP * 4}inner()\n'
            f"{NBSP * 2}File \"/var/task/index.py\", line 2, in inner\n{NBSP * 4}raise ValueError('bad ü')\n"
        )
        assert environment.invoke().kind == FAILED, "the process lives on"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def handler(event): pass", "handler() takes 1 positional argument but 2 were given"),
        ("handler = 3", "'int' object is not callable"),
    ],
)
def test_a_call_that_fails_by_itself_shows_where_awss_runtime_client_makes_it(source: str, message: str) -> None:
    line = 'File "/var/runtime/awslambdaric/bootstrap.py", line 178, in handle_event_request'
    with Environment(source) as environment:
        environment.ready()
        body = body_of(environment.invoke())
        assert (body["errorType"], body["errorMessage"]) == ("TypeError", message)
        assert body["stackTrace"] == [f"  {line}\n    response = request_handler(event, lambda_context)\n"]
        assert environment.log().splitlines()[2] == f"{NBSP * 2}{line}"


def test_an_error_without_a_message() -> None:
    with Environment("class Odd(Exception): pass\ndef handler(event, context): raise Odd") as environment:
        environment.ready()
        assert body_of(environment.invoke())["errorMessage"] == ""
        assert environment.log().startswith("[ERROR] Odd\nTraceback (most recent call last):\n")


def test_frames_of_a_layer_are_shown_under_opt(tmp_path_factory: pytest.TempPathFactory) -> None:
    layer = tmp_path_factory.mktemp("layer") / "python"
    layer.mkdir()
    (layer / "tool.py").write_text("def fail(): raise KeyError('k')\n")
    with Environment("import tool\ndef handler(event, context): tool.fail()", import_paths=[str(layer)]) as environment:
        environment.ready()
        assert body_of(environment.invoke())["stackTrace"][-1] == "  File \"/opt/python/tool.py\", line 1, in fail\n    def fail(): raise KeyError('k')\n"


def test_a_module_that_raises_at_import() -> None:
    with Environment("print('module runs')\n1 / 0\n") as environment:
        reply = environment.ready()
        assert (reply.kind, reply.error_type) == (INIT_FAILED, "ZeroDivisionError")
        body = body_of(reply)
        assert (body["errorMessage"], body["requestId"]) == ("division by zero", "")
        trace = body["stackTrace"]
        assert re.match(r'  File "/var/lang/lib/python3\.\d+/importlib/__init__\.py", line \d+, in import_module\n', trace[0])
        assert "<frozen importlib._bootstrap>" in trace[1]
        assert trace[-1] == '  File "/var/task/index.py", line 2, in <module>\n    1 / 0\n'
        assert environment.status() == 1
        lines = environment.log().splitlines()
        assert lines[0] == "module runs"
        assert re.match(r"\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t\tLAMBDA_WARNING: Unhandled exception\. ", lines[1])
        assert lines[2:4] == ["[ERROR] ZeroDivisionError: division by zero", "Traceback (most recent call last):"]


INITS = [
    ({"index.py": "import nowhere"}, "index.handler", "Runtime.ImportModuleError", "Unable to import module 'index': No module named 'nowhere'"),
    ({"other.py": ""}, "index.handler", "Runtime.ImportModuleError", "Unable to import module 'index': No module named 'index'"),
    ({"index.py": "x = 1"}, "index.run", "Runtime.HandlerNotFound", "Handler 'run' missing on module 'index'"),
    ({"a/b.py": "x = 1"}, "a/b.run", "Runtime.HandlerNotFound", "Handler 'run' missing on module 'a/b'"),
    ({"index.py": ""}, "index", "Runtime.MalformedHandlerName", "Bad handler 'index': not enough values to unpack (expected 2, got 1)"),
    ({"sys.py": "def handler(e, c): ..."}, "sys.handler", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module"),
    ({"index.py": "import boto3"}, "index.handler", "Runtime.ImportModuleError", "Unable to import module 'index': No module named 'boto3'"),
    ({"index.py": "import kernel_runtime"}, "index.handler", "Runtime.ImportModuleError", "Unable to import module 'index': No module named 'kernel_runtime'"),
]


@pytest.mark.parametrize(("files", "handler", "error_type", "message"), INITS)
def test_a_handler_that_cannot_be_had(files: dict[str, str], handler: str, error_type: str, message: str) -> None:
    with Environment(files, handler) as environment:
        reply = environment.ready()
        assert (reply.kind, reply.error_type) == (INIT_FAILED, error_type)
        assert body_of(reply) == {"errorMessage": message, "errorType": error_type, "requestId": "", "stackTrace": []}
        assert environment.status() == 1
        assert environment.log().endswith(f"[ERROR] {error_type}: {message}\nTraceback (most recent call last):\n")


def test_a_syntax_error() -> None:
    with Environment("x = 1\n\ny = = 2\n") as environment:
        body = body_of(environment.ready())
        assert body == {
            "errorMessage": "Syntax error in module 'index': invalid syntax (index.py, line 3)",
            "errorType": "Runtime.UserCodeSyntaxError",
            "requestId": "",
            "stackTrace": ['  File "/var/task/index.py" Line 3\n    y = = 2\n'],
        }
        assert environment.log().endswith(f'{NBSP * 2}File "/var/task/index.py" Line 3\n{NBSP * 4}y = = 2\n')


UNSERIALISABLE = [
    ("{1, 2}", "Object of type set is not JSON serializable"),
    ("[object]", "Object of type type is not JSON serializable"),
    ("{(1, 2): 3}", "keys must be str, int, float, bool or None, not tuple"),
    ("(lambda a: (a.append(a), a)[1])([])", "Circular reference detected"),
    ("{'a': b'\\xff'}", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
]


@pytest.mark.parametrize(("value", "message"), UNSERIALISABLE)
def test_a_response_that_is_no_json(value: str, message: str) -> None:
    with Environment(f"def handler(event, context): return {value}") as environment:
        environment.ready()
        reply = environment.invoke()
        assert reply.kind == FAILED
        assert body_of(reply) == {
            "errorMessage": f"Unable to marshal response: {message}",
            "errorType": "Runtime.MarshalError",
            "requestId": REQUEST_ID,
            "stackTrace": [],
        }


@pytest.mark.parametrize(("size", "fits"), [(6_291_554, True), (6_291_555, False), (8_000_000, False)])
def test_a_response_over_the_limit(size: int, fits: bool) -> None:
    with Environment("def handler(event, context): return 'x' * event") as environment:  # two more for the quotes
        environment.ready()
        reply = environment.invoke(size)
        if fits:
            assert (reply.kind, len(reply.payload)) == (ANSWER, size + 2)
            return
        assert (reply.kind, reply.error_type) == (FAILED, "Function.ResponseSizeTooLarge")
        assert list(body_of(reply).items()) == [
            ("errorMessage", "Response payload size exceeded maximum allowed payload size (6291556 bytes)."),
            ("errorType", "Function.ResponseSizeTooLarge"),
        ]
        assert re.match(r"\[ERROR\] \[\d{13}\] LAMBDA_RUNTIME Failed to post handler success response\. Http response code: 413\. ", environment.log())


def test_an_error_that_is_itself_too_large() -> None:
    with Environment("def handler(event, context): raise ValueError('x' * 9_000_000)") as environment:
        environment.ready()
        assert body_of(environment.invoke())["errorType"] == "Function.ResponseSizeTooLarge"
        assert environment.invoke().kind == FAILED


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"client_context": "{"}, "Unable to parse Client Context JSON: "),
        ({"client_context": "[]"}, "Unable to parse Client Context JSON: "),
        ({"cognito_identity": "no"}, "Unable to parse Cognito Identity JSON: "),
    ],
)
def test_a_client_context_that_is_no_json(texts: dict[str, str], message: str) -> None:
    with Environment("def handler(event, context): return 1") as environment:
        environment.ready()
        body = body_of(environment.invoke(**texts))  # type: ignore[arg-type]
        assert body["errorType"] == "Runtime.LambdaContextUnmarshalError"
        assert body["errorMessage"].startswith(message)


def test_an_event_that_is_no_json() -> None:
    with Environment("def handler(event, context): return 1") as environment:
        environment.ready()
        assert body_of(environment.invoke(b"{no"))["errorType"] == "Runtime.UnmarshalError"


EXITS = [
    ("sys.exit()", 0, ""),
    ("sys.exit(0)", 0, ""),
    ("sys.exit(7)", 7, ""),
    ("sys.exit('so long')", 1, "so long\n"),
    ("exit(3)", 3, ""),
    ("raise SystemExit(4)", 4, ""),
    ("os._exit(5)", 5, ""),
    ("atexit.register(print, 'last'); sys.exit(6)", 6, "last\n"),
    ("threading.Thread(target=lambda: (time.sleep(0.05), print('thread done'))).start(); sys.exit(8)", 8, "thread done\n"),
    ("raise GeneratorExit('no Exception')", 1, "GeneratorExit: no Exception\n"),
    ("os.kill(os.getpid(), 9)", -9, ""),
]


@pytest.mark.parametrize("phase", ["init", "invoke"])
@pytest.mark.parametrize(("statement", "status", "said"), EXITS)
def test_a_process_that_ends_itself_really_ends(statement: str, status: int, said: str, phase: str) -> None:
    head = "import atexit, os, sys, threading, time\nprint('begins')\n"
    source = head + (statement if phase == "init" else f"def handler(event, context):\n    {statement}\n")
    with Environment(source) as environment:
        if phase == "invoke":
            assert environment.ready().kind == READY
            environment.send()
        assert environment.reply() is None
        assert environment.status() == status
        log = environment.log()
        assert log.startswith("begins\n")
        assert log.endswith(said if said else "begins\n")
        assert "bootstraps" not in log


def test_the_other_side_closing_ends_the_process_quietly() -> None:
    with Environment("import atexit\natexit.register(print, 'never')\ndef handler(event, context): return 1") as environment:
        environment.ready()
        environment.socket.close()
        assert environment.status() == 0
        assert environment.log() == ""


def test_errors_in_the_json_log_format() -> None:
    with Environment("def handler(event, context): raise ValueError('bad')", variables={"AWS_LAMBDA_LOG_FORMAT": "JSON"}) as environment:
        environment.ready()
        body = body_of(environment.invoke())
        line = json.loads(environment.log())
        assert list(line) == ["timestamp", "level", "errorMessage", "errorType", "requestId", "stackTrace"]
        assert line["level"] == "ERROR"
        assert {name: line[name] for name in body} == body
