"""What every environment's process does first, done once for nothing, so that the pages it writes to are its own by then: a page that is shared with the
template costs a fault and a copy at the first write. It runs no code of a function, and leaves nothing behind but those pages."""

from __future__ import annotations

import importlib.machinery
import json
import os

from ..channel import ANSWER, READY, Frames, Reply, Request, decode_request, encode_reply, encode_request
from .context import LambdaContext
from .output import Log
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
    importlib.machinery.FileFinder("/", (importlib.machinery.SourceFileLoader, [".py"])).find_spec("no_module_has_this_name")
    exec(compile(_MODULE, "/var/task/index.py", "exec", dont_inherit=True), {"__name__": "rehearsal"})
    frame = encode_request(Request("0" * 36, "arn:aws:lambda:us-east-1:000000000000:function:f", 0, "", "", "", b'{"key": "value"}'))
    body = Frames().feed(frame)
    assert body is not None
    request = decode_request(body)
    LambdaContext(request, plan, Log(0))
    encode_reply(Reply(READY))
    encode_reply(Reply(ANSWER, 0, 0, 0, "", Marshaller(True).bytes_of(json.loads(request.payload))))
