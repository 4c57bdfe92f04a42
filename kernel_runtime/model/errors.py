"""What can go wrong, sorted by whose fault it is.

``AwsError`` is the caller's mistake or a throttle, with AWS's own type, message and status (botocore: the error shapes of the Lambda model).
``LabError`` is this machine's or the lab's fault and never looks like Lambda's. A function's own failure is data: ``outcome.error``.
"""

from __future__ import annotations

from .short import Short


class AwsError(Short):
    """An error that Lambda itself would answer. ``type`` is AWS's name of it, ``status`` the HTTP status, ``str()`` AWS's message."""

    status = 400
    typed = True
    """Whether the body tells whose fault it was (``"Type":"User"``). What AWS answers before Lambda's own code sees the request does not."""

    def untyped(self) -> AwsError:
        """This error without ``Type`` in its body, as recorded for the concurrency limits' InvalidParameterValueException."""
        self.typed = False
        return self


class ValidationException(AwsError):
    """A member that its botocore shape refuses. Not in Lambda's model: AWS's front answers it."""

    typed = False


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
    typed = False


class RequestEntityTooLargeException(RequestTooLargeException):
    """A zip over 50 MB, sent directly."""


class AccessDeniedException(AwsError):
    """What no policy allows."""

    status = 403
    typed = False


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


class AliasLimitExceededException(AwsError):
    pass


class CallbackTimeoutException(AwsError):
    pass


class CapacityProviderLimitExceededException(AwsError):
    pass


class CodeVerificationFailedException(AwsError):
    pass


class FunctionVersionsPerCapacityProviderLimitExceededException(AwsError):
    pass


class InvalidCodeSignatureException(AwsError):
    pass


class ModeNotSupportedException(AwsError):
    pass


class NoPublishedVersionException(AwsError):
    pass


class PublicPolicyException(AwsError):
    pass


class RecursiveInvocationException(AwsError):
    pass


class ResourceInUseException(AwsError):
    pass


class SnapStartException(AwsError):
    pass


class ServiceQuotaExceededException(AwsError):
    status = 402


class EFSMountFailureException(AwsError):
    status = 403


class S3FilesMountFailureException(AwsError):
    status = 403


class CodeSigningConfigNotFoundException(AwsError):
    status = 404


class ProvisionedConcurrencyConfigNotFoundException(AwsError):
    status = 404


class EFSMountConnectivityException(AwsError):
    status = 408


class EFSMountTimeoutException(AwsError):
    status = 408


class S3FilesMountConnectivityException(AwsError):
    status = 408


class S3FilesMountTimeoutException(AwsError):
    status = 408


class SnapStartTimeoutException(AwsError):
    status = 408


class CodeArtifactUserDeletedException(AwsError):
    status = 409


class CodeArtifactUserFailedException(AwsError):
    status = 409


class CodeArtifactUserPendingException(AwsError):
    status = 409


class DurableExecutionAlreadyStartedException(AwsError):
    status = 409


class RuntimeAliasDeletedException(AwsError):
    status = 409


class RuntimeVersionDeletedException(AwsError):
    status = 409


class SnapStartNotReadyException(AwsError):
    status = 409


class SnapStartRegenerationFailureException(AwsError):
    status = 409


class EFSIOException(AwsError):
    status = 410


class SerializedRequestEntityTooLargeException(AwsError):
    status = 413


class UnsupportedMediaTypeException(AwsError):
    status = 415


class ServiceException(AwsError):
    status = 500


class EC2AccessDeniedException(AwsError):
    status = 502


class EC2ThrottledException(AwsError):
    status = 502


class EC2UnexpectedException(AwsError):
    """``ec2_code`` is EC2's own name of what went wrong (botocore: EC2ErrorCode)."""

    status = 502
    ec2_code: str | None = None


class ENILimitReachedException(AwsError):
    status = 502


class ENINotReadyException(AwsError):
    status = 502


class InvalidRuntimeException(AwsError):
    status = 502


class InvalidSecurityGroupIDException(AwsError):
    status = 502


class InvalidSubnetIDException(AwsError):
    status = 502


class KMSAccessDeniedException(AwsError):
    status = 502


class KMSDisabledException(AwsError):
    status = 502


class KMSInvalidStateException(AwsError):
    status = 502


class KMSNotFoundException(AwsError):
    status = 502


class ResourceNotReadyException(AwsError):
    status = 502


class SubnetIPAddressLimitReachedException(AwsError):
    status = 502


class SerializationException(AwsError):
    """A request whose text cannot be read as its shape. Not in Lambda's model: AWS's front answers it."""

    typed = False


class _SignatureError(AwsError):
    """A request that is signed wrongly or not at all. Not in Lambda's model: AWS's front answers it."""

    status = 403
    typed = False


class MissingAuthenticationTokenException(_SignatureError):
    pass


class IncompleteSignatureException(_SignatureError):
    pass


class InvalidSignatureException(_SignatureError):
    pass


class UnrecognizedClientException(_SignatureError):
    pass


class ExpiredTokenException(_SignatureError):
    pass


class LabError(Short):
    """A fault of the lab or of this machine; the message names the mend."""


class MachineFull(LabError):
    """This machine has no room for one more environment, and none that is idle is left to evict. Not a throttle: Lambda would have run it."""


class ProvisioningFailed(LabError):
    """Provisioned concurrency that was waited for and cannot be had: an init fails, or this machine has no room."""


class SnapshotFailed(LabError):
    """A version with SnapStart whose init, or a before-snapshot hook, failed when it was published."""


class WorkerHostLost(LabError):
    """The worker host died while this invocation was in flight. The lab has started another; the next invocation works."""


class LabClosed(LabError):
    """The lab has been closed."""
