"""Every operation of the model answers: as AWS does, or with a clear error that says what is not run here."""

from __future__ import annotations

from typing import Any

from kernel_runtime.endpoint.operations import is_real
from kernel_runtime.endpoint.operations.refused import REFUSED

from .test_functions import refused


def test_twelve_and_eight_are_refused() -> None:
    durable = [name for name in REFUSED if "Durable" in name]
    assert (len(durable), len(REFUSED) - len(durable)) == (12, 8)
    assert not any(is_real(name) for name in REFUSED)


def test_the_error_says_why(aws: Any) -> None:
    kind, message, _ = refused(aws.list_capacity_providers)
    assert kind == "NotImplementedException"
    assert message == "Serverless Lab does not serve ListCapacityProviders: managed instances and their capacity providers are not run here."
    assert "durable functions are not run here" in refused(aws.list_durable_executions_by_function, FunctionName="any")[1]
