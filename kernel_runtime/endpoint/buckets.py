"""A deployment package that lies in a bucket, and what Lambda says where it cannot be had (texts as recorded on CreateFunction and UpdateFunctionCode)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..model.errors import AccessDeniedException, InvalidParameterValueException, ServiceException


def fetch_object(s3: Any, region: str, bucket: str, key: str, version: str | None = None) -> bytes:
    """The object's bytes, of its newest version where none is named. ``s3``: a client.

    Raises InvalidParameterValueException (no such bucket, key or version; a bucket of another region), AccessDeniedException, ServiceException.
    """
    try:
        home = s3.head_bucket(Bucket=bucket).get("BucketRegion") or region
        if home != region:
            raise _refused("PermanentRedirect", f"The bucket is in this region: {home}. Please use this region to retry the request")
        found = s3.get_object(Bucket=bucket, Key=key, **({"VersionId": version} if version else {}))
        return bytes(found["Body"].read())
    except ClientError as error:
        raise _translated(error) from None
    except BotoCoreError as error:
        raise ServiceException(f"S3 could not be asked for {bucket}/{key}: {error}") from None


def _translated(error: ClientError) -> Exception:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if error.operation_name == "HeadBucket":  # its answers have no body
        code, message = {
            404: ("NoSuchBucket", "The specified bucket does not exist"),
            403: ("AccessDenied", "Access Denied"),
        }.get(status, (code, message))  # fmt: skip
    if code in ("AccessDenied", "Forbidden", "403"):
        return AccessDeniedException(
            "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for the object. "
            "S3 Error Code: AccessDenied. S3 Error Message: Access Denied"
        )
    if status >= 500:
        return ServiceException(f"S3 failed at GetObject: {code}: {message}")
    return _refused(code, message)


def _refused(code: str, message: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}")
