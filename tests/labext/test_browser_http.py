"""A function's link in a notebook, in a real browser: it is shown, it can be clicked, and the page that opens is the function's."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from .jupyter import CHROMIUM, notebook_page, server

pytest.importorskip("playwright", reason="playwright, which drives the browser, is not installed")
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed here: no link can be clicked")

PAGE = "<button onclick=\\\"fetch('more').then(a => a.text()).then(t => document.body.append(t))\\\">more</button>"
CELLS = [
    "%load_ext labext\nfrom labext import the_lab",
    "%%function page --timeout 30\ndef handler(event, context):\n"
    "    if event['rawPath'] == '/more':\n        return 'more of it'\n"
    f'    return {{"statusCode": 200, "headers": {{"Content-Type": "text/html"}}, "body": "{PAGE}"}}',
    "the_lab().get('page').url",
]


def test_a_link_opens_the_functions_page(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "page.ipynb")
    with server(tmp_path) as address, notebook_page(address, "page.ipynb") as page:
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
        link = page.locator(".jp-OutputArea-output a[href*='_lambda-url']")
        link.wait_for(timeout=60_000)
        with page.context.expect_page(timeout=60_000) as opened:
            link.click()
        opened.value.click("text=more", timeout=60_000)
        opened.value.wait_for_selector("text=more of it", timeout=60_000)
