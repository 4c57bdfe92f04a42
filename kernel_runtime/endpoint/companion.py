"""The companion process: moto's services on a loopback port, with the lab's functions in place of moto's own Lambda.

Run by ``companion_process`` as ``python -m kernel_runtime.endpoint.companion``. Standard input brings one line of JSON, ``{"door": URL, "secret": …,
"own_key": …, "own_secret": …}``, and is the lifeline afterwards; standard output takes one line back, ``{"port": N}``, ``{"missing": TEXT}`` or
``{"error": TEXT}``. moto stays as it is on disk: what is replaced is replaced in this process.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import traceback
from importlib.util import find_spec
from typing import Any

from .credentials import Key

PR_SET_PDEATHSIG = 1
MEND = "AWS services beside Lambda need moto, which is not installed. Install it with: pip install 'serverless-lab[services]'"


def main() -> None:
    die_with_parent()
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what moto prints is no part of the answer
    told = json.loads(sys.stdin.readline() or "{}")
    threading.Thread(target=_follow_lifeline, daemon=True).start()
    try:
        server = make_server(told["door"], told["secret"], Key(told["own_key"], told["own_secret"], "", ""))
    except ImportError as error:
        _say(out, {"missing": f"{MEND} ({error})"})
        return
    except Exception:
        _say(out, {"error": f"The companion process that answers for the other AWS services did not start.\n{traceback.format_exc()}"})
        return
    _say(out, {"port": server.server_port})
    server.serve_forever()


def die_with_parent() -> None:
    """The system kills this process when the door's thread ends; what happened before this call, the lifeline tells."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def make_server(door_url: str, secret: str, own: Key) -> Any:
    """moto's WSGI application on a free loopback port. Raises ImportError where moto or Flask is not installed."""
    from moto.core.config import default_user_config
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server as serve

    from .changes import Changes
    from .gateway_bridge import join_gateway
    from .lambda_bridge import join
    from .openapi_bridge import join_openapi
    from .queue_bridge import join_queues
    from .stream_bridge import join_streams
    from .tie_list import telling

    class Quiet(MotoRequestHandler):  # type: ignore[misc]
        protocol_version = "HTTP/1.1"  # connections are kept

        def log(self, *_: Any, **__: Any) -> None:
            pass

    join_gateway()
    join_openapi()
    changes = Changes()
    application = telling(changes.around(DomainDispatcherApplication(create_backend_app)), own.secret or "")
    server = serve("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    os.environ["MOTO_PORT"] = str(server.server_port)
    join(door_url, secret, own)
    join_queues()
    join_streams(changes.note)
    if _can_interpret_states():
        default_user_config["stepfunctions"] = {"execute_state_machine": True}
    return server


def _can_interpret_states() -> bool:
    """moto interprets Amazon States Language with two parsers that it does not insist on."""
    return all(find_spec(name) is not None for name in ("antlr4", "jsonpath_ng"))


def _follow_lifeline() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)


def _say(out: Any, message: dict[str, Any]) -> None:
    with out:
        out.write(json.dumps(message) + "\n")


if __name__ == "__main__":
    main()
