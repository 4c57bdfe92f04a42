"""A lab with its door open, and boto3 clients that speak to it."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from kernel_runtime import Lab
from kernel_runtime.account.records import AliasRecord

ROLE = "arn:aws:iam::000000000000:role/serverless-lab"
ECHO = "def handler(event, context):\n    return event\n"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def aws(lab: Lab) -> Any:
    """A client of Lambda that retries nothing and checks nothing itself, so that the door's own answers are seen."""
    return lab.boto3("lambda", config=Config(retries={"total_max_attempts": 1}, parameter_validation=False))


@pytest.fixture
def sent(aws: Any) -> Iterator[list[bytes]]:
    """The bodies of answers as they came, the newest last."""
    bodies: list[bytes] = []
    aws.meta.events.register("after-call.lambda", lambda http_response, **_: bodies.append(http_response.content), unique_id="bodies")
    yield bodies
    aws.meta.events.unregister("after-call.lambda", unique_id="bodies")


def zipped(source: str = ECHO, **files: str) -> bytes:
    """A deployment package of ``index.py`` and other files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in {"index.py": source, **files}.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture
def name() -> str:
    """A function's name that no other test has."""
    return f"function-{next(_numbers)}"


@pytest.fixture
def function(aws: Any, name: str) -> str:
    """The name of an active function that answers its event."""
    create(aws, name)
    return name


def create(aws: Any, name: str, source: str = ECHO, **more: Any) -> dict[str, Any]:
    """A function, active when this returns; gives what CreateFunction answered."""
    given = {"Runtime": "python3.13", "Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": zipped(source)}, **more}
    answer: dict[str, Any] = aws.create_function(FunctionName=name, **given)
    aws.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20_000})
    return answer


@pytest.fixture
def alias(lab: Lab, aws: Any, function: str) -> str:
    """``live``, which points to version 1 of ``function``."""
    aws.publish_version(FunctionName=function)
    account = lab.account_of_notebook
    with account.changing:
        record = account.record(function)
        record.aliases["live"] = AliasRecord("live", "1", "", account.new_id())
        account.save(record)
    return "live"
