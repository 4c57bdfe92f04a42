"""Ready boto3 clients of a lab.

Retries are boto3's defaults (mode legacy, four more attempts): a program that meets a throttle here meets it as on AWS, after boto3's own retries.
Whoever wants to see each throttle passes ``config=Config(retries={"total_max_attempts": 1})``. The read timeout is longer than the longest function, which
boto3's minute is not.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader, create_loader

from ..model.limits import TIMEOUT_MAX_S
from .credentials import Credentials, Key

CONFIG = Config(connect_timeout=5, read_timeout=TIMEOUT_MAX_S + 30, max_pool_connections=64)


_NOTHING_OF_THE_USERS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


@lru_cache(maxsize=1)
def _models() -> Loader:
    """botocore's models, read once for all sessions: reading them is most of what a client costs."""
    return create_loader()


def session(key: Key, region: str = "us-east-1") -> Any:
    """A boto3.Session that signs with ``key`` and reads neither the user's AWS profiles nor their configuration files."""
    own = botocore.session.Session(session_vars=_NOTHING_OF_THE_USERS)
    own.register_component("data_loader", _models())
    return boto3.Session(
        aws_access_key_id=key.access_key, aws_secret_access_key=key.secret, aws_session_token=key.token, region_name=region, botocore_session=own
    )


def client(
    service: str, url: str, credentials: Credentials | Key, region: str = "us-east-1", account: str | None = None, config: Config | None = None, **more: Any
) -> Any:
    """A boto3 client of ``service`` at the lab's ``url``.

    Signs as the owner, as the root user of ``account`` (12 digits), or with the one key given. ``config`` is laid over the lab's own; ``more`` goes to
    ``Session.client``.
    """
    key = credentials
    if isinstance(key, Credentials):
        key = key.of_account(account) if account else key.owner
    merged = CONFIG.merge(config) if config else CONFIG
    return session(key, region).client(service, endpoint_url=url, config=merged, **more)


def behind_the_door(
    service: str, origin: str, credentials: Credentials, region: str = "us-east-1", account: str | None = None, config: Config | None = None, **more: Any
) -> Any:
    """``client`` for the companion process itself, which takes the account from the header that the door would add."""
    made = client(service, origin, credentials, region, account, config, **more)

    def name_account(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = account or credentials.owner.account

    made.meta.events.register("before-sign", name_account)
    return made
