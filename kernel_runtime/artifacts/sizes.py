"""How large code may be, in AWS's words (AWS: "Lambda quotas"; the texts as recorded on AWS)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..model import limits
from ..model.errors import CodeStorageExceededException, InvalidParameterValueException, RequestEntityTooLargeException


class HasSizes(Protocol):
    """What knows how large a kept zip is when unpacked: the store."""

    def unzipped_bytes(self, digest: str) -> int: ...


def check_zipped(size_bytes: int) -> None:
    """RequestEntityTooLargeException for a zip over 50 MB that was sent directly; one that comes from S3 is bounded by its contents alone."""
    if size_bytes > limits.ZIPPED_MAX_BYTES:
        raise RequestEntityTooLargeException(f"Zipped size must be smaller than {limits.ZIPPED_MAX_BYTES} bytes")


def check_unpacked(size_bytes: int) -> None:
    """InvalidParameterValueException for a package that alone unpacks to more than 250 MB."""
    if size_bytes > limits.UNZIPPED_MAX_BYTES:
        raise InvalidParameterValueException(f"Unzipped size must be smaller than {limits.UNZIPPED_MAX_BYTES} bytes")


def check_unzipped(store: HasSizes, code: str, layers: Iterable[str]) -> None:
    """InvalidParameterValueException where a function's code and its layers (digests) together unpack to more than 250 MB."""
    own = store.unzipped_bytes(code)
    check_unpacked(own)
    total = own + sum(store.unzipped_bytes(digest) for digest in layers)
    if total > limits.UNZIPPED_MAX_BYTES:
        raise InvalidParameterValueException(
            f"Function code combined with layers exceeds the maximum allowed size of {limits.UNZIPPED_MAX_BYTES} bytes. The actual size is {total} bytes."
        )


def check_storage(used_bytes: int, more_bytes: int, most_bytes: int | None = None) -> None:
    """CodeStorageExceededException where an account has no room for ``more_bytes`` in a region: every published version of a function or layer counts."""
    if used_bytes + more_bytes > (limits.CODE_STORAGE_MAX_BYTES if most_bytes is None else most_bytes):
        raise CodeStorageExceededException("Code storage limit exceeded.")
