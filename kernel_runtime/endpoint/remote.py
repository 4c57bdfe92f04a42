"""Lambda's API as another lab's door answers it: each error becomes the one that the lab itself would raise."""

from __future__ import annotations

from typing import Any

from botocore.config import Config

from .client import client
from .credentials import Key
from .said import said_shortly


class Remote:
    """Retries nothing, so that each throttle is seen."""

    def __init__(self, url: str, access_key: str, secret: str, region: str) -> None:
        self._url = url
        self._aws = client("lambda", url, Key(access_key, secret, "", ""), region, config=Config(retries={"total_max_attempts": 1}))

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """boto3's own answer. Raises AwsError, LabError where nothing answers."""
        with said_shortly(f"no lab answers at {self._url}"):
            answer: dict[str, Any] = getattr(self._aws, operation)(**request)
            return answer

    def wait(self, waiter: str, **request: Any) -> None:
        """Until one of boto3's waiters is content."""
        self._aws.get_waiter(waiter).wait(WaiterConfig={"Delay": 0, "MaxAttempts": 10_000}, **request)
