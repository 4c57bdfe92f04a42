"""X-Ray's tracing header."""

from __future__ import annotations

import re

from kernel_runtime.model.tracing import trace_header

ROOT = "1-5759e988-bd862e3fe1be46a994272793"


def test_every_invocation_has_a_root_of_its_moment() -> None:
    told = trace_header("8b4e1b0c-9f53-4a77-9c34-6d8b4f9a1d2e", 0x5759E988)
    assert re.fullmatch(r"Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", told)
    assert told != trace_header("another", 0x5759E988)


def test_the_callers_root_and_choice_go_on() -> None:
    told = trace_header("any", 1.0, f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1")
    assert told.startswith(f"Root={ROOT};Parent=") and told.endswith(";Sampled=1")
    assert "53995c3f42cd8ad8" not in told, "the parent of what it calls is the invocation itself"


def test_what_is_no_header_is_passed_over() -> None:
    for given in ("", "nonsense", "Root=", "Root=1-2-3;Sampled=?", "Self=1-5759e988-bd862e3fe1be46a994272793"):
        assert trace_header("any", 1.0, given) == trace_header("any", 1.0)
