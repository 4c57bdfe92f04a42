"""The APIs that API Gateway behind the door holds, read when one is first called and kept until a call that may change one has passed the door."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...sources.payloads.http_routes import Routes
from ...sources.payloads.rest_resources import Resources

KEPT_MAX = 1_000
Listed = dict[str, dict[str, Any]]


class Gateway(Protocol):
    """API Gateway's control plane (``services.Services``)."""

    @property
    def gateway_owners(self) -> set[tuple[str, str]]: ...
    @property
    def gateway_stamp(self) -> tuple[int, int | None]: ...
    async def ask(self, service: str, account: str, region: str, path: str, query: str = "") -> tuple[int, Any]: ...


@dataclass(frozen=True)
class HttpApi:
    """One HTTP API. Members of the API's parts are those of its REST form (``routeKey``, ``integrationUri``); routes by their key, the rest by id or name."""

    account: str
    region: str
    id: str
    settings: dict[str, Any]
    routes: Listed
    integrations: Listed
    stages: Listed
    authorizers: Listed
    table: Routes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", Routes(self.routes))

    @property
    def name(self) -> str:
        return str(self.settings.get("name", self.id))

    @property
    def cors(self) -> dict[str, Any]:
        """In the words of function URLs, which are the same but for the first letter."""
        return {name[0].upper() + name[1:]: value for name, value in (self.settings.get("corsConfiguration") or {}).items()}


@dataclass(frozen=True)
class RestApi:
    """One REST API. ``stages`` by name: ``variables`` and so on; ``deployed`` the resources of each, as they were when it was deployed. ``keys`` by their
    value: ``id``, ``plans`` (the usage plans that it is in). ``responses``: gateway responses by their type."""

    account: str
    region: str
    id: str
    settings: dict[str, Any]
    stages: Listed
    authorizers: Listed
    deployed: dict[str, Resources]
    keys: Listed
    responses: Listed

    @property
    def name(self) -> str:
        return str(self.settings.get("name", self.id))

    @property
    def binary_types(self) -> list[str]:
        return list(self.settings.get("binaryMediaTypes") or ())


Api = HttpApi | RestApi


class ApiBook:
    """Belongs to the door's loop."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._stamp: object = None
        self._held: dict[tuple[str, str], Api | None] = {}
        self._reading = asyncio.Lock()

    async def find(self, id: str, region: str) -> Api | None:
        """The API of that id in that region (empty: in any), None where nobody has one. Raises AwsError where API Gateway cannot be asked."""
        key = (id, region)
        if self._stamp == self._gateway.gateway_stamp and key in self._held:
            return self._held[key]
        async with self._reading:
            if self._stamp != (stamp := self._gateway.gateway_stamp) or len(self._held) > KEPT_MAX:
                self._held, self._stamp = {}, stamp
            if key not in self._held:
                found = await self._look_for(id, region)
                if self._gateway.gateway_stamp != stamp:
                    return found  # it may have changed meanwhile
                self._held[key] = found
            return self._held[key]

    async def _look_for(self, id: str, region: str) -> Api | None:
        for account, where in sorted(self._gateway.gateway_owners):
            if region in ("", where):
                for path, read in ((f"/v2/apis/{id}", self._http_api), (f"/restapis/{id}", self._rest_api)):
                    status, settings = await self._gateway.ask("apigateway", account, where, path)
                    if status == 200 and settings:
                        return await read(account, where, id, settings)
        return None

    async def _rest_api(self, account: str, region: str, id: str, settings: dict[str, Any]) -> Api:
        async def items(path: str, query: str = "") -> list[dict[str, Any]]:
            _, told = await self._gateway.ask("apigateway", account, region, path, query)
            return list((told or {}).get("item") or ())

        stages = {item["stageName"]: item for item in await items(f"/restapis/{id}/stages")}
        authorizers = {item["id"]: item for item in await items(f"/restapis/{id}/authorizers")}
        deployed = {
            name: Resources(await items(f"/restapis/{id}/resources", f"embed=methods&deployment={stage.get('deploymentId', '')}"))
            for name, stage in stages.items()
        }
        keys: Listed = {}
        if any(method.get("apiKeyRequired") for held in deployed.values() for item in held for method in item["resourceMethods"].values()):
            keys = {item["value"]: {**item, "plans": []} for item in await items("/apikeys", "includeValues=true")}
            for plan in await items("/usageplans"):
                for held in await items(f"/usageplans/{plan['id']}/keys"):
                    if held.get("value") in keys:
                        keys[held["value"]]["plans"].append(plan)
        responses = {item["responseType"]: item for item in await items(f"/restapis/{id}/gatewayresponses")}
        return RestApi(account, region, id, settings, stages, authorizers, deployed, keys, responses)

    async def _http_api(self, account: str, region: str, id: str, settings: dict[str, Any]) -> Api:
        parts = (("routes", "routeKey"), ("integrations", "integrationId"), ("stages", "stageName"), ("authorizers", "authorizerId"))
        held: list[Listed] = []
        for noun, key in parts:
            _, told = await self._gateway.ask("apigateway", account, region, f"/v2/apis/{id}/{noun}")
            held.append({item[key]: item for item in (told or {}).get("items", ())})
        return HttpApi(account, region, id, settings, *held)
