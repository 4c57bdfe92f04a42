"""How large code may be, and the words that say so."""

from __future__ import annotations

import pytest

from kernel_runtime.artifacts.sizes import check_storage, check_unzipped, check_zipped
from kernel_runtime.model import limits
from kernel_runtime.model.errors import AwsError, CodeStorageExceededException, InvalidParameterValueException, RequestEntityTooLargeException

LIMIT = 262_144_000


class Sizes:
    """Digests that say their size."""

    def unzipped_bytes(self, digest: str) -> int:
        return int(digest)


def message(refused: pytest.ExceptionInfo[AwsError]) -> tuple[str, int, str]:
    return refused.value.type, refused.value.status, str(refused.value)


def test_a_zip_that_is_sent_directly() -> None:
    check_zipped(52_428_800)
    with pytest.raises(RequestEntityTooLargeException) as refused:
        check_zipped(52_428_801)
    assert message(refused) == ("RequestEntityTooLargeException", 413, "Zipped size must be smaller than 52428800 bytes")


def test_code_and_layers_together() -> None:
    check_unzipped(Sizes(), str(LIMIT), [])
    check_unzipped(Sizes(), str(LIMIT - 30), ["10", "20"])
    with pytest.raises(InvalidParameterValueException) as refused:
        check_unzipped(Sizes(), str(LIMIT - 30), ["10", "21"])
    told = "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes."
    assert message(refused) == ("InvalidParameterValueException", 400, told)


def test_code_alone() -> None:
    with pytest.raises(InvalidParameterValueException) as refused:
        check_unzipped(Sizes(), str(LIMIT + 1), [])
    assert message(refused) == ("InvalidParameterValueException", 400, "Unzipped size must be smaller than 262144000 bytes")


def test_what_an_account_may_keep_in_a_region() -> None:
    assert limits.CODE_STORAGE_MAX_BYTES == 75 * 2**30
    check_storage(limits.CODE_STORAGE_MAX_BYTES - 1, 1)
    with pytest.raises(CodeStorageExceededException) as refused:
        check_storage(limits.CODE_STORAGE_MAX_BYTES, 1)
    assert message(refused) == ("CodeStorageExceededException", 400, "Code storage limit exceeded.")
