"""What CloudWatch Logs tells a function (CloudWatch Logs User Guide, "Log group-level subscription filters": compressed, then encoded)."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any


def log_event(owner: str, group: str, stream: str, filter_name: str, events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """events: each with ``id``, ``timestamp`` (milliseconds of the epoch) and ``message``. An id has 56 digits, as AWS's have."""
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": owner,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [filter_name],
        "logEvents": [{"id": str(event["id"]).zfill(56), "timestamp": event["timestamp"], "message": event["message"]} for event in events],
    }
    packed = gzip.compress(json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode())
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}
