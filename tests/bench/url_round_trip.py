"""A function URL's round trip, against the same server answering a constant plus a warm invoke: what the event, the policy and the answer cost."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from kernel_runtime import Lab

from .constant import constant_server, side_by_side
from .row import Row

_TIMES = 1_000
_PAGE = b"<p>" + b"a" * 1_000 + b"</p>"


def measure() -> list[Row]:
    source = f"def handler(event, context):\n    return {{'statusCode': 200, 'headers': {{'Content-Type': 'text/html'}}, 'body': {_PAGE.decode()!r}}}\n"
    with constant_server(_PAGE) as url, Lab() as lab:
        fn, aws = lab.function("page", source=source, memory_mb=1_769), lab.boto3("lambda")
        id = aws.create_function_url_config(FunctionName="page", AuthType="NONE")["FunctionUrl"][8:40]
        aws.add_permission(FunctionName="page", StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")
        aws.add_permission(FunctionName="page", StatementId="call", Action="lambda:InvokeFunction", Principal="*", InvokedViaFunctionUrl=True)
        constant, door = (http.client.HTTPConnection(urlsplit(at).netloc) for at in (url, lab.endpoint_url))
        floor, invoke, trip = side_by_side(_TIMES, lambda: _get(constant, "/"), lambda: fn.invoke({"rawPath": "/"}), lambda: _get(door, f"/_lambda-url/{id}/"))
    ratio = trip / (floor + invoke)
    told = f"a constant {floor:.2f} ms + a warm invoke {invoke:.2f} ms"
    return [Row("function URL round trip, p50", f"{trip:.2f} ms", told, f"{ratio:.2f}×", "≤ 1.5×", ratio <= 1.5)]


def _get(conn: http.client.HTTPConnection, path: str) -> None:
    conn.request("GET", path)
    answer = conn.getresponse()
    assert answer.status == 200 and answer.read() == _PAGE
