"""In the companion: calling the lab's functions at its door, each time on behalf of a service and what in it causes the call."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ..account.on_behalf import OnBehalf
from .client import client as client_of
from .credentials import Key
from .on_behalf import headers_of

CONFIG = Config(parameter_validation=False, retries={"total_max_attempts": 1})
_behalf: ContextVar[OnBehalf | None] = ContextVar("on_behalf", default=None)


class Calls:
    """key: the companion's own, which the door trusts to say for whom it calls."""

    def __init__(self, door_url: str, key: Key) -> None:
        self._client = lru_cache(maxsize=64)(lambda region: _speaking(client_of("lambda", door_url, key, region, config=CONFIG)))

    def deliver(self, behalf: OnBehalf, function_arn: str, payload: str | bytes) -> tuple[str, str] | None:
        """Invoke asynchronously. A refusal is nobody's error here, as on AWS: the door has counted it and says so in its log. Its code and its message are
        given back, None where there was none."""
        try:
            self._invoke(behalf, function_arn, "Event", payload)
            return None
        except ClientError as why:
            return str(why.response["Error"]["Code"]), str(why.response["Error"].get("Message", why))
        except BotoCoreError as why:
            print(f"{behalf.source_arn} could not call {function_arn}: {why}", file=sys.stderr)
            return "SDK_CLIENT_ERROR", str(why)

    def refusal(self, behalf: OnBehalf, function_arn: str) -> str:
        """AWS's code of why the service may not call the function; empty where it may."""
        try:
            self._invoke(behalf, function_arn, "DryRun", b"{}")
            return ""
        except ClientError as why:
            code = str(why.response["Error"]["Code"])
            return "" if code == "ResourceConflictException" else code  # Pending: it will be there
        except BotoCoreError:
            return "ServiceException"

    def _invoke(self, behalf: OnBehalf, function_arn: str, kind: str, payload: str | bytes) -> None:
        pieces = function_arn.split(":")
        token = _behalf.set(behalf)
        try:
            self._client(pieces[3] if len(pieces) > 6 else "us-east-1").invoke(FunctionName=function_arn, InvocationType=kind, Payload=payload)
        finally:
            _behalf.reset(token)


def _speaking(client: Any) -> Any:
    """The client, which says with each call for whom it is."""

    def add_headers(params: dict[str, Any], **_: Any) -> None:
        if (behalf := _behalf.get()) is not None:
            params["headers"].update(headers_of(behalf))
        if trace := trace_of_request():
            params["headers"]["X-Amzn-Trace-Id"] = trace

    client.meta.events.register("before-call.lambda.Invoke", add_headers)
    return client


def trace_of_request() -> str:
    """X-Ray's header of the request that a service answers at this moment, empty where there is none: by its lineage a loop over a topic is seen."""
    from flask import has_request_context, request

    return request.headers.get("X-Amzn-Trace-Id", "") if has_request_context() else ""
