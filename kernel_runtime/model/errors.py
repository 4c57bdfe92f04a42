"""What can go wrong, sorted by whose fault it is.

``AwsError`` is the caller's mistake or a throttle, with AWS's own type, message and status (botocore: the error shapes of the Lambda model).
``LabError`` is this machine's or the lab's fault and never looks like Lambda's. A function's own failure is data: ``outcome.error``.
"""

from __future__ import annotations


class AwsError(Exception):
    """An error that Lambda itself would answer. ``type`` is AWS's name of it, ``status`` the HTTP status, ``str()`` AWS's message."""

    status = 400

    @property
    def type(self) -> str:
        return type(self).__name__


class ValidationException(AwsError):
    """A member that its botocore shape refuses."""


class InvalidParameterValueException(AwsError):
    """A value that Lambda refuses for a reason beyond its shape."""


class InvalidRequestContentException(AwsError):
    """An event that is not JSON."""


class ResourceNotFoundException(AwsError):
    status = 404


class ResourceConflictException(AwsError):
    status = 409


class RequestTooLargeException(AwsError):
    """An event over 6 MB (AWS answers it as RequestEntityTooLargeException)."""

    status = 413


class RequestEntityTooLargeException(RequestTooLargeException):
    """A zip over 50 MB, sent directly."""


class AccessDeniedException(AwsError):
    """What no policy allows."""

    status = 403


class PreconditionFailedException(AwsError):
    """A RevisionId that is not the latest."""

    status = 412


class CodeStorageExceededException(AwsError):
    """Over 75 GB of code and layers in one account and region."""


class PolicyLengthExceededException(AwsError):
    """A resource policy over 20 KB."""


class InvalidZipFileException(AwsError):
    """A package that was accepted, and cannot be unpacked after all."""

    status = 502


class TooManyRequestsException(AwsError):
    """A throttle.

    ``reason`` is one of botocore's ThrottleReason; ``retry_after_s`` is seconds after which the same call may pass, None where nothing can be said.
    """

    status = 429

    def __init__(self, reason: str, retry_after_s: float | None = None, message: str = "Rate Exceeded.") -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"{self.args[0]} ({self.reason})"


class LabError(Exception):
    """A fault of the lab or of this machine; the message names the mend."""


class MachineFull(LabError):
    """This machine has no room for one more environment, and none that is idle is left to evict. Not a throttle: Lambda would have run it."""


class WorkerHostLost(LabError):
    """The worker host died while this invocation was in flight. The lab has started another; the next invocation works."""


class LabClosed(LabError):
    """The lab has been closed."""
