"""The context object that a Python handler gets (AWS: "Using the Lambda context object to retrieve Python function information")."""

from __future__ import annotations

import json
import time
from typing import Any, Dict, Optional

from ..channel import Request
from .output import Log

_time = time.time


class ContextFault(Exception):
    """A client context or an identity that is no JSON."""


class _Attributes:
    __slots__: "tuple[str, ...]" = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{','.join(f'{name}={getattr(self, name)}' for name in self.__slots__)}])"


class CognitoIdentity(_Attributes):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, given: Optional[Dict[str, Any]]) -> None:
        self.cognito_identity_id = (given or {}).get("cognitoIdentityId")
        self.cognito_identity_pool_id = (given or {}).get("cognitoIdentityPoolId")


class Client(_Attributes):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")  # noqa: RUF023 - the order of AWS's repr

    def __init__(self, given: Dict[str, Any]) -> None:
        for name in self.__slots__:
            setattr(self, name, given.get(name))


class ClientContext(_Attributes):
    __slots__ = ("custom", "env", "client")  # noqa: RUF023 - the order of AWS's repr

    def __init__(self, given: Dict[str, Any]) -> None:
        self.custom = given.get("custom")
        self.env = given.get("env")
        client = given.get("client")
        self.client = Client(client) if isinstance(client, dict) else None


class LambdaContext:
    """What Lambda tells a handler of its invocation. ``memory_limit_in_mb`` is a string, as on AWS."""

    def __init__(self, request: Request, plan: Dict[str, Any], log: Log) -> None:
        self.aws_request_id = request.request_id
        self.log_group_name = plan["log_group"]
        self.log_stream_name = plan["log_stream"]
        self.function_name = plan["function_name"]
        self.memory_limit_in_mb = str(plan["memory_mb"])
        self.function_version = plan["function_version"]
        self.invoked_function_arn = request.arn
        self.tenant_id = None
        self.client_context = ClientContext(_parse("Client Context", request.client_context)) if request.client_context else None
        self.identity = CognitoIdentity(_parse("Cognito Identity", request.cognito_identity) if request.cognito_identity else None)
        self._epoch_deadline_time_in_ms = request.deadline_epoch_ms
        self._log = log

    def get_remaining_time_in_millis(self) -> int:
        """Whole ms until the timeout, never below 0."""
        return max(self._epoch_deadline_time_in_ms - int(_time() * 1000), 0)

    def log(self, msg: object) -> None:
        """Write ``msg`` to the log as a record of its own."""
        self._log.record(str(msg))

    def __repr__(self) -> str:
        names = (
            "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb", "function_version",
            "invoked_function_arn", "client_context", "identity", "tenant_id",
        )  # fmt: skip
        return f"LambdaContext([{','.join(f'{name}={getattr(self, name)}' for name in names)}])"


def _parse(what: str, text: str) -> Dict[str, Any]:
    try:
        given = json.loads(text)
        if not isinstance(given, dict):
            raise ValueError("not an object")
        return given
    except ValueError as why:
        raise ContextFault(f"Unable to parse {what} JSON: {why}") from None
