"""Lambda's API as another lab's door answers it: each error becomes the one that the lab itself would raise."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from ..model.errors import LabError
from .client import client
from .credentials import Key
from .lambda_paths import WATCHED_PATH
from .said import error_of, said_shortly

_CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
_WATCH_S = 30.0


class Remote:
    """Retries nothing, so that each throttle is seen, and checks nothing, so that the lab itself says what is wrong."""

    def __init__(self, url: str, access_key: str, secret: str, region: str) -> None:
        self._url = url
        self._signer = SigV4Auth(Credentials(access_key, secret), "lambda", region)
        self._http = httpx.Client(timeout=_WATCH_S, trust_env=False)
        self._aws = client("lambda", url, Key(access_key, secret, "", ""), region, config=_CONFIG)

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """boto3's own answer. Raises AwsError, LabError where nothing answers."""
        with said_shortly(f"no lab answers at {self._url}"):
            answer: dict[str, Any] = getattr(self._aws, operation)(**request)
            return answer

    def wait(self, waiter: str, **request: Any) -> None:
        """Until one of boto3's waiters is content."""
        self._aws.get_waiter(waiter).wait(WaiterConfig={"Delay": 0, "MaxAttempts": 10_000}, **request)

    def watched(self, since: int, functions: list[str]) -> str:
        """What ``watching`` answers. Raises AwsError, LabError where nothing answers, or something that is no lab."""
        query = urlencode([("since", since), *(("function", name) for name in functions)])
        request = AWSRequest("GET", f"{self._url}{WATCHED_PATH}?{query}")
        self._signer.add_auth(request)
        try:
            answer = self._http.get(request.url, headers=dict(request.headers.items()))
        except httpx.HTTPError as error:
            raise LabError(f"no lab answers at {self._url}: {error}") from None
        if answer.status_code != 200:
            code = answer.headers.get("x-amzn-errortype", str(answer.status_code))
            told = self.parsed(answer.text)
            raise error_of({"Error": {"Code": code, "Message": told.get("Message") or told.get("message") or ""}})
        return answer.text

    def parsed(self, text: str) -> dict[str, Any]:
        """A JSON object. Raises LabError where it is none."""
        try:
            told: dict[str, Any] = json.loads(text)
            return dict(told)
        except (ValueError, TypeError):
            raise LabError(f"what answers at {self._url} is no lab that can be watched") from None
