"""Errors as a notebook shows them."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from kernel_runtime.model.errors import LabError, ResourceNotFoundException


def _shown(capsys: pytest.CaptureFixture[str], cell: str) -> str:
    shell = InteractiveShell.instance()
    result = shell.run_cell(cell)
    assert result.error_in_exec is not None, "the cell has failed all the same"
    told = capsys.readouterr()
    return told.out + told.err


def test_a_mistake_in_a_cell_is_a_message_and_the_readers_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = _shown(capsys, "from kernel_runtime.account.identifiers import function_id\n\nfunction_id('arn:nonsense:x', None, '000000000000', 'us-east-1')")
    assert "Traceback" not in text and "identifiers.py" not in text
    assert "in line 3: function_id(" in text and "Exception" in text


def test_it_names_the_error_as_aws_does() -> None:
    with pytest.raises(ResourceNotFoundException) as caught:
        raise ResourceNotFoundException("Function not found: f")
    lines = caught.value._render_traceback_()
    assert lines[0].endswith("ResourceNotFoundException\x1b[39m: Function not found: f")
    assert lines[1].startswith("  in line ") and "raise ResourceNotFoundException" in lines[1]


def test_one_that_was_never_raised_has_no_line() -> None:
    assert LabError("no room")._render_traceback_() == ["\x1b[31mLabError\x1b[39m: no room"]
