"""A deployment package on its way in: sent along, or fetched from a bucket (botocore: FunctionCode)."""

from __future__ import annotations

from typing import Any

from ...account.account import Account
from ...model.errors import InvalidParameterValueException


def uploaded(account: Account, code: dict[str, Any]) -> str:
    """The digest of the package, kept in the store. Raises AwsError for one that Lambda refuses; the store is as it was then."""
    if code.get("ImageUri"):
        raise InvalidParameterValueException("Container images are not run here: give the function's code as a .zip file archive (PackageType Zip).")
    if code.get("ZipFile") is not None:
        if code.get("S3Bucket") or code.get("S3Key"):
            raise InvalidParameterValueException("Please do not provide other FunctionCode parameters when providing a ZipFile.")
        return account.store.put(bytes(code["ZipFile"]))
    if code.get("S3Bucket") and code.get("S3Key"):
        fetch = account.surroundings.fetch_object
        if fetch is None:
            raise InvalidParameterValueException("No bucket can be reached from here: open the door, or send the code as ZipFile.")
        return account.store.put(fetch(code["S3Bucket"], code["S3Key"], code.get("S3ObjectVersion")))
    raise InvalidParameterValueException("Please provide a source for function code.")
