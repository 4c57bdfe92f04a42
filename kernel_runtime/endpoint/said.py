"""What boto3 raises, as the errors that the lab itself would raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from ..model import errors
from ..model.errors import AwsError, InvalidParameterValueException, LabError, TooManyRequestsException


class ServiceRefusal(AwsError):
    """Another service's own error: ``type`` is its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message or code)
        self._code = code

    @property
    def type(self) -> str:
        return self._code


def error_of(response: dict[str, Any]) -> AwsError:
    """The error that an answer tells (botocore: ``ClientError.response``)."""
    told = response["Error"]
    code, message = told.get("Code", "Unknown"), told.get("Message", "")
    if code == "TooManyRequestsException":
        return TooManyRequestsException(response.get("Reason", ""), message=message)
    kind = getattr(errors, code, None)
    if isinstance(kind, type) and issubclass(kind, AwsError):
        return kind(message)
    return ServiceRefusal(code, message)


@contextmanager
def said_shortly(silence: str) -> Iterator[None]:
    """Raises AwsError in place of botocore's ClientError, LabError where nothing answers. ``silence``: what to say then."""
    try:
        yield
    except ClientError as error:
        raise error_of(error.response) from None
    except ParamValidationError as error:  # boto3 has refused it itself
        raise InvalidParameterValueException(str(error)) from None
    except BotoCoreError as error:
        raise LabError(f"{silence}: {error}") from None
