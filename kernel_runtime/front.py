"""The lab's AWS door, opened when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from .account.accounts import Accounts
from .endpoint.client import client
from .endpoint.credentials import Credentials
from .endpoint.operations import operations
from .endpoint.protocol import Protocol
from .endpoint.server import Door
from .endpoint.wording import Wording


class Front:
    """``url`` opens it. host, port: where it listens. services: endpoints of the user's own, by boto3's service names."""

    def __init__(
        self, accounts: Accounts, credentials: Credentials, *, host: str = "127.0.0.1", port: int = 0, services: Mapping[str, str] | None = None
    ) -> None:
        self.credentials = credentials
        self._accounts = accounts
        self._host, self._port, self._services = host, port, services
        self._opening = threading.Lock()
        self._door: Door | None = None

    @property
    def url(self) -> str:
        """Where the door is. Raises LabError where it cannot listen there."""
        with self._opening:
            if self._door is None:
                protocol = Protocol()
                door = Door(
                    self._accounts.get, operations(protocol.operations), Wording(protocol), self.credentials,
                    host=self._host, port=self._port, services=self._services,
                )  # fmt: skip
                door.open()
                self._door = door
            return self._door.url

    def client(self, service: str, region: str, account: str | None, **more: Any) -> Any:
        return client(service, self.url, self.credentials, region, account, **more)

    def close(self) -> None:
        with self._opening:
            door, self._door = self._door, None
        if door is not None:
            door.close()
