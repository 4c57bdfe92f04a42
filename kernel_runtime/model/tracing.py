"""The trace that an invocation belongs to, as X-Ray's header says it (AWS X-Ray: "Tracing header"). Every invocation has one, sampled or not."""

from __future__ import annotations

import hashlib
import re

_GIVEN = re.compile(r"(?:^|;)\s*(Root|Parent|Sampled)=([^;\s]*)")
_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


def trace_header(request_id: str, began_at: float, given: str = "") -> str:
    """``Root=1-…;Parent=…;Sampled=…``: what ``_X_AMZN_TRACE_ID`` holds and Invoke answers. ``given``: the caller's own header; its root and its choice go on.

    began_at: seconds of the epoch. Nothing is sampled that the caller did not sample: nobody collects segments here.
    """
    told = dict(_GIVEN.findall(given))
    digits = hashlib.blake2b(request_id.encode(), digest_size=20).hexdigest()
    root = told.get("Root", "")
    if not _ROOT.fullmatch(root):
        root = f"1-{int(began_at):08x}-{digits[:24]}"
    return f"Root={root};Parent={digits[24:]};Sampled={'1' if told.get('Sampled') == '1' else '0'}"
