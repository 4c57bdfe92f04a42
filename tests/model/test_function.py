"""A function's version and its names."""

from __future__ import annotations

import pytest

from kernel_runtime.model.errors import ValidationException
from kernel_runtime.model.function import Function

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"


@pytest.mark.parametrize("version", ["$LATEST", "1", "1200"])
def test_arns_with_and_without_the_version(version: str) -> None:
    function = Function("f", "0", version=version, account="123456789012", region="eu-west-1")
    assert (function.arn, function.qualified_arn) == (ARN, f"{ARN}:{version}")


@pytest.mark.parametrize("version", ["", "live", "$latest", "-1", "1\n", None])
def test_a_version_is_a_number_or_latest(version: str) -> None:
    with pytest.raises(ValidationException, match="at 'version' failed to satisfy constraint"):
        Function("f", "0", version=version)
