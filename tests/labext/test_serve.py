"""``serverless-lab serve`` as a shell sees it, and what a lab.toml may say."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kernel_runtime.endpoint.client import client
from kernel_runtime.endpoint.credentials import Key
from kernel_runtime.host.processes import descendants
from labext.lab_config import BadConfig, read_config

CONFIG = """
account_concurrency = 500
[functions.hello]
code = "hello.py"
memory_mb = 256
variables = { COLOUR = "blue" }
"""


def started(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """The process and what it told to export."""
    process = subprocess.Popen([sys.executable, "-m", "labext.cli", "serve", "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = {}
    for line in process.stdout:
        if found := re.match(r"export (\w+)=(.*)", line):
            told[found[1]] = found[2]
        if line.startswith("aws lambda create"):
            break
    return process, told


def test_it_serves_until_it_is_stopped_and_keeps_its_home(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("import os\ndef handler(event, context):\n    return os.environ['COLOUR']\n")
    (tmp_path / "lab.toml").write_text(CONFIG)
    process, told = started("--config", str(tmp_path / "lab.toml"), "--home", str(tmp_path / "home"))
    try:
        key = Key(told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], "000000000000", "")
        aws = client("lambda", told["AWS_ENDPOINT_URL"], key)
        assert aws.invoke(FunctionName="hello")["Payload"].read() == b'"blue"'
        assert aws.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 500
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    process, told = started("--home", str(tmp_path / "home"), "--accept-any-credentials")
    try:
        aws = client("lambda", told["AWS_ENDPOINT_URL"], Key("anything", "whatever", "000000000000", ""))
        assert [function["FunctionName"] for function in aws.list_functions()["Functions"]] == ["hello"]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_a_second_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text('[functions.slow]\ncode = "slow.py"\ntimeout_s = 60\n')
    (tmp_path / "slow.py").write_text("import time\ndef handler(event, context):\n    time.sleep(60)\n")
    process, told = started("--config", str(tmp_path / "lab.toml"))
    try:
        aws = client("lambda", told["AWS_ENDPOINT_URL"], Key(told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], "000000000000", ""))
        aws.invoke(FunctionName="slow", InvocationType="Event")
        below = descendants(process.pid)
        assert below
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, 130)
        give_up = time.monotonic() + 20
        while any(map(lives, below)) and time.monotonic() < give_up:
            time.sleep(0.05)
        assert not [pid for pid in below if lives(pid)]
    finally:
        process.kill()
        process.wait()


def lives(pid: int) -> bool:
    """Whether it runs; what is dead and has not been reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "labext.cli", "serve", "--port", str(taken.getsockname()[1])]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 2 and "Choose another port" in said.stderr and "Traceback" not in said.stderr


@pytest.mark.parametrize(
    "text, says",
    [
        ("colour = 1", "has no colour: it has account_concurrency"),
        ("account_concurrency = 'many'", "account_concurrency of the file is int"),
        ("[functions.f]\nmemory_mb = 128", r"\[functions.f\] needs code"),
        ("[functions.f]\ncode = 'nothing'", "there is no"),
        ("[functions.f]\ncode = '.'\nmemory = 128", r"\[functions.f\] has no memory: it has handler"),
        ("[services]\ns3 = 9000", r"\[services\] has lines like"),
        ("= 1", "is no TOML"),
    ],
)
def test_a_bad_config_names_the_mend(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "lab.toml").write_text(text)
    with pytest.raises(BadConfig, match=says):
        read_config(tmp_path / "lab.toml")
