"""What every environment's process does first, done once for nothing, so that the pages it writes to are its own by then: a page that is shared with the
template costs a fault and a copy at the first write. It runs no code of a function, and leaves nothing behind but those pages."""

from __future__ import annotations

import json
import logging
import os
import resource
import sys

from ..channel import ANSWER, READY, Frames, Reply, Request, decode_request, encode_reply, encode_request
from . import log_records, output
from . import python as bootstrap
from .context import LambdaContext
from .faults import Paths
from .responses import Marshaller

_MODULE = "import json\n\ndef handler(event, context):\n    print(event)\n    return {'event': event}\n"
_PLAN = {
    "task_root": "/var/task", "import_paths": [], "extra_paths": [], "log_group": "g", "log_stream": "s", "function_name": "f", "function_version": "$LATEST",
    "memory_mb": 128, "variables": {f"AWS_LAMBDA_{n}": "/usr/local/bin:/usr/bin/:/bin:/opt/bin" for n in range(24)},
}  # fmt: skip


def rehearse() -> None:
    """Read an order, look for a module, compile one, take a request and answer it."""
    plan = json.loads(json.dumps({"plan": _PLAN, "place": {"groups": [], "landlock": {"readable": ["/usr"] * 12}}}))["plan"]
    for name, value in plan["variables"].items():
        os.environ[name] = value
    for name in plan["variables"]:
        del os.environ[name]
    _take_place(plan)
    frame = encode_request(Request("0" * 36, "arn:aws:lambda:us-east-1:000000000000:function:f", 0, "", "", "", b'{"key": "value"}'))
    body = Frames().feed(frame)
    assert body is not None
    request = decode_request(body)
    LambdaContext(request, plan, output.Log(0))
    resource.getrusage(resource.RUSAGE_SELF)
    encode_reply(Reply(READY))
    encode_reply(Reply(ANSWER, 0, 0, 0, "", Marshaller(True).bytes_of(json.loads(request.payload))))


def _take_place(plan: "dict[str, object]") -> None:
    """A module is imported from a folder, and what a process changes of itself is changed and put back."""
    kept = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    log_records.install(output.install(0), "", "")
    logging.getLogger().handlers.clear()
    sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__ = kept  # type: ignore[misc]
    exec(compile(_MODULE, "/var/task/index.py", "exec", dont_inherit=True), {"__name__": "rehearsal"})
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, folder)
    bootstrap.load("rehearsed.handler", Paths(folder, []))
    sys.path.remove(folder)
    sys.path_importer_cache.pop(folder, None)
    del sys.modules["rehearsed"]
