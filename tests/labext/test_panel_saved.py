"""A panel in a notebook that has been executed and saved: the picture that it shows where there is no kernel is the last one."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

ROOT = Path(__file__).parents[2]
CELLS = (
    "%load_ext labext",
    "%%function shown --concurrency 2\nimport time\ndef handler(event, context):\n    time.sleep(0.02)",
    "panel = %panel shown\npanel",
    "import time\npanel.start_traffic(rps=100)\nwhile panel.frames.totals.invocations < 20:\n    panel.update()\npanel.stop_traffic()",
    "while not panel.at_rest:\n    time.sleep(0.05)\nprint(panel)",
)


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}, store_widget_state=False)
    return client.execute()


def test_the_picture_that_stays_is_the_last(saved: nbformat.NotebookNode) -> None:
    widget, picture = saved.cells[2].outputs
    assert "application/vnd.jupyter.widget-view+json" in widget.data
    drawn = picture.data["image/svg+xml"]
    assert saved.cells[-1].outputs[0].text.strip() in drawn
    assert "<circle" in drawn  # calls are drawn, not an empty frame
    html, _ = HTMLExporter().from_notebook_node(saved)
    assert drawn in {b64decode(data).decode() for data in re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", html)}
