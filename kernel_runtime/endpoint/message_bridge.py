"""In the companion: a message remembers the trace of the request that sent it, as in SQS (AWS: "Message system attributes", AWSTraceHeader)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from .calls import trace_of_request

_ATTRIBUTE = "AWSTraceHeader"


def join_messages() -> None:
    """Whoever takes a message from a queue can ask for its ``AWSTraceHeader``, and so see in what chain of requests it is."""
    import moto.sqs.models as sqs

    plain_init = sqs.Message.__init__

    def init(self: Any, message_id: str, body: str, system_attributes: dict[str, Any] | None = None) -> None:
        attributes = dict(system_attributes or {})
        if _ATTRIBUTE not in attributes and (trace := trace_of_request()):
            attributes[_ATTRIBUTE] = {"DataType": "String", "StringValue": unquote(trace)}
        plain_init(self, message_id, body, attributes)

    sqs.Message.__init__ = init
