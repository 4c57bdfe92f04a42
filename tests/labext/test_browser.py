"""The panel in a real browser: charts that move, and a slider that is obeyed while a cell is busy.

``SERVERLESS_LAB_SHOT=notebooks/pictures/panel.png pytest tests/labext/test_browser.py`` makes the picture of the README.
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

from .jupyter import CHROMIUM, notebook_page, server

pytest.importorskip("playwright", reason="playwright, which drives the browser, is not installed")
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed here: the panel cannot be seen in a browser")

CELLS = [
    "%load_ext labext",
    "%%function checkout --memory 256 --timeout 5 --concurrency 8\nimport random, time\n\n"
    "def handler(event, context):\n    time.sleep(random.uniform(0.05, 0.4))\n    return 'sold'",
    "panel = %panel checkout\npanel",
    "import time\npanel.start_traffic(rps=30)\nbegan = time.monotonic()\n"
    "while time.monotonic() - began < 90:   # a busy cell\n    time.sleep(0.05)\n"
    "    if panel.sliders.memory.value != 256 and 'changed' not in globals():\n        changed = time.monotonic()\n"
    "    if 'changed' in globals() and time.monotonic() - changed > 8:\n        break\n"
    "print('BUSY CELL ENDED with', panel._handle.configuration.memory_mb, 'MB')",
    "panel.stop_traffic()\nprint('ALL DONE')",
]


def test_charts_move_and_a_slider_is_obeyed_while_a_cell_is_busy(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "panel.ipynb")
    with server(tmp_path) as address, notebook_page(address, "panel.ipynb") as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")  # not waited for
        page.wait_for_selector(".serverless-lab-board[data-draws]", timeout=60_000)
        page.wait_for_function("Number(document.querySelector('.serverless-lab-board').dataset.draws) > 15", timeout=60_000)
        before = int(page.locator(".serverless-lab-board").get_attribute("data-draws"))
        _drag(page, ".serverless-lab-memory .noUi-handle", 90)
        page.wait_for_function(f"Number(document.querySelector('.serverless-lab-board').dataset.draws) > {before + 15}", timeout=60_000)
        page.evaluate("document.querySelector('.serverless-lab-board').scrollIntoView({block: 'end'})")
        page.wait_for_timeout(2_500)
        shot = os.environ.get("SERVERLESS_LAB_SHOT", str(tmp_path / "panel.png"))
        Path(shot).parent.mkdir(parents=True, exist_ok=True)
        _close_news(page)
        page.locator(".jp-NotebookPanel").screenshot(path=shot)
        page.wait_for_selector('.jp-OutputArea-output:has-text("ALL DONE")', timeout=60_000)
        said = next(text for text in page.locator(".jp-OutputArea-output").all_inner_texts() if "BUSY CELL ENDED" in text)
        memory_mb = int(said.split("with ")[1].split(" MB")[0])
    assert memory_mb > 256, "the slider was dragged to the right, and the configuration did not change while the cell was busy"
    assert not errors


def _close_news(page: object) -> None:
    """JupyterLab's own question about news lies over the picture."""
    button = page.locator(".Toastify__toast button:has-text('No')")  # type: ignore[attr-defined]
    if button.count():
        button.first.click()
        page.wait_for_timeout(700)  # type: ignore[attr-defined]


def _drag(page: object, selector: str, by_px: int) -> None:
    handle = page.locator(selector)  # type: ignore[attr-defined]
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = page.mouse  # type: ignore[attr-defined]
    mouse.move(x, y)
    mouse.down()
    for step in range(1, 10):
        mouse.move(x + by_px * step / 9, y)
    mouse.up()
