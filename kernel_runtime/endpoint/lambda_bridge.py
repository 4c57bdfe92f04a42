"""In the companion: what moto asks of its own Lambda is asked of the lab's door.

S3's notifications, SNS, EventBridge and log subscriptions each have a bridge of their own, which calls on behalf of the service. Whatever else in moto calls a
function (CloudFormation's custom resources, Secrets Manager's rotation) gets its backend from ``moto.awslambda.utils.get_backend``; Step Functions makes a
boto3 client. Both are replaced here, and call as the account.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .bucket_bridge import join_buckets
from .calls import CONFIG, Calls
from .client import client as client_of
from .credentials import Key
from .log_bridge import join_logs
from .message_bridge import join_messages
from .rule_bridge import join_rules
from .schedule_bridge import join_schedules
from .state_bridge import join_states
from .topic_bridge import join_topics

ASYNCHRONOUS_CALLERS = ("moto.scheduler", "moto.ses")


@dataclass(frozen=True)
class LabFunction:
    """What moto knows of a function."""

    backend: LabBackend
    function_arn: str
    role: str

    def invoke(self, body: str | bytes, request_headers: Any = None, response_headers: Any = None) -> bytes:
        return self.backend.invoke(self.function_arn, None, body, request_headers or {}, response_headers if response_headers is not None else {})


class LabBackend:
    """Stands where moto has its LambdaBackend, for one account and region."""

    def __init__(self, account: str, region: str, lambda_client: Callable[[], Any]) -> None:
        self.account_id, self.region_name = account, region
        self._client = lambda_client

    def get_function(self, function_name_or_arn: str, qualifier: str | None = None) -> LabFunction:
        """Raises botocore's ResourceNotFoundException as a ClientError where the lab has no such function."""
        more = {"Qualifier": qualifier} if qualifier else {}
        told = self._client().get_function_configuration(FunctionName=function_name_or_arn, **more)
        return LabFunction(self, told["FunctionArn"], told.get("Role", ""))

    def invoke(self, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any) -> bytes:
        asynchronous = _caller_module().startswith(ASYNCHRONOUS_CALLERS)
        more = {"Qualifier": qualifier} if qualifier else {}
        payload = body if isinstance(body, bytes) else str(body or "{}").encode()
        kind = "Event" if asynchronous else (headers or {}).get("x-amz-invocation-type", "RequestResponse")
        answer = self._client().invoke(FunctionName=function_name, InvocationType=kind, Payload=payload, **more)
        if error := answer.get("FunctionError"):
            response_headers["x-amz-function-error"] = error
        return bytes(answer["Payload"].read())


def join(door_url: str, secret: str, own: Key) -> None:
    """Puts the lab's functions in the place of moto's, in this process. own: the companion's key, which may say for whom it calls."""
    import moto.awslambda.utils as lambda_utils

    @lru_cache(maxsize=256)
    def lambda_client(account: str, region: str) -> Any:
        return client_of("lambda", door_url, Key(account, secret, account, ""), region, config=CONFIG)

    def get_backend(account_id: str, region: str) -> LabBackend:
        return LabBackend(account_id, region, lambda: lambda_client(account_id, region))

    lambda_utils.get_backend = get_backend
    calls = Calls(door_url, own)
    join_buckets(calls, join_rules(calls))
    join_topics(calls)
    join_logs(calls)
    join_messages()
    join_schedules()
    join_states(lambda service, account, region: client_of(service, door_url, Key(account, secret, account, ""), region, config=CONFIG))


def _caller_module() -> str:
    """The module in moto that asks, which decides whether AWS would wait for the answer."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", ""))
