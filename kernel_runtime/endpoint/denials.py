"""What the door itself refuses, before any operation is known: AWS's common errors (AWS General Reference, "Common errors"; SigV4 "Troubleshooting").

Names, texts and statuses are those of services that speak JSON; ``dialects.py`` says the same to clients that speak XML or CBOR.
"""

from __future__ import annotations

from ..model.errors import AwsError


class MissingAuthenticationTokenException(AwsError):
    """No signature at all."""

    status = 403

    def __init__(self, message: str = "Missing Authentication Token") -> None:
        super().__init__(message)


class IncompleteSignatureException(AwsError):
    """A signature that lacks a part, or whose part cannot be read."""

    status = 403


class InvalidSignatureException(AwsError):
    """A signature that is whole and wrong."""

    status = 403

    def __init__(
        self,
        message: str = "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    ) -> None:
        super().__init__(message)


class SignatureExpired(InvalidSignatureException):
    """A signature of another time; its type on the wire is InvalidSignatureException, but S3 has a word of its own for it."""

    @property
    def type(self) -> str:
        return "InvalidSignatureException"


class UnrecognizedClientException(AwsError):
    """An access key that the lab has not issued, or temporary credentials whose session token is not theirs."""

    status = 403

    def __init__(self, message: str = "The security token included in the request is invalid.") -> None:
        super().__init__(message)


class AccessDeniedException(AwsError):
    """A Host or an Origin that the door does not answer to."""

    status = 403


class RequestEntityTooLargeException(AwsError):
    """A body over the bound. Lambda: 70,167,211 bytes, 413."""

    status = 413


class RequestTimeoutException(AwsError):
    """A body that stopped before its end."""

    status = 408


class IncompleteBody(AwsError):
    """A body whose sender hung up before its end."""


class UnknownOperationException(AwsError):
    """An operation that the model has and the lab does not."""

    status = 404


class ServiceException(AwsError):
    """The lab's own fault, told as Lambda tells its own (botocore: ServiceException)."""

    status = 500


class XAmzContentSHA256Mismatch(AwsError):
    """A body whose hash is not the one that was named beforehand and signed."""

    def __init__(self) -> None:
        super().__init__("The provided 'x-amz-content-sha256' header does not match what was computed.")


class ServiceNotInstalledException(AwsError):
    """A part that is not installed; the message names the mend. Of a status that no SDK tries again: trying does not install it."""

    status = 501


class ServiceUnavailableException(AwsError):
    """A service behind the door that cannot be reached; the message names the mend."""

    status = 503
