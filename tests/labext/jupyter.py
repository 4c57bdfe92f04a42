"""JupyterLab in a real headless browser, for tests: a server of its own with folders of its own, ended whatever happens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = "/usr/bin/chromium"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ROOT = Path(__file__).parents[2]


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A JupyterLab on ``folder``; gives its address, without a slash at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER{name}": str(folder / f".{name.lower()}") for name in ("_CONFIG_DIR", "_DATA_DIR", "LAB_SETTINGS_DIR", "LAB_WORKSPACES_DIR")}
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=t",
        f"--ServerApp.root_dir={folder}", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--expose-app-in-browser",
    ]  # fmt: skip
    with open(folder / ".server.log", "w") as log:
        process = subprocess.Popen(command, env={**os.environ, **own, "PYTHONPATH": python_path}, stdout=log, stderr=log, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _until_up(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)


def _until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/status?token=t", timeout=1)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("JupyterLab did not come up")


@contextmanager
def notebook_page(address: str, notebook: str, width: int = 1_250, height: int = 1_400) -> Iterator[Any]:
    """The notebook, opened and idle, as a playwright page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}/lab/tree/{notebook}?token=t&reset")
            page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
            page.wait_for_selector("#jp-main-statusbar >> text=/Idle/", timeout=60_000)
            yield page
        finally:
            browser.close()
