"""CloudWatch Logs' event beside the one that the CloudWatch Logs User Guide shows, unpacked."""

from __future__ import annotations

import base64
import gzip
import json

from kernel_runtime.sources.payloads.log_batch import log_event

from .shape import shape

PUBLISHED = {
    "messageType": "DATA_MESSAGE",
    "owner": "123456789012",
    "logGroup": "echo",
    "logStream": "2016/10/10/[$LATEST]abc",
    "subscriptionFilters": ["testFilter"],
    "logEvents": [{"id": "31953106606966983378809025079804211143289615424298221568", "timestamp": 1432826855000, "message": "{}"}],
}


def test_a_batch() -> None:
    event = log_event("123456789012", "echo", "s", "testFilter", [{"id": 7, "timestamp": 1432826855000, "message": "ü"}])
    assert shape(event) == [("awslogs", [("data", "str")])]
    told = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    assert shape(told) == shape(PUBLISHED)
    assert (len(told["logEvents"][0]["id"]), told["logEvents"][0]["message"]) == (56, "ü")
