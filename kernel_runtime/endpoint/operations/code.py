"""A deployment package or a layer's content on its way in: sent along, or fetched from a bucket (botocore: FunctionCode, LayerVersionContentInput)."""

from __future__ import annotations

from typing import Any

from ...account.account import Account
from ...artifacts.sizes import check_zipped
from ...model.errors import InvalidParameterValueException


def uploaded(account: Account, code: dict[str, Any]) -> str:
    """The digest of the package, kept in the store. Raises AwsError for one that Lambda refuses; the store is as it was then."""
    return account.store.put(zip_of(account, code, "FunctionCode"))


def zip_of(account: Account, given: dict[str, Any], shape: str) -> bytes:
    """The zip's bytes, unread. ``shape``: botocore's name of ``given``, for the errors.

    Raises InvalidParameterValueException, RequestEntityTooLargeException (over 50 MB, sent along), and what the bucket answers.
    """
    if given.get("ZipFile") is not None:
        if given.get("S3Bucket") or given.get("S3Key"):
            raise InvalidParameterValueException(f"Please do not provide other {shape} parameters when providing a ZipFile.")
        data = bytes(given["ZipFile"])
        check_zipped(len(data))
        return data
    if given.get("S3Bucket") and given.get("S3Key"):
        fetch = account.surroundings.fetch_object
        if fetch is None:
            raise InvalidParameterValueException("No bucket can be reached from here: open the door, or send the code as ZipFile.")
        return fetch(given["S3Bucket"], given["S3Key"], given.get("S3ObjectVersion"))
    raise InvalidParameterValueException(
        "Please provide a source for function code." if shape == "FunctionCode" else "Please provide a source for layer content."
    )
