"""Regression notebooks: execute them by nbclient, several at once, each in a kernel of its own and in a folder that is thrown away."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

KERNEL = "serverless-lab"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ERROR_LINES = 12


@dataclass(slots=True)
class Checked:
    """How one notebook went. error: what failed, empty where all went well. cell: the failing cell's source."""

    path: Path
    cells: int
    seconds: float = 0.0
    error: str = ""
    cell: str = ""

    @property
    def ok(self) -> bool:
        return not self.error


Progress = Callable[[Path, int, int], None]
"""Told of a notebook: cells done, cells in all."""


async def check_all(paths: list[Path], jobs: int, timeout_s: float, progress: Progress) -> list[Checked]:
    """Execute every notebook, ``jobs`` at once; a cell may take ``timeout_s``. In the order given."""
    gate = asyncio.Semaphore(jobs)

    async def one(path: Path) -> Checked:
        async with gate:
            return await check(path, timeout_s, progress)

    return list(await asyncio.gather(*(one(path) for path in paths)))


async def check(path: Path, timeout_s: float, progress: Progress) -> Checked:
    """Execute a notebook; the file itself stays as it is."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as why:
        return Checked(path, 0, error=f"this is no notebook: {why}")
    code_cells = sum(1 for cell in notebook.cells if cell.cell_type == "code")
    checked = Checked(path, code_cells)
    began = time.monotonic()
    folder = tempfile.mkdtemp(prefix="serverless-lab-check-")
    client = _Client(notebook, timeout_s, folder, lambda done: progress(path, done, code_cells))
    try:
        await client.async_execute()
    except CellExecutionError as why:
        checked.error = _short(f"{why.ename}: {why.evalue}", why.traceback)
        checked.cell = client.last_source
    except (CellTimeoutError, DeadKernelError, RuntimeError, OSError) as why:
        checked.error = f"{type(why).__name__}: {_ANSI.sub('', str(why)).strip().splitlines()[0] if str(why) else ''}"
        checked.cell = client.last_source
    finally:
        checked.seconds = time.monotonic() - began
        shutil.rmtree(folder, ignore_errors=True)
    return checked


class _Client(NotebookClient):  # type: ignore[misc]
    """nbclient that says how far it is, and finds a kernel where the lab's own is not installed."""

    def __init__(self, notebook: Any, timeout_s: float, folder: str, done: Callable[[int], None]) -> None:
        wanted = notebook.metadata.get("kernelspec", {}).get("name", KERNEL)
        installed = KernelSpecManager().find_kernel_specs()
        name = next((n for n in (wanted, KERNEL, "python3") if n in installed), "python3")
        if name != KERNEL and wanted == KERNEL:
            notebook.cells.insert(0, nbformat.v4.new_code_cell("%load_ext labext"))
        # Of ipykernel's own words only errors: that it runs over TCP is nobody's news here.
        quiet = ["--log-level=ERROR"] if name in (KERNEL, "python3") else []
        super().__init__(
            notebook, timeout=timeout_s, kernel_name=name, resources={"metadata": {"path": folder}}, on_cell_executed=self._executed, extra_arguments=quiet
        )
        self._done = done
        self._count = 0
        self.last_source = ""

    async def async_execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        if cell.cell_type == "code":
            self.last_source = cell.source
        return await super().async_execute_cell(cell, cell_index, **options)

    def _executed(self, **_: Any) -> None:
        self._count += 1
        self._done(self._count)


def _short(first: str, traceback: str) -> str:
    lines = [line for line in _ANSI.sub("", traceback or "").splitlines() if line.strip()]
    return "\n".join([first, *lines[-_ERROR_LINES:]]) if len(lines) > 1 else first


def write_junit(checked: list[Checked], file: Path) -> None:
    """The results as JUnit XML, for CI servers."""
    from junitparser import Failure, JUnitXml, TestCase, TestSuite

    suite = TestSuite("serverless-lab check")
    for one in checked:
        case = TestCase(one.path.name, classname=str(one.path.parent), time=one.seconds)
        if not one.ok:
            failure = Failure(one.error.splitlines()[0])
            failure.text = f"{one.cell}\n\n{one.error}"
            case.result = [failure]
        suite.add_testcase(case)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    xml.write(str(file), pretty=True)
