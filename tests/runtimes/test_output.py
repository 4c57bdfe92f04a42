"""What a function prints and logs: nothing lost at a kill, bounded, in Lambda's formats."""

from __future__ import annotations

import json
import os
import re
import signal

from kernel_runtime.runtimes.channel import ANSWER

from .environment import REQUEST_ID, Environment

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def test_print_is_raw_and_in_order_with_stderr_and_children() -> None:
    source = (
        "import os, subprocess, sys\n"
        "print('init ü')\n"
        "def handler(event, context):\n"
        "    print('out', 1)\n"
        "    print('err', file=sys.stderr)\n"
        "    subprocess.run(['/bin/sh', '-c', 'echo child; echo childs error >&2'])\n"
        "    sys.stdout.buffer.write(b'bytes\\n')\n"
        "    os.write(1, b'fd\\n')\n"
        "    print('\\ud800')\n"
        "    context.log('a record')\n"
        "    return [sys.stdout.name, sys.stderr.name, sys.stdout.fileno(), sys.stderr.fileno(), sys.stdout.isatty(), sys.stdout.encoding]\n"
    )
    with Environment(source) as environment:
        environment.ready()
        assert environment.log() == "init ü\n"
        assert json.loads(environment.invoke().payload) == ["<stdout>", "<stderr>", 1, 2, False, "utf-8"]
        assert environment.log() == "init ü\nout 1\nerr\nchild\nchilds error\nbytes\nfd\n\\ud800\na record\n"


def test_nothing_printed_is_lost_at_a_kill() -> None:
    source = (
        "import sys, threading\n"
        "def handler(event, context):\n"
        "    sys.stdout.write('no line end')\n"
        "    sys.stderr.write(' either')\n"
        "    threading.Event().wait()\n"
    )
    with Environment(source) as environment:
        environment.ready()
        environment.send()
        while "either" not in environment.log():
            assert environment.process.poll() is None
            os.sched_yield()
        environment.process.send_signal(signal.SIGKILL)
        assert environment.status() == -signal.SIGKILL
        assert environment.log() == "no line end either"


def test_output_is_bounded_by_invocation_and_what_is_dropped_is_counted() -> None:
    source = (
        "import logging\n"
        "def handler(event, context):\n"
        "    print(event, end='')\n"
        "    print('more', end='')\n"
        "    logging.error('and more')\n"
        "    return len(event)\n"
    )
    with Environment(source, log_max_bytes=100) as environment:
        environment.ready()
        assert environment.invoke("x" * 1_000).kind == ANSWER
        log = environment.log()
        assert log.startswith("x" * 100 + "\n")
        record = len(f"[ERROR]\t2025-01-31T12:00:00.000Z\t{REQUEST_ID}\tand more\n")
        assert log[100:] == f"\n[the lab keeps 100 bytes of one invocation's output: {900 + 4 + record} more were dropped]\n"
        environment.invoke("y" * 10)
        assert environment.log()[len(log) :].startswith("y" * 10 + "more[ERROR]\t"), "the next invocation counts anew"


def test_the_bound_cuts_no_character_in_two() -> None:
    with Environment("def handler(event, context): print(event)", log_max_bytes=10) as environment:
        environment.ready()
        environment.invoke("€" * 5)
        assert environment.log() == "€€€\n[the lab keeps 10 bytes of one invocation's output: 7 more were dropped]\n"


def test_logging_in_lambdas_text_format() -> None:
    source = (
        "import logging, sys\n"
        "logging.warning('in init')\n"
        "logging.info('unseen')\n"
        "def handler(event, context):\n"
        "    logging.getLogger('my').error('two\\nlines %s', 'ü')\n"
        "    logging.getLogger().setLevel('INFO')\n"
        "    logging.info('seen')\n"
        "    sys.stdout = None\n"
        "    try: 1 / 0\n"
        "    except ZeroDivisionError: logging.exception('caught')\n"
        "    return [logging.getLogger().level, len(logging.getLogger().handlers)]\n"
    )
    with Environment(source) as environment:
        environment.ready()
        assert json.loads(environment.invoke().payload) == [20, 1]
        pattern = (
            rf"\[WARNING\]\t{STAMP}\t\tin init\n"
            rf"\[ERROR\]\t{STAMP}\t{REQUEST_ID}\ttwo\nlines ü\n"
            rf"\[INFO\]\t{STAMP}\t{REQUEST_ID}\tseen\n"
            rf"\[ERROR\]\t{STAMP}\t{REQUEST_ID}\tcaught\nTraceback \(most recent call last\):\n(?s:.*)ZeroDivisionError: division by zero\n"
        )
        assert re.fullmatch(pattern, environment.log())


def test_logging_in_lambdas_json_format() -> None:
    source = (
        "import logging\n"
        "def handler(event, context):\n"
        "    logging.debug('a %s', 'ü', extra={'order': 7})\n"
        "    try: 1 / 0\n"
        "    except ZeroDivisionError: logging.getLogger('my').exception('caught')\n"
        "    logging.info({'at': object}, extra={'what': {1}})\n"
    )
    with Environment(source, variables={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "TRACE"}) as environment:
        environment.ready()
        environment.invoke()
        first, second, third = (json.loads(line) for line in environment.log().splitlines())
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.pop("timestamp"))
        assert list(first.items()) == [("level", "DEBUG"), ("message", "a ü"), ("logger", "root"), ("requestId", REQUEST_ID), ("order", 7)]
        assert (second["level"], second["message"], second["logger"]) == ("ERROR", "caught", "my")
        assert (second["errorType"], second["errorMessage"], second["requestId"]) == ("ZeroDivisionError", "division by zero", REQUEST_ID)
        assert len(second["stackTrace"]) == 1
        assert "in handler" in second["stackTrace"][0]
        assert second["location"].endswith("index.py:handler:5")
        assert (third["message"], third["what"]) == ({"at": "<class 'object'>"}, "{1}")


def test_a_log_level_hides_what_is_below_it() -> None:
    source = "import logging\ndef handler(event, context):\n    logging.warning('unseen')\n    logging.error('seen')\n"
    with Environment(source, variables={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "ERROR"}) as environment:
        environment.ready()
        environment.invoke()
        assert [json.loads(line)["message"] for line in environment.log().splitlines()] == ["seen"]
