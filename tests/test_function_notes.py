"""What is said of a handler when its function is defined."""

from __future__ import annotations

import pytest

from kernel_runtime.function_notes import missing_handler


@pytest.mark.parametrize("taken", ["", "event", "event, context, more", "*, event, context", "event, context, *, more"])
def test_a_handler_that_does_not_take_what_lambda_passes(taken: str) -> None:
    (note,) = missing_handler(f"def handler({taken}): ...", "index.handler")
    assert note.startswith(f"the handler index.handler takes ({taken}), and Lambda passes (event, context)")


@pytest.mark.parametrize("taken", ["event, context", "e, c, /", "*args", "event, *rest", "event, context=None", "event, context, more=1, *, key=2", "**rest, "])
def test_a_handler_that_does(taken: str) -> None:
    if taken == "**rest, ":
        assert missing_handler("@wrapped\ndef handler(**rest): ...", "index.handler") == (), "what a decorator makes of it is not known"
    else:
        assert missing_handler(f"def handler({taken}): ...", "index.handler") == ()


def test_the_last_of_a_name_counts() -> None:
    assert missing_handler("def handler(): ...\ndef handler(event, context): ...", "index.handler") == ()
