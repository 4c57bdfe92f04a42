"""AwsError -> status, headers, body, as AWS's own: ``x-amzn-ErrorType`` names it, the body holds the error shape's members in ASCII order.

So a throttle is ``{"Reason":…,"Type":"User","message":"Rate Exceeded."}`` and a missing function ``{"Message":…,"Type":"User"}``, as recorded.
"""

from __future__ import annotations

import json
import math
from typing import Any

from botocore.model import Shape

from ..model.errors import AwsError, EC2UnexpectedException, RequestTooLargeException, TooManyRequestsException
from .response import JSON, Response

_WIRE_NAMES = {RequestTooLargeException.__name__: "RequestEntityTooLargeException"}
"""The model's RequestTooLargeException is recorded under this name, with its message alone."""

_CAPITAL_MESSAGE = {"SerializationException", "AccessDeniedException"}
"""Errors outside the model that say ``Message`` (recorded on other services of the same framework); all others outside it say ``message``."""

_INTERNAL = 500
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode


class Refusals:
    """Answers for errors; ``shapes`` are the model's."""

    def __init__(self, shapes: list[Shape]) -> None:
        self._message_names = {shape.name: next(name for name in shape.members if name.lower() == "message") for shape in shapes}

    def write(self, error: AwsError) -> Response:
        """The message is ``args[0]`` (``str()`` of a throttle adds its reason), null where the error has none."""
        name = error.type
        message = self._message_names.get(name) or ("Message" if name in _CAPITAL_MESSAGE else "message")
        body: dict[str, Any] = {message: error.args[0] if error.args else None}
        headers = {"Content-Type": JSON, "x-amzn-ErrorType": _WIRE_NAMES.get(name, name)}
        if error.typed:
            body["Type"] = "Service" if error.status == _INTERNAL else "User"
        if isinstance(error, TooManyRequestsException):
            body["Reason"] = error.reason
            if error.retry_after_s is not None:
                headers["Retry-After"] = str(math.ceil(error.retry_after_s))
        if isinstance(error, EC2UnexpectedException) and error.ec2_code is not None:
            body["EC2ErrorCode"] = error.ec2_code
        return Response(error.status, headers, _encode(body).encode("utf-8", "replace"))
