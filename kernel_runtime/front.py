"""The lab's AWS door. Its address is there from the lab's first moment; what answers there is imported and started when somebody calls."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .account.account import Account, ready_role_arn
from .account.accounts import Accounts
from .artifacts.store import Store
from .endpoint.credentials import Credentials
from .endpoint.listening import Listening
from .model.function import Function
from .model.names import REGION

if TYPE_CHECKING:
    from .endpoint.downloads import Downloads
    from .endpoint.server import Door
    from .endpoint.telemetry import Telemetry

SERVICES_PACKAGE = "moto"


class Front:
    """``url``: where it is. host, port: where it listens; raises LabError where it cannot. services: endpoints of the user's own, by boto3's service names."""

    def __init__(
        self,
        accounts: Accounts,
        store: Store,
        credentials: Credentials,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        services: Mapping[str, str] | None = None,
    ) -> None:
        self.credentials = credentials
        self._accounts, self._store = accounts, store
        self._services = dict(services or {})
        self._listening = Listening(host, port)
        self.url = self._listening.url
        self._opening = threading.RLock()
        self._door: Door | None = None
        self._downloads: Downloads | None = None
        self._telemetry: Telemetry | None = None
        self._closed = False
        self._listening.when_called(self.open)

    def open(self) -> None:
        """Answer from now on. Idempotent."""
        with self._opening:
            if self._door is not None or self._closed:
                return
            from .endpoint.downloads import FIRST_PIECE
            from .endpoint.operations import operations
            from .endpoint.protocol import Protocol
            from .endpoint.server import Door
            from .endpoint.telemetry import Telemetry
            from .endpoint.watching import watched
            from .endpoint.wording import Wording

            protocol = Protocol()
            self._door = Door(
                self._accounts.get, operations(protocol.operations), Wording(protocol), self.credentials,
                services=self._services, open_paths={FIRST_PIECE: self._code()}, watched=watched, listening=self._listening,
            )  # fmt: skip
            self._door.open()
            self._telemetry = Telemetry(self._accounts, self.client, lambda: self.companion_runs, finest_only="cloudwatch" not in self._services)

    def client(self, service: str, region: str = REGION, account: str | None = None, **more: Any) -> Any:
        """A boto3 client that speaks to the door."""
        from .endpoint.client import client

        self.open()
        return client(service, self.url, self.credentials, region, account, **more)

    def sdk_variables(self, function: Function) -> dict[str, str]:
        """What a function's SDK reads: the door's address, and keys of the function's role."""
        key = self.credentials.of_role(function.role or ready_role_arn(function.account), function.name)
        return {"AWS_ENDPOINT_URL": self.url, **key.variables()}

    def surround(self, account: Account) -> None:
        """Let an account ask its roles, buckets and addresses of code of what is behind the door."""
        around = account.surroundings
        around.code_url = lambda digest: self._code().url_of(digest)
        around.fetch_object = lambda bucket, key, version: self._fetch(account, bucket, key, version)
        around.organization_of = self.organization_of
        around.role_exists = lambda arn: self._role_exists(account, arn)

    @property
    def companion_runs(self) -> bool:
        """Whether the process that answers for other services is there."""
        return self._door is not None and self._door.services.companion.pid is not None

    def organization_of(self, account: str) -> str | None:
        """The organisation that an account is a member of, as AWS Organizations behind the door knows it; None where it is in none."""
        from .endpoint.organizations import organization_of

        return organization_of(self.client("organizations", REGION, account))

    def close(self) -> None:
        with self._opening:
            self._closed = True
            door, self._door = self._door, None
        if self._telemetry is not None:
            self._telemetry.close()
        if door is not None:
            door.close()
        self._listening.close()

    def _code(self) -> Downloads:
        from .endpoint.downloads import Downloads

        with self._opening:
            self._downloads = self._downloads or Downloads(self.url, self._store.path)
            return self._downloads

    def _fetch(self, account: Account, bucket: str, key: str, version: str | None) -> bytes:
        from .endpoint.buckets import fetch_object

        return fetch_object(self.client("s3", account.region, account.id), account.region, bucket, key, version)

    def _role_exists(self, account: Account, arn: str) -> bool:
        from .endpoint.roles import Roles

        return Roles(lambda owner: self.client("iam", account.region, owner), self._iam_standing).exists(account.id, arn)

    def _iam_standing(self) -> str:
        if "iam" in self._services or self.companion_runs:
            return "there"
        return "empty" if find_spec(SERVICES_PACKAGE) else "never"
