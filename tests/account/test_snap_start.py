"""Which runtimes have SnapStart."""

from __future__ import annotations

import pytest

from kernel_runtime.account import snap_start
from kernel_runtime.model.errors import InvalidParameterValueException


def settings(runtime: str, apply_on: str = "PublishedVersions") -> dict[str, object]:
    return {"Runtime": runtime, "EphemeralStorage": {"Size": 512}, "SnapStart": {"ApplyOn": apply_on}}


@pytest.mark.parametrize("runtime", ["python3.12", "python3.13", "python3.14", "java11", "java17", "java21", "java25", "dotnet8", "dotnet10"])
def test_has_it(runtime: str) -> None:
    snap_start.check(settings(runtime))


@pytest.mark.parametrize("runtime", ["python3.11", "python3.9", "java8", "java8.al2", "dotnet6", "nodejs22.x", "ruby3.4", "provided.al2023"])
def test_has_it_not(runtime: str) -> None:
    with pytest.raises(InvalidParameterValueException) as caught:
        snap_start.check(settings(runtime))
    assert str(caught.value) == f"{runtime} is not supported for SnapStart enabled functions."
    snap_start.check(settings(runtime, "None"))
