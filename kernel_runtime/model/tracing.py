"""The trace that an invocation belongs to, as X-Ray's header says it (AWS X-Ray: "Tracing header"). Every invocation has one, sampled or not.

Its ``Lineage`` says which functions have run in this chain of requests, and how often each: AWS's SDKs pass it on with every call that a function makes, and so
Lambda sees a loop (AWS: "Use Lambda recursive loop detection to prevent infinite loops").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import unquote

_GIVEN = re.compile(r"(?:^|;)\s*(Root|Parent|Sampled|Lineage)=([^;\s]*)")
_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_PASS = re.compile(r"([0-9a-f]{8}):(\d{1,4})")
_FUNCTIONS_MAX = 16
"""How many functions a lineage tells of, the latest; a header must stay short."""


def trace_header(request_id: str, began_at: float, given: str = "") -> str:
    """``Root=1-…;Parent=…;Sampled=…``: what ``_X_AMZN_TRACE_ID`` holds and Invoke answers. ``given``: the caller's own header; its root, its choice and its
    lineage go on.

    began_at: seconds of the epoch. Nothing is sampled that the caller did not sample: nobody collects segments here.
    """
    told = _told(given)
    digits = hashlib.blake2b(request_id.encode(), digest_size=20).hexdigest()
    root = told.get("Root", "")
    if not _ROOT.fullmatch(root):
        root = f"1-{int(began_at):08x}-{digits[:24]}"
    header = f"Root={root};Parent={digits[24:]};Sampled={'1' if told.get('Sampled') == '1' else '0'}"
    passes = _passes(told.get("Lineage", ""))
    return f"{header};{_lineage(passes)}" if passes else header


def passing(header: str, function_arn: str) -> tuple[str, int]:
    """The header with which a function runs, and how often it has run in this chain of requests before. function_arn: unqualified."""
    passes = _passes(_told(header).get("Lineage", ""))
    mark = hashlib.blake2b(function_arn.encode(), digest_size=4).hexdigest()
    before = passes.pop(mark, -1) + 1  # AWS counts from 0: what a first run passes on says 0
    passes[mark] = before
    parts = [part for part in header.split(";") if part.strip() and not part.strip().startswith("Lineage=")]
    return ";".join([*parts, _lineage(passes)]), before


def farthest(headers: Iterable[str], function_arn: str) -> str:
    """Of several chains that come together the one in which the function has run most; empty where there is none."""
    return max(headers, key=lambda header: passing(header, function_arn)[1], default="")


def _told(header: str) -> dict[str, str]:
    return dict(_GIVEN.findall(unquote(header)))


def _passes(lineage: str) -> dict[str, int]:
    """By function, the latest last."""
    return {found[1]: int(found[2]) for part in lineage.split("|") if (found := _PASS.fullmatch(part))}


def _lineage(passes: dict[str, int]) -> str:
    return "Lineage=" + "|".join(f"{mark}:{count}" for mark, count in list(passes.items())[-_FUNCTIONS_MAX:])
