"""The lab's AWS door. Its address is there from the lab's first moment; what answers there is imported and started when somebody calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .account.account import Account, ready_role_arn
from .account.accounts import Accounts
from .account.on_behalf import OnBehalf
from .account.ties import Tie
from .artifacts.store import Store
from .endpoint.credentials import Credentials
from .endpoint.listening import Listening
from .model.errors import AwsError
from .model.function import Function
from .model.names import ACCOUNT, LATEST, REGION
from .model.network import Traffic
from .sources.http_calls import HttpCalls
from .sources.view import SourceView

if TYPE_CHECKING:
    from .endpoint.downloads import Downloads
    from .endpoint.network import Network
    from .endpoint.server import Door
    from .endpoint.telemetry import Telemetry

SERVICES_PACKAGE = "moto"


class Front:
    """``url``: where it is. host, port: where it listens; raises LabError where it cannot. services: endpoints of the user's own, by boto3's service names.
    open_network: functions' calls are not slowed by their share of the network.
    pushed: told of each call that a service behind the door makes (``sources.pushed``). changed: see ``Services``. views: how what
    calls functions by itself stands."""

    def __init__(
        self,
        accounts: Accounts,
        store: Store,
        credentials: Credentials,
        http_calls: HttpCalls,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        services: Mapping[str, str] | None = None,
        open_network: bool = False,
        pushed: Callable[[OnBehalf, str, str, AwsError | None], None] = lambda behalf, region, function, refusal: None,
        changed: Callable[[str, str, str], None] = lambda service, region, account: None,
        views: Callable[[], list[SourceView]] = list,
    ) -> None:
        self._open_network = open_network
        self._network: Network | None = None
        self.credentials = credentials
        self._accounts, self._store, self._http_calls = accounts, store, http_calls
        self._services = dict(services or {})
        self._pushed, self._changed, self._views = pushed, changed, views
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
            from .endpoint.http_apis.sites import Sites
            from .endpoint.network import Network
            from .endpoint.operations import operations
            from .endpoint.protocol import Protocol
            from .endpoint.server import Door
            from .endpoint.telemetry import Telemetry
            from .endpoint.watching import watched
            from .endpoint.wording import Wording

            protocol = Protocol()
            self._network = Network(self._standing, open=self._open_network)
            self._door = Door(
                self._accounts.get, operations(protocol.operations), Wording(protocol), self.credentials,
                services=self._services, open_paths={FIRST_PIECE: self._code()}, watched=partial(watched, self),
                listening=self._listening, network=self._network,
                sites=lambda services: Sites(self._accounts, self.credentials, self._http_calls, services, self.url),
                pushed=self._pushed,
                changed=self._changed,
            )  # fmt: skip
            self._door.open()
            self._telemetry = Telemetry(self._accounts, self.client, lambda: self.companion_runs, finest_only="cloudwatch" not in self._services)

    def client(self, service: str, region: str = REGION, account: str | None = None, at: str = "", **more: Any) -> Any:
        """A boto3 client that speaks to the door. ``at``: to what ``address`` gave instead."""
        from .endpoint.client import behind_the_door, client

        self.open()
        if at and at != self.url:
            return behind_the_door(service, at, self.credentials, region, account, **more)
        return client(service, self.url, self.credentials, region, account, **more)

    def changes_of_streams(self) -> str:
        """Where to wait for a change of any stream that the process behind the door holds; empty where it does not run."""
        from .endpoint.changes import PATH

        origin = self._door.services.companion.origin_now if self._door is not None else ""
        return origin + PATH if origin else ""

    def sources(self, account: Account) -> Sequence[SourceView]:
        """What calls functions by itself, for the notebook's own account; others see none."""
        return self._views() if (account.id, account.region) == (ACCOUNT, REGION) else []

    def network(self, account: Account, function: str) -> Traffic:
        """What a function has sent and received through the door, and at what pace it may."""
        return Traffic() if self._network is None else self._network.of((account.id, account.region, function))

    def _standing(self, key: tuple[str, str, str]) -> tuple[int, int] | None:
        account, region, name = key
        held = self._accounts.get(account, region)
        function = held.running.get((name, LATEST))
        return None if function is None else (function.memory_mb, held.engine.controller.function(name).in_use)

    def address(self, service: str) -> str:
        """Where a service answers without anything's being started: the process behind the door, the door for an endpoint of the user's own; else empty."""
        if service in self._services:
            return self.url
        return self._door.services.companion.origin_now if self._door is not None else ""

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
        around.visibility_s, around.missing_source = self._visibility_s, self._missing_source
        around.role_exists = lambda arn: self._role_exists(account, arn)

    def ties(self) -> list[Tie]:
        """What the services behind the door are to call."""
        return self._door.services.ties() if self._door is not None else []

    @property
    def companion_runs(self) -> bool:
        """Whether the process that answers for other services is there."""
        return self._door is not None and self._door.services.companion.pid is not None

    def _visibility_s(self, arn: str) -> int | None:
        from .endpoint.polled_sources import visibility_s

        at, (region, account) = self.address("sqs"), arn.split(":")[3:5]
        return visibility_s(self.client("sqs", region, account, at), arn) if at else None

    def _missing_source(self, arn: str) -> str:
        from .endpoint.polled_sources import SERVICES, missing

        name, region, account = arn.split(":")[2:5]
        at = self.address(SERVICES[name]) if name in SERVICES else ""
        return missing(self.client(SERVICES[name], region, account, at), arn) if at else ""

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
