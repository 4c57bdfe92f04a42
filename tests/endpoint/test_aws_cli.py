"""The real ``aws`` program takes a function through its life, told nothing but where the lab is and by which keys."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel_runtime import Lab

from .operations.conftest import ROLE, zipped

AWS = Path(sys.executable).with_name("aws")
HELLO = "import os, words\ndef handler(event, context):\n    print('said', event['name'])\n    return words.greet(event['name']) + os.environ.get('END', '')\n"
WORDS = "def greet(name):\n    return 'hello ' + name\n"
SERVICE_ERROR = 255
"""What the program exits with where the service refuses (AWS CLI User Guide, "Return codes")."""


class Cli:
    """``cli("lambda", "get-function", …)`` gives what the program wrote as JSON; ``cli.exits(code, …)`` what it complained of."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.folder = folder
        self._options = ["--endpoint-url", lab.endpoint_url, "--output", "json"]
        owner = lab.credentials.owner
        self._variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_PAGER": "",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": owner.access_key,
            "AWS_SECRET_ACCESS_KEY": str(owner.secret),
        }

    def __call__(self, *arguments: str) -> Any:
        done = self._run(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def exits(self, code: int, *arguments: str) -> str:
        done = self._run(*arguments)
        assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
        return done.stderr.strip()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(AWS), *arguments, *self._options]
        return subprocess.run(command, cwd=self.folder, env=self._variables, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "hello.zip").write_bytes(zipped(HELLO))
    (folder / "louder.zip").write_bytes(zipped(HELLO.replace("'hello", "'HELLO").replace("words.greet(event['name'])", "words.greet(event['name']).upper()")))
    (folder / "words.zip").write_bytes(zipped("", **{"python/words.py": WORDS}))
    (folder / "event.json").write_text('{"name": "world"}')
    with Lab() as lab:
        yield Cli(lab, folder)


def invoke(cli: Cli, *more: str) -> tuple[Any, Any]:
    """What the program wrote, and what it left in the file."""
    told = cli("lambda", "invoke", "--function-name", "hello", "--payload", "fileb://event.json", *more, "answer.json")
    return told, json.loads((cli.folder / "answer.json").read_text())


def test_a_functions_life(cli: Cli) -> None:
    layer = cli("lambda", "publish-layer-version", "--layer-name", "words", "--zip-file", "fileb://words.zip", "--compatible-runtimes", "python3.13")
    assert layer["LayerVersionArn"] == "arn:aws:lambda:us-east-1:000000000000:layer:words:1" and layer["CompatibleRuntimes"] == ["python3.13"]

    named = ("--function-name", "hello")
    made = cli(
        *("lambda", "create-function", *named, "--runtime", "python3.13", "--role", ROLE, "--handler", "index.handler", "--zip-file", "fileb://hello.zip"),
        *("--layers", layer["LayerVersionArn"], "--tags", "colour=blue", "--environment", "Variables={END=!}"),
    )
    assert (made["State"], made["StateReasonCode"], made["Layers"][0]["Arn"]) == ("Pending", "Creating", layer["LayerVersionArn"])
    assert cli("lambda", "wait", "function-active-v2", *named) is None

    told, answer = invoke(cli, "--log-type", "Tail")
    assert answer == "hello world!"
    assert (told["StatusCode"], told["ExecutedVersion"]) == (200, "$LATEST") and "FunctionError" not in told
    assert "\nsaid world\n" in base64.b64decode(told["LogResult"]).decode()

    assert cli("lambda", "publish-version", *named)["Version"] == "1"
    alias = cli("lambda", "create-alias", *named, "--name", "live", "--function-version", "1")
    assert alias["AliasArn"] == "arn:aws:lambda:us-east-1:000000000000:function:hello:live"

    assert cli("lambda", "update-function-code", *named, "--zip-file", "fileb://louder.zip")["LastUpdateStatus"] == "InProgress"
    cli("lambda", "wait", "function-updated-v2", *named)
    assert invoke(cli)[1] == "HELLO WORLD!"
    told, answer = invoke(cli, "--qualifier", "live")
    assert (answer, told["ExecutedVersion"]) == ("hello world!", "1")

    cli("lambda", "delete-alias", *named, "--name", "live")
    assert cli("lambda", "delete-function", *named) in (None, {"StatusCode": 204})
    complaint = cli.exits(SERVICE_ERROR, "lambda", "get-function", *named)
    where = "arn:aws:lambda:us-east-1:000000000000:function:hello"
    assert complaint.endswith(f"An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: {where}")


def test_what_the_program_makes_of_errors(cli: Cli) -> None:
    (cli.folder / "text.json").write_text("no json")
    create = ("lambda", "create-function", "--function-name", "fails", "--role", ROLE, "--handler", "index.handler", "--zip-file", "fileb://hello.zip")
    cli(*create, "--runtime", "python3.13")
    cli("lambda", "wait", "function-active-v2", "--function-name", "fails")
    complaint = cli.exits(SERVICE_ERROR, *create, "--runtime", "python3.13")
    assert complaint.endswith("(ResourceConflictException) when calling the CreateFunction operation: Function already exist: fails")
    complaint = cli.exits(SERVICE_ERROR, "lambda", "invoke", "--function-name", "fails", "--payload", "fileb://text.json", "answer.json")
    assert "(InvalidRequestContentException) when calling the Invoke operation: Could not parse request body into json" in complaint
    told = cli("lambda", "invoke", "--function-name", "fails", "--payload", "fileb://event.json", "answer.json")
    assert told["FunctionError"] == "Unhandled"
    assert json.loads((cli.folder / "answer.json").read_text())["errorType"] == "Runtime.ImportModuleError"
