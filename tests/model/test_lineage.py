"""Which functions have run in a chain of requests, and how often."""

from __future__ import annotations

from urllib.parse import quote

from kernel_runtime.model.tracing import farthest, passing, trace_header

F, G = "arn:aws:lambda:us-east-1:000000000000:function:f", "arn:aws:lambda:us-east-1:000000000000:function:g"


def test_each_function_of_a_chain_is_counted_from_0() -> None:
    header = trace_header("id", 0.0)
    seen = []
    for arn in (F, G, F, F):
        header, before = passing(header, arn)
        seen.append(before)
        header = trace_header("next", 1.0, quote(header, safe="-=;:+&[]{}\"',"))  # as AWS's SDKs pass it on
    assert seen == [0, 0, 1, 2]
    assert header.count("Lineage=") == 1 and header.startswith("Root=1-00000000-")


def test_what_is_no_lineage_begins_anew_and_it_stays_short() -> None:
    assert passing("Root=1;Lineage=nonsense|:|zz:1", F)[1] == 0
    header = "Root=1"
    for number in range(100):
        header, _ = passing(header, f"{F}{number}")
    assert len(header) < 250


def test_where_chains_come_together_the_longest_counts() -> None:
    once = passing(trace_header("a", 0.0), F)[0]
    twice = passing(once, F)[0]
    assert farthest(["", once, twice, passing(once, G)[0]], F) == twice
    assert farthest([], F) == ""
